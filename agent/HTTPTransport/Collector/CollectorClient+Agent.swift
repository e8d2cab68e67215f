public import EdgeprofAPI
internal import FoundationEssentials

/// The routes an agent uses.
extension CollectorClient {
    /// Becomes an agent: `POST /v1/enroll` with an enrolment token.
    ///
    /// - Parameter request: who asks.
    /// - Returns: the agent's identity.
    /// - Throws: `CollectorError`.
    public func enroll(_ request: EnrollRequest) async throws(CollectorError) -> EnrollResponse {
        try await fetch(.post, ["v1", "enroll"], body: try Self.json(request))
    }

    /// Asks for an access token: `POST /v1/agents/{id}/token`, without a bearer token.
    ///
    /// - Parameters:
    ///   - agentId: the agent.
    ///   - request: a challenge and its signature; nil asks for a challenge.
    /// - Returns: the token.
    /// - Throws: `CollectorError`: `unauthorized` with a challenge in its problem document where one is to be signed.
    public func accessToken(
        agentId: String,
        _ request: AccessTokenRequest?
    ) async throws(CollectorError) -> AccessTokenGrant {
        var body: [UInt8]?
        if let request { body = try Self.json(request) }
        return try await fetch(.post, ["v1", "agents", agentId, "token"], body: body)
    }

    /// Tells that the agent lives: `POST /v1/agents/{id}/heartbeat`.
    ///
    /// - Parameters:
    ///   - heartbeat: what it has to say.
    ///   - agentId: the agent.
    ///   - timeoutSeconds: for the whole exchange.
    /// - Throws: `CollectorError`.
    public func heartbeat(
        _ heartbeat: Heartbeat,
        agentId: String,
        timeoutSeconds: Double = 30
    ) async throws(CollectorError) {
        _ = try await send(
            .post,
            ["v1", "agents", agentId, "heartbeat"],
            body: try Self.json(heartbeat),
            timeoutSeconds: timeoutSeconds
        )
    }

    /// Awaits work: `GET /v1/agents/{id}/jobs`.
    ///
    /// - Parameters:
    ///   - agentId: the agent.
    ///   - waitSeconds: how long the collector may hold the request while there is none, 0...60.
    /// - Returns: all unfinished assignments, oldest job first; empty when the wait ran out.
    /// - Throws: `CollectorError`.
    public func assignments(agentId: String, waitSeconds: Int) async throws(CollectorError) -> [Assignment] {
        let list: AssignmentList = try await fetch(
            .get,
            ["v1", "agents", agentId, "jobs"],
            query: [("wait", String(waitSeconds))],
            timeoutSeconds: Double(min(max(waitSeconds, 0), 60) + 15)
        )
        return list.assignments
    }

    /// Hands over finished runs: `POST /v1/runs`.
    ///
    /// - Parameter runs: JSON of one `Run` each, sent as it is.
    /// - Returns: what became of each.
    /// - Throws: `CollectorError`.
    public func upload(encodedRuns runs: [[UInt8]]) async throws(CollectorError) -> [RunResult] {
        let now = Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
        let body =
            Array(#"{"runs":["#.utf8) + runs.joined(separator: [UInt8(ascii: ",")])
            + Array(#"],"sentAt":"\#(now)"}"#.utf8)
        let result: RunBatchResult = try await fetch(.post, ["v1", "runs"], body: body)
        return result.results
    }
}
