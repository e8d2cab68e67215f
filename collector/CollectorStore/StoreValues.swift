public import EdgeprofAPI

/// A token to be stored.
public struct NewToken: Sendable {
    /// The hash of its secret.
    public var hash: TokenHash
    /// What it allows.
    public var role: TokenRole
    /// When it stops working; nil for never.
    public var expiresAt: Timestamp?
    /// Enrolments it is good for; nil for without limit.
    public var usesLeft: Int?
    /// Whether agents it enrols may work without approval.
    public var autoAccept: Bool

    /// Makes a token.
    public init(
        hash: TokenHash,
        role: TokenRole,
        expiresAt: Timestamp? = nil,
        usesLeft: Int? = nil,
        autoAccept: Bool = true
    ) {
        self.hash = hash
        self.role = role
        self.expiresAt = expiresAt
        self.usesLeft = usesLeft
        self.autoAccept = autoAccept
    }
}

/// Whom a live token belongs to.
public struct TokenGrant: Sendable, Hashable {
    /// The token's id.
    public var tokenId: String
    /// What it allows.
    public var role: TokenRole
    /// The agent it acts as, for an agent's token.
    public var agentId: String?

    /// Makes a grant.
    public init(tokenId: String, role: TokenRole, agentId: String? = nil) {
        self.tokenId = tokenId
        self.role = role
        self.agentId = agentId
    }
}

/// Who uploads runs.
public enum RunUploader: Sendable, Hashable {
    /// An agent, for itself alone.
    case agent(id: String)
    /// An administrator, for any agent or none.
    case administrator
    /// An administrator, with runs of another collector: jobs are left behind, and agents that are not known here are made, shut
    /// out, so that the runs have somebody they belong to.
    case importer
}

/// What became of a job request.
public enum JobCreation: Sendable, Hashable {
    /// Stored, with the agents that have work now.
    case created(JobRecord, agentIds: [String])
    /// No agent carries the labels and is of the tier.
    case noMatchingAgent
    /// The price list has no tier of that id.
    case unknownTier
    /// It would make more assignments than a job may have.
    case tooManyAssignments(Int)

    /// Most assignments of a job.
    public static let maximumAssignments = 100_000
}

/// What became of a schedule's round that was due.
public struct ScheduleRound: Sendable, Hashable {
    /// The schedule's first job.
    public var scheduleId: String
    /// The round's job, or why there is none this time.
    public var creation: JobCreation

    /// Makes a value.
    public init(scheduleId: String, creation: JobCreation) {
        self.scheduleId = scheduleId
        self.creation = creation
    }
}

/// A page of runs, newest first.
public struct RunPage: Sendable {
    /// Runs.
    public var runs: [CollectedRun]
    /// Where the next page begins; nil on the last one.
    public var next: RunCursor?

    /// Makes a page.
    public init(runs: [CollectedRun], next: RunCursor? = nil) {
        self.runs = runs
        self.next = next
    }
}

/// Which rollup.
public struct RollupId: Sendable, Hashable {
    /// 16 bytes.
    let bytes: [UInt8]
}

/// Everything a summary or a ranking is computed from, read at one moment.
public struct RankingInputs<Digest: Sendable>: Sendable {
    /// The store's data version at that moment.
    public var version: Int64
    /// All rollups there are, and how often each was changed.
    public var revisions: [RollupId: Int64]
    /// What was made of those that were not known.
    public var changed: [RollupId: Digest]
    /// The price list.
    public var tiers: TierList
    /// Labels by agent id; agents without any are left out.
    public var labels: [String: [String: String]]
    /// int8 accuracies by SHA-256 of the model.
    public var accuracies: [String: ModelAccuracy]
}
