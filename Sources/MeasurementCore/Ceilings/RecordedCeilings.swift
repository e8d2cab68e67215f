/// Where bytes can come from, nearest first; the raw values are part of the record's format.
public enum MemoryLevel: UInt8, Sendable, Hashable, CaseIterable {
    /// First-level data cache.
    case l1 = 1
    /// Second-level cache.
    case l2 = 2
    /// Third-level cache.
    case l3 = 3
    /// Main memory.
    case memory = 4
}

/// The most this host can do on so many threads at once: docs/measurement.md, "Roofline".
public struct RecordedCeilings: Sendable, Hashable {
    /// The instruction set the loops were made of.
    public var isa: String
    /// Threads that ran side by side.
    public var threads: UInt32
    /// Multiply-accumulates a second, all threads together.
    public var macsPerSecond: Double
    /// Levels the host states, nearest first, and memory.
    public var levels: [RecordedCeilingLevel]

    /// Makes ceilings.
    public init(isa: String, threads: UInt32, macsPerSecond: Double, levels: [RecordedCeilingLevel]) {
        self.isa = isa
        self.threads = threads
        self.macsPerSecond = macsPerSecond
        self.levels = levels
    }
}

/// How fast one level of the memory hierarchy can be read.
public struct RecordedCeilingLevel: Sendable, Hashable {
    /// Which.
    public var level: MemoryLevel
    /// Size of one such cache, bytes; 0 for memory.
    public var bytes: UInt64
    /// How many of the threads shared one such cache.
    public var sharers: UInt32
    /// Whether its speed could be measured.
    public var availability: RecordedAvailability
    /// Why not; empty when it could.
    public var reason: String
    /// Bytes read a second, all threads together; 0 when it could not be measured.
    public var bytesPerSecond: Double

    /// Makes a level.
    public init(
        level: MemoryLevel,
        bytes: UInt64,
        sharers: UInt32,
        availability: RecordedAvailability = .ok,
        reason: String = "",
        bytesPerSecond: Double = 0
    ) {
        self.level = level
        self.bytes = bytes
        self.sharers = sharers
        self.availability = availability
        self.reason = reason
        self.bytesPerSecond = bytesPerSecond
    }
}
