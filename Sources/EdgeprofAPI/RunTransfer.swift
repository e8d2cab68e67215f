/// `POST /v1/runs`: one or more finished runs.
public struct RunBatch: Codable, Sendable, Hashable {
    /// At most `maximumCount`.
    public var runs: [Run]
    /// When it is sent, by the sender's clock, which may be off; nil from versions that did not tell.
    public var sentAt: Timestamp?
    /// Most runs a batch may hold.
    public static let maximumCount = 500

    /// Makes a batch.
    public init(runs: [Run], sentAt: Timestamp? = nil) {
        self.runs = runs
        self.sentAt = sentAt
    }
}

/// The answer to `POST /v1/runs`: one result a run, in the batch's order.
public struct RunBatchResult: Codable, Sendable, Hashable {
    /// One a run.
    public var results: [RunResult]

    /// Makes an answer.
    public init(results: [RunResult]) {
        self.results = results
    }
}

/// What became of one uploaded run.
public struct RunResult: Codable, Sendable, Hashable {
    /// What became of it.
    public enum Status: String, Codable, Sendable {
        /// Durable now.
        case stored
        /// Was durable already; also fine.
        case duplicate
        /// Not stored; sending it again will not help.
        case rejected
    }

    /// The run's id.
    public var id: String
    /// What became of it.
    public var status: Status
    /// Why it was rejected.
    public var reason: String?

    /// Makes a result.
    public init(id: String, status: Status, reason: String? = nil) {
        self.id = id
        self.status = status
        self.reason = reason
    }
}

/// A page of runs, newest first: `GET /v1/runs`.
///
/// `profile --format json` prints the same shape.
public struct RunList: Codable, Sendable, Hashable {
    /// Runs.
    public var runs: [Run]
    /// Give this as `cursor` for the next page; nil on the last one.
    public var nextCursor: String?

    /// Makes a page.
    public init(runs: [Run], nextCursor: String? = nil) {
        self.runs = runs
        self.nextCursor = nextCursor
    }
}

/// An RFC 9457 problem document.
public struct Problem: Codable, Sendable, Hashable, Error {
    /// HTTP status.
    public var status: Int
    /// The kind of problem, the same for every occurrence.
    public var title: String
    /// What happened here and how to mend it.
    public var detail: String?
    /// The reason in one word, where programs act on it: one of `AgentStatus`, or `notSigned`.
    public var code: String?
    /// What the agent is to sign, where an access token needs a signature.
    public var challenge: String?

    /// Makes a problem.
    public init(status: Int, title: String, detail: String? = nil, code: String? = nil, challenge: String? = nil) {
        self.status = status
        self.title = title
        self.detail = detail
        self.code = code
        self.challenge = challenge
    }
}
