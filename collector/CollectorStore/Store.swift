public import EdgeprofAPI

/// What the collector keeps, whatever keeps it.
///
/// Every method is atomic: it has happened wholly and durably when it returns, or not at all when it throws. All throw
/// `StoreError`, and `CancellationError` when their task is cancelled first. Times come from the caller.
public protocol Store: ModelStore {
    /// Fails unless the store can be read, and written where the latest write failed for no fault of its own.
    func checkReadiness() async throws

    // MARK: Other collectors

    /// What other collectors of the same store announce, from now on; ends at once where there are none.
    func wakes() -> AsyncStream<AgentWake>
    /// Tells other collectors that these agents should look for work.
    func announceWake(of agentIds: [String]) async throws

    // MARK: Tokens

    /// Stores a token and returns its id.
    func createToken(_ token: NewToken, at now: Timestamp) async throws -> String
    /// Whom the token belongs to; nil when it is unknown, revoked, expired or used up.
    func grant(for hash: TokenHash, at now: Timestamp) async throws -> TokenGrant?
    /// All tokens, newest first.
    func tokens() async throws -> [TokenRecord]
    /// Revokes a token at once; false when there is none of that id.
    func deleteToken(id: String) async throws -> Bool

    // MARK: Agents

    /// Makes an agent, and takes one use from the enrolment token.
    ///
    /// `agentToken` is stored only for an agent that may work at once.
    ///
    /// - Returns: The agent; nil when the enrolment token is gone, expired or used up by now.
    func enroll(_ request: EnrollRequest, enrollmentTokenId: String, agentToken: NewToken, at now: Timestamp)
        async throws -> EnrolledAgent?
    /// An agent's key; nil when there is no such agent or none is stored.
    func agentKey(id: String) async throws -> AgentKey?
    /// 32 secret bytes, made with the store and the same for ever, that challenges are sealed with.
    func challengeSecret() async throws -> [UInt8]
    /// Uses up a challenge and, for an active agent, stores an access token; forgets what has expired.
    func issueAccessToken(_ token: NewToken, agentId: String, using challenge: UsedChallenge, at now: Timestamp)
        async throws -> AccessTokenIssue
    /// Lets a pending agent work; nothing happens to an active one.
    func approveAgent(id: String) async throws -> AgentApproval
    /// Shuts an agent out for ever: its tokens are gone when this returns; false when there is no such agent.
    func revokeAgent(id: String) async throws -> Bool
    /// Replaces an agent's labels; false when there is no such agent.
    func replaceLabels(_ labels: [String: String], agentId: String) async throws -> Bool
    /// All agents, by name, then id. `tiers` is left empty: membership is the ranking's to say.
    func agents() async throws -> [AgentRecord]
    /// One agent, `tiers` left empty; nil when there is none.
    func agent(id: String) async throws -> AgentRecord?
    /// Keeps an agent's latest heartbeat; false when there is no such agent.
    func recordHeartbeat(_ heartbeat: Heartbeat, agentId: String, at now: Timestamp) async throws -> Bool
    /// Notes that an agent was heard of.
    func recordContact(agentId: String, at now: Timestamp) async throws

    // MARK: Jobs

    /// Stores a job with an assignment for every model, repetition and active agent that carries the labels.
    func createJob(_ request: JobRequest, at now: Timestamp) async throws -> JobCreation
    /// The newest jobs, newest first.
    func jobs(limit: Int) async throws -> [JobRecord]
    /// One job; nil when there is none.
    func job(id: String) async throws -> JobRecord?
    /// A job's assignments and what became of each, in the order they were made.
    func assignments(ofJob id: String, limit: Int) async throws -> [JobAssignment]
    /// Assignments of an agent that have no run yet and may begin now, by the deadline of their job and by its window in the
    /// agent's local time: highest priority first, then the oldest job.
    func unfinishedAssignments(agentId: String, limit: Int, at now: Timestamp) async throws -> [Assignment]
    /// Ends a job's open assignments without runs; of a schedule's first job, those of all its rounds, and makes no more.
    ///
    /// A run that comes for one of them all the same is stored and takes its place.
    ///
    /// - Returns: The job; nil when there is none.
    func cancelJob(id: String, at now: Timestamp) async throws -> JobRecord?
    /// Ends the open assignments of jobs whose deadline has passed.
    func expireAssignments(at now: Timestamp) async throws
    /// Makes the rounds of schedules that are due, each once however many collectors ask.
    func makeDueRounds(at now: Timestamp) async throws -> [ScheduleRound]

    // MARK: Runs

    /// Stores runs and finishes the assignments they answer, all in one transaction.
    ///
    /// A run is rejected, and the others are stored, when it claims an agent, job or assignment that is not its own.
    ///
    /// The assignment a rejected run of an agent answers is finished with the reason: measuring again would not help.
    ///
    /// - Parameters:
    ///   - runs: The runs.
    ///   - uploader: Who sends them.
    ///   - sentAt: When, by the sender's clock; nil where it did not tell.
    ///   - now: The time.
    /// - Returns: One result a run, in the same order.
    /// - Throws: `StoreError`.
    func insert(_ runs: [Run], from uploader: RunUploader, sentAt: Timestamp?, at now: Timestamp) async throws
        -> [RunResult]
    /// Finishes an agent's open assignments without a run; those of others and finished ones are passed over.
    func rejectAssignments(_ rejections: [RejectedAssignment], agentId: String) async throws
    /// A page of runs by start, then id, newest first.
    ///
    /// It may hold fewer than `limit`, even none, while there is a next one: how much one page looks at is bounded.
    func collectedRuns(matching filter: RunFilter, after cursor: RunCursor?, limit: Int) async throws -> RunPage
    /// Where a list goes on after so many runs; nil where it ends before.
    func runPlace(matching filter: RunFilter, after cursor: RunCursor?, skipping count: Int) async throws -> RunCursor?
    /// One run; nil when there is none.
    func collectedRun(id: String) async throws -> CollectedRun?

    // MARK: Models

    /// Keeps a model's accuracy in place of the one of the same precision.
    func replaceAccuracy(_ accuracy: ModelAccuracy, ofModel sha256: String, at now: Timestamp) async throws
    /// A model's accuracies, int8 first; empty when there are none.
    func accuracies(ofModel sha256: String) async throws -> [ModelAccuracy]

    // MARK: Audit

    /// Notes an administrative act that is about to be carried out and forgets those beyond `AuditRetention`; its number.
    func beginAudit(_ entry: AuditEntry) async throws -> Int64
    /// Notes what an act was done to and how it ended.
    func endAudit(id: Int64, target: String?, detail: String?, status: Int) async throws
    /// Acts before one, newest first; the newest of all where it is nil.
    func audit(before id: Int64?, limit: Int) async throws -> [AuditEntry]

    // MARK: Ranking

    /// The price list; empty until one is given.
    func tiers() async throws -> TierList
    /// Replaces the price list.
    func replaceTiers(_ tiers: TierList) async throws
    /// A number that grows whenever runs, accuracies or tiers change.
    func dataVersion() async throws -> Int64
    /// Rollups, accuracies, tiers and labels as of one moment.
    ///
    /// - Parameters:
    ///   - revisions: Rollups the caller has seen, and how often each had been changed then.
    ///   - digest: What is to be kept of each other one: all of them at once are more than memory should hold.
    /// - Returns: What the caller does not know yet.
    /// - Throws: `StoreError`, and what `digest` throws.
    func rankingInputs<Digest: Sendable>(
        knowing revisions: [RollupId: Int64],
        _ digest: @escaping @Sendable (Rollup) throws -> Digest
    ) async throws -> RankingInputs<Digest>
    /// Makes all rollups anew from the runs there are; nothing else can be stored meanwhile.
    ///
    /// - Returns: How many runs there are, and how many rollups they make.
    func rebuildRollups() async throws -> (runs: Int, rollups: Int)
}

extension Store {
    /// Stores runs of a sender that did not tell its time.
    public func insert(_ runs: [Run], from uploader: RunUploader, at now: Timestamp) async throws -> [RunResult] {
        try await insert(runs, from: uploader, sentAt: nil, at: now)
    }

    /// A page as `GET /v1/runs` gives it, without what the collector knows of the runs.
    public func runs(matching filter: RunFilter, after cursor: RunCursor?, limit: Int) async throws -> RunList {
        let page = try await collectedRuns(matching: filter, after: cursor, limit: limit)
        return RunList(runs: page.runs.map(\.run), nextCursor: page.next?.text(for: filter))
    }

    /// One run as it was sent; nil when there is none.
    public func run(id: String) async throws -> Run? { try await collectedRun(id: id)?.run }
}
