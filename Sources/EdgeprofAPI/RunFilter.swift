/// Which runs are asked for: `GET /v1/runs` and `GET /v1/runs/export`; what is nil or empty accepts every run.
public struct RunFilter: Sendable, Hashable {
    /// Model name.
    public var model: String?
    /// SHA-256 of the model's file.
    public var sha256: String?
    /// Agent that took them.
    public var agentId: String?
    /// Name of the host, as it told when it measured.
    public var hostname: String?
    /// A tier whose rule accepts the host.
    public var tier: String?
    /// Job they answer.
    public var jobId: String?
    /// How they ended.
    public var outcome: Run.Outcome?
    /// Begun then or later, by the host's clock.
    public var startedFrom: Timestamp?
    /// Begun before, by the host's clock.
    public var startedTo: Timestamp?
    /// Received then or later, by the collector's clock.
    public var receivedFrom: Timestamp?
    /// Received before, by the collector's clock.
    public var receivedTo: Timestamp?
    /// Sent by agents whose clock was off by this many seconds or more, either way.
    public var clockOffSeconds: Int?
    /// Runs that carry all of these.
    public var flags: [Flag]
    /// Runs that carry none of these.
    public var withoutFlags: [Flag]

    /// Makes a filter.
    public init(
        model: String? = nil,
        sha256: String? = nil,
        agentId: String? = nil,
        hostname: String? = nil,
        tier: String? = nil,
        jobId: String? = nil,
        outcome: Run.Outcome? = nil,
        startedFrom: Timestamp? = nil,
        startedTo: Timestamp? = nil,
        receivedFrom: Timestamp? = nil,
        receivedTo: Timestamp? = nil,
        clockOffSeconds: Int? = nil,
        flags: [Flag] = [],
        withoutFlags: [Flag] = []
    ) {
        self.model = model
        self.sha256 = sha256
        self.agentId = agentId
        self.hostname = hostname
        self.tier = tier
        self.jobId = jobId
        self.outcome = outcome
        self.startedFrom = startedFrom
        self.startedTo = startedTo
        self.receivedFrom = receivedFrom
        self.receivedTo = receivedTo
        self.clockOffSeconds = clockOffSeconds
        self.flags = flags
        self.withoutFlags = withoutFlags
    }

    /// Names of the query parameters, in the order of `queryItems`.
    public static let queryNames = [
        "model", "sha256", "agent", "host", "tier", "job", "outcome", "startedFrom", "startedTo", "receivedFrom",
        "receivedTo", "clockOff", "flags", "withoutFlags",
    ]

    /// The query that asks for these runs; equal filters have equal ones.
    public var queryItems: [(name: String, value: String?)] {
        let values: [String?] = [
            model, sha256, agentId, hostname, tier, jobId, outcome?.rawValue, startedFrom?.description,
            startedTo?.description, receivedFrom?.description, receivedTo?.description,
            clockOffSeconds.map { String($0) }, Self.text(flags), Self.text(withoutFlags),
        ]
        return Array(zip(Self.queryNames, values)).map { (name: $0, value: $1) }
    }

    /// Flags as a query holds them: sorted, separated by commas; nil for none.
    private static func text(_ flags: [Flag]) -> String? {
        flags.isEmpty ? nil : Set(flags.map(\.rawValue)).sorted().joined(separator: ",")
    }
}
