/// A run as a collector holds it: the run, and when it came by the collector's own clock.
///
/// One JSON object with the run's fields and these. A collector that is sent one takes the run and sets its own times.
public struct CollectedRun: Codable, Sendable, Hashable {
    /// The run.
    public var run: Run
    /// When the collector had it, by the collector's clock; nil from versions that did not tell.
    public var receivedAt: Timestamp?
    /// Seconds the agent's clock was ahead of the collector's when it sent the run, its way there taken off nowhere; nil
    /// where the agent did not tell its time.
    public var clockOffsetSeconds: Double?

    /// Makes a collected run.
    public init(run: Run, receivedAt: Timestamp? = nil, clockOffsetSeconds: Double? = nil) {
        self.run = run
        self.receivedAt = receivedAt
        self.clockOffsetSeconds = clockOffsetSeconds
    }

    private enum CodingKeys: CodingKey {
        case receivedAt, clockOffsetSeconds
    }

    /// Reads the run and what the collector added.
    public init(from decoder: any Decoder) throws {
        run = try Run(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        receivedAt = try container.decodeIfPresent(Timestamp.self, forKey: .receivedAt)
        clockOffsetSeconds = try container.decodeIfPresent(Double.self, forKey: .clockOffsetSeconds)
    }

    /// Writes all into one object.
    public func encode(to encoder: any Encoder) throws {
        try run.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(receivedAt, forKey: .receivedAt)
        try container.encodeIfPresent(clockOffsetSeconds, forKey: .clockOffsetSeconds)
    }
}

/// A page of runs as a collector holds them, newest first: `GET /v1/runs`.
public struct CollectedRunList: Codable, Sendable, Hashable {
    /// Runs; fewer than asked for, even none, while `nextCursor` says that there may be more.
    public var runs: [CollectedRun]
    /// Give this as `cursor`, with the same filters, for the next page; nil on the last one.
    public var nextCursor: String?

    /// Makes a page.
    public init(runs: [CollectedRun], nextCursor: String? = nil) {
        self.runs = runs
        self.nextCursor = nextCursor
    }
}
