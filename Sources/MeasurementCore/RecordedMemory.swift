/// Memory of the measuring process, bytes.
public struct RecordedMemory: Sendable, Hashable {
    /// VmHWM when loading had finished.
    public var loadPeakRssBytes: UInt64 = 0
    /// VmHWM after the window.
    public var peakRssBytes: UInt64 = 0
    /// Whether the peak was reset between the two, so that the second does not contain the first.
    public var peakWasReset = false
    /// RssAnon after the window.
    public var rssAnonBytes: UInt64 = 0
    /// RssAnon before the plan was mapped.
    public var anonymousBeforePlanBytes = RecordedValue(unavailable: .absent, reason: "not read")
    /// Pss after the window: what several processes share is divided among them.
    public var pssBytes = RecordedValue(unavailable: .absent, reason: "not read")
    /// Resident part of the mapped plan after the window.
    public var planResidentBytes = RecordedValue(unavailable: .absent, reason: "not read")
    /// Planned activation memory of one instance.
    public var arenaBytes: UInt64 = 0
    /// Packed weights.
    public var weightBytes: UInt64 = 0
    /// Working memory beside the arena, of one instance: gathered windows and tables of all its threads.
    public var scratchBytes: UInt64 = 0
    /// Page faults from before the plan was mapped until the instances were made.
    public var loadFaults = RecordedFaults()
    /// Page faults around the window.
    public var windowFaults = RecordedFaults()

    /// Makes a record of nothing.
    public init() {}
}

/// Page faults of the process.
public struct RecordedFaults: Sendable, Hashable {
    /// Served without a device.
    public var minor: UInt64
    /// That waited for a device.
    public var major: UInt64

    /// Makes a count.
    public init(minor: UInt64 = 0, major: UInt64 = 0) {
        (self.minor, self.major) = (minor, major)
    }
}

extension RecordBytes {
    mutating func append(_ memory: RecordedMemory) {
        append(memory.loadPeakRssBytes)
        append(memory.peakRssBytes)
        append(memory.peakWasReset)
        append(memory.rssAnonBytes)
        append(memory.anonymousBeforePlanBytes)
        append(memory.pssBytes)
        append(memory.planResidentBytes)
        append(memory.arenaBytes)
        append(memory.weightBytes)
        append(memory.scratchBytes)
        append(memory.loadFaults)
        append(memory.windowFaults)
    }

    private mutating func append(_ faults: RecordedFaults) {
        append(faults.minor)
        append(faults.major)
    }
}

extension RecordReader {
    mutating func memory() throws(RecordError) -> RecordedMemory {
        var memory = RecordedMemory()
        memory.loadPeakRssBytes = try integer()
        memory.peakRssBytes = try integer()
        memory.peakWasReset = try flag()
        memory.rssAnonBytes = try integer()
        memory.anonymousBeforePlanBytes = try amount()
        memory.pssBytes = try amount()
        memory.planResidentBytes = try amount()
        memory.arenaBytes = try integer()
        memory.weightBytes = try integer()
        memory.scratchBytes = try integer()
        memory.loadFaults = RecordedFaults(minor: try integer(), major: try integer())
        memory.windowFaults = RecordedFaults(minor: try integer(), major: try integer())
        return memory
    }

    /// A value that is not negative.
    mutating func amount() throws(RecordError) -> RecordedValue {
        let value = try value()
        guard value.value >= 0 else { throw RecordError("an amount is negative") }
        return value
    }
}
