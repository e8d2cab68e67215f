/// Asks to become an agent: `POST /v1/enroll`.
///
/// The enrolment token is the bearer token.
public struct EnrollRequest: Codable, Sendable, Hashable {
    /// How the agent is called in lists; need not be unique.
    public var name: String
    /// Free labels, matched by tiers and jobs.
    public var labels: [String: String]
    /// The host as the agent sees it.
    public var host: HostFacts
    /// The agent's version.
    public var version: String
    /// The agent's Ed25519 public key: 32 bytes as base64.
    public var publicKey: String

    /// Makes a request.
    public init(name: String, labels: [String: String], host: HostFacts, version: String, publicKey: String) {
        self.name = name
        self.labels = labels
        self.host = host
        self.version = version
        self.publicKey = publicKey
    }
}

/// The answer to `POST /v1/enroll`.
public struct EnrollResponse: Codable, Sendable, Hashable {
    /// Identifies the agent from now on.
    public var agentId: String
    /// Whether it may work at once.
    public var status: AgentStatus
    /// The agent's first access token, shown once; nil while it waits for approval.
    public var accessToken: String?
    /// When the token stops working, by the collector's clock.
    public var expiresAt: Timestamp?
    /// Seconds from now until then.
    public var expiresInSeconds: Int?

    /// Makes a response.
    ///
    /// - Parameters:
    ///   - agentId: identifies the agent.
    ///   - status: whether it may work at once.
    ///   - grant: its first access token, when it may.
    public init(agentId: String, status: AgentStatus = .active, grant: AccessTokenGrant? = nil) {
        self.agentId = agentId
        self.status = status
        accessToken = grant?.accessToken
        expiresAt = grant?.expiresAt
        expiresInSeconds = grant?.expiresInSeconds
    }
}

/// `POST /v1/agents/{id}/heartbeat`: that the agent lives, and what it costs.
public struct Heartbeat: Codable, Sendable, Hashable {
    /// The agent's version.
    public var version: String
    /// The host as the agent sees it now.
    public var host: HostFacts
    /// Finished runs waiting to be sent.
    public var spoolRecords: Int
    /// Bytes they take.
    public var spoolBytes: UInt64
    /// Runs dropped because the spool was full, since it was made.
    public var droppedRecords: UInt64
    /// The agent's own resident memory, bytes.
    public var rssBytes: UInt64
    /// The agent's own CPU time since it started, seconds.
    public var cpuSeconds: Double
    /// The most resident memory the agent itself ever had, bytes; nil from versions that did not tell.
    public var peakRssBytes: UInt64?
    /// Bytes the agent has sent since it started, as HTTP; nil from versions that did not tell.
    public var sentBytes: UInt64?
    /// What it is about to measure, when it will not be heard of until that is done.
    public var measuring: Measuring?
    /// Seconds the box's local time is ahead of UTC; nil from versions that did not tell.
    public var utcOffsetSeconds: Int?
    /// When it is sent, by the box's own clock, which may be off; nil from versions that did not tell.
    public var sentAt: Timestamp?

    /// Makes a heartbeat.
    public init(
        version: String,
        host: HostFacts,
        spoolRecords: Int,
        spoolBytes: UInt64,
        droppedRecords: UInt64,
        rssBytes: UInt64,
        cpuSeconds: Double,
        peakRssBytes: UInt64? = nil,
        sentBytes: UInt64? = nil,
        measuring: Measuring? = nil,
        utcOffsetSeconds: Int? = nil,
        sentAt: Timestamp? = nil
    ) {
        self.version = version
        self.host = host
        self.spoolRecords = spoolRecords
        self.spoolBytes = spoolBytes
        self.droppedRecords = droppedRecords
        self.rssBytes = rssBytes
        self.cpuSeconds = cpuSeconds
        self.peakRssBytes = peakRssBytes
        self.sentBytes = sentBytes
        self.measuring = measuring
        self.utcOffsetSeconds = utcOffsetSeconds
        self.sentAt = sentAt
    }
}

/// An agent as the collector knows it.
public struct AgentRecord: Codable, Sendable, Hashable {
    /// Identifier given at enrolment.
    public var id: String
    /// Name chosen at enrolment.
    public var name: String
    /// Labels.
    public var labels: [String: String]
    /// The host.
    public var host: HostFacts
    /// Tiers whose match rule accepts the host: exactly one when all is well.
    public var tiers: [String]
    /// Whether it may work.
    public var status: AgentStatus
    /// `SHA256:` and the base64 of its public key's hash, as the agent tells it too; nil where no key is stored.
    public var keyFingerprint: String?
    /// When it enrolled, by the collector's clock.
    public var enrolledAt: Timestamp
    /// When it was last heard of, by the collector's clock.
    public var lastSeenAt: Timestamp?
    /// The latest heartbeat.
    public var heartbeat: Heartbeat?
    /// Seconds the agent's clock was ahead of the collector's at its latest heartbeat; nil where it did not tell its time.
    public var clockOffsetSeconds: Double?

    /// Makes a record.
    public init(
        id: String,
        name: String,
        labels: [String: String],
        host: HostFacts,
        tiers: [String],
        status: AgentStatus = .active,
        keyFingerprint: String? = nil,
        enrolledAt: Timestamp,
        lastSeenAt: Timestamp? = nil,
        heartbeat: Heartbeat? = nil
    ) {
        self.id = id
        self.name = name
        self.labels = labels
        self.host = host
        self.tiers = tiers
        self.status = status
        self.keyFingerprint = keyFingerprint
        self.enrolledAt = enrolledAt
        self.lastSeenAt = lastSeenAt
        self.heartbeat = heartbeat
    }
}

/// `GET /v1/agents`.
public struct AgentList: Codable, Sendable, Hashable {
    /// All agents, by name, then id.
    public var agents: [AgentRecord]

    /// Makes a list.
    public init(agents: [AgentRecord]) {
        self.agents = agents
    }
}
