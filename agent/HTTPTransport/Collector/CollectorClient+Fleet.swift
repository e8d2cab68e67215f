public import EdgeprofAPI

/// The routes people use: agents, jobs, runs and tokens.
extension CollectorClient {
    /// Every agent: `GET /v1/agents`.
    ///
    /// - Returns: agents by name.
    /// - Throws: `CollectorError`.
    public func agents() async throws(CollectorError) -> AgentList {
        try await fetch(.get, ["v1", "agents"])
    }

    /// One agent: `GET /v1/agents/{id}`.
    ///
    /// - Parameter id: the agent.
    /// - Returns: what the collector knows of it.
    /// - Throws: `CollectorError`.
    public func agent(_ id: String) async throws(CollectorError) -> AgentRecord {
        try await fetch(.get, ["v1", "agents", id])
    }

    /// Lets a pending agent work: `POST /v1/agents/{id}/approve`.
    ///
    /// - Parameter id: the agent.
    /// - Returns: the agent.
    /// - Throws: `CollectorError`; `refused(409)` when it is revoked.
    public func approveAgent(_ id: String) async throws(CollectorError) -> AgentRecord {
        try await fetch(.post, ["v1", "agents", id, "approve"])
    }

    /// Shuts an agent out for ever: `POST /v1/agents/{id}/revoke`.
    ///
    /// - Parameter id: the agent.
    /// - Returns: the agent.
    /// - Throws: `CollectorError`.
    public func revokeAgent(_ id: String) async throws(CollectorError) -> AgentRecord {
        try await fetch(.post, ["v1", "agents", id, "revoke"])
    }

    /// Replaces an agent's labels: `PUT /v1/agents/{id}/labels`.
    ///
    /// - Parameters:
    ///   - labels: all labels it is to have.
    ///   - id: the agent.
    /// - Returns: the agent.
    /// - Throws: `CollectorError`.
    public func label(_ labels: [String: String], agentId id: String) async throws(CollectorError) -> AgentRecord {
        try await fetch(.put, ["v1", "agents", id, "labels"], body: try Self.json(AgentLabels(labels: labels)))
    }

    /// Asks agents to profile models: `POST /v1/jobs`.
    ///
    /// - Parameter request: which agents, which models, how.
    /// - Returns: the job.
    /// - Throws: `CollectorError`; `refused(409)` when no agent matches.
    public func createJob(_ request: JobRequest) async throws(CollectorError) -> JobRecord {
        try await fetch(.post, ["v1", "jobs"], body: try Self.json(request))
    }

    /// Every job: `GET /v1/jobs`.
    ///
    /// - Returns: jobs, newest first.
    /// - Throws: `CollectorError`.
    public func jobs() async throws(CollectorError) -> JobList {
        try await fetch(.get, ["v1", "jobs"])
    }

    /// One job: `GET /v1/jobs/{id}`.
    ///
    /// - Parameter id: the job.
    /// - Returns: the job and how far it has come.
    /// - Throws: `CollectorError`.
    public func job(_ id: String) async throws(CollectorError) -> JobRecord {
        try await fetch(.get, ["v1", "jobs", id])
    }

    /// What became of each part of a job: `GET /v1/jobs/{id}/assignments`.
    ///
    /// - Parameter id: the job.
    /// - Returns: its assignments, the first 10,000.
    /// - Throws: `CollectorError`.
    public func jobAssignments(_ id: String) async throws(CollectorError) -> JobAssignmentList {
        try await fetch(.get, ["v1", "jobs", id, "assignments"])
    }

    /// Gives up what has no run yet of a job, and of a schedule's first job the schedule: `POST /v1/jobs/{id}/cancel`.
    ///
    /// - Parameter id: the job.
    /// - Returns: the job as it is now.
    /// - Throws: `CollectorError`.
    public func cancelJob(_ id: String) async throws(CollectorError) -> JobRecord {
        try await fetch(.post, ["v1", "jobs", id, "cancel"])
    }

    /// A page of runs, newest first: `GET /v1/runs`.
    ///
    /// - Parameters:
    ///   - filter: which runs.
    ///   - limit: most runs in the page, 1...500; nil for the collector's choice.
    ///   - cursor: `nextCursor` of the page before.
    /// - Returns: the page.
    /// - Throws: `CollectorError`.
    public func runs(
        _ filter: RunFilter = RunFilter(),
        limit: Int? = nil,
        cursor: String? = nil
    ) async throws(CollectorError) -> RunList {
        try await fetch(.get, ["v1", "runs"], query: Self.query(filter, limit: limit, cursor: cursor))
    }

    /// One run: `GET /v1/runs/{id}`.
    ///
    /// - Parameter id: the run.
    /// - Returns: the run.
    /// - Throws: `CollectorError`.
    public func run(_ id: String) async throws(CollectorError) -> Run {
        try await fetch(.get, ["v1", "runs", id])
    }

    /// Stores runs taken elsewhere: `POST /v1/runs` as an administrator.
    ///
    /// - Parameter batch: the runs.
    /// - Returns: what became of each.
    /// - Throws: `CollectorError`.
    public func upload(_ batch: RunBatch) async throws(CollectorError) -> RunBatchResult {
        try await fetch(.post, ["v1", "runs"], body: try Self.json(batch))
    }

    /// Makes a token: `POST /v1/tokens`.
    ///
    /// - Parameter request: what it is to allow.
    /// - Returns: the token and its secret, shown this once.
    /// - Throws: `CollectorError`.
    public func createToken(_ request: TokenRequest) async throws(CollectorError) -> TokenCreated {
        try await fetch(.post, ["v1", "tokens"], body: try Self.json(request))
    }

    /// Every token, without secrets: `GET /v1/tokens`.
    ///
    /// - Returns: tokens, newest first.
    /// - Throws: `CollectorError`.
    public func tokens() async throws(CollectorError) -> TokenList {
        try await fetch(.get, ["v1", "tokens"])
    }

    /// Ends a token: `DELETE /v1/tokens/{id}`.
    ///
    /// - Parameter id: the token's name in lists.
    /// - Throws: `CollectorError`.
    public func revokeToken(_ id: String) async throws(CollectorError) {
        _ = try await send(.delete, ["v1", "tokens", id])
    }
}
