internal import HostInfo
internal import PerfCounters

/// One counter over the window.
public struct RecordedCounter: Sendable, Hashable {
    /// For example `instructions`.
    public var name: String
    /// Whether it could be read.
    public var availability: RecordedAvailability
    /// Why not and how to mend it; empty when it could.
    public var reason: String
    /// The count, scaled up when it counted part of the time; 0 when it could not be read.
    public var value: Double
    /// The share of the window in which it counted, 0...1.
    public var liveFraction: Double
    /// What was counted, unscaled; kept even where it was too little to be scaled.
    public var rawValue: UInt64
    /// How long it was meant to count, over all threads; 0 where nothing takes turns, or it was never opened.
    public var enabledNanoseconds: UInt64
    /// How long it did count, at most `enabledNanoseconds`.
    public var runningNanoseconds: UInt64

    /// Makes a counter.
    public init(
        name: String,
        availability: RecordedAvailability = .ok,
        reason: String = "",
        value: Double = 0,
        liveFraction: Double = 0,
        rawValue: UInt64 = 0,
        enabledNanoseconds: UInt64 = 0,
        runningNanoseconds: UInt64 = 0
    ) {
        self.name = name
        self.availability = availability
        self.reason = reason
        self.value = value
        self.liveFraction = liveFraction
        self.rawValue = rawValue
        self.enabledNanoseconds = enabledNanoseconds
        self.runningNanoseconds = runningNanoseconds
    }

    /// What a session read.
    init(_ reading: CounterReading) {
        self.init(
            name: reading.name,
            availability: RecordedAvailability(reading.availability.status),
            reason: reading.availability.explanation,
            // Spelled out: `Double.init` alone would take the bit pattern.
            value: reading.value.map { Double($0) } ?? 0,
            liveFraction: reading.liveFraction ?? 0,
            rawValue: reading.rawValue ?? 0,
            enabledNanoseconds: reading.times?.enabledNanoseconds ?? 0,
            runningNanoseconds: reading.times?.runningNanoseconds ?? 0
        )
    }

    /// Why the figures cannot belong together, nil when they can.
    fileprivate var contradiction: String? {
        guard value >= 0, (0...1).contains(liveFraction) else { return "is negative or counted more than all the time" }
        guard runningNanoseconds <= enabledNanoseconds else { return "ran longer than it was enabled" }
        guard availability == .ok else { return value == 0 ? nil : "could not be read and has a value" }
        // Scaling multiplies by 1 or more.
        guard Double(rawValue) <= value else { return "was scaled down" }
        guard enabledNanoseconds > 0 else { return nil }
        let live = Double(runningNanoseconds) / Double(enabledNanoseconds)
        return abs(live - liveFraction) <= 1e-6 ? nil : "has a live share that its times do not give"
    }
}

extension RecordBytes {
    mutating func append(_ counter: RecordedCounter) {
        append(counter.name)
        append(counter.availability.rawValue)
        append(counter.reason)
        append(counter.value)
        append(counter.liveFraction)
        append(counter.rawValue)
        append(counter.enabledNanoseconds)
        append(counter.runningNanoseconds)
    }
}

extension RecordReader {
    mutating func counter() throws(RecordError) -> RecordedCounter {
        let counter = RecordedCounter(
            name: try text(),
            availability: try availability(),
            reason: try text(),
            value: try real(),
            liveFraction: try real(),
            rawValue: try integer(),
            enabledNanoseconds: try integer(),
            runningNanoseconds: try integer()
        )
        if let contradiction = counter.contradiction {
            throw RecordError("its counter \(counter.name) \(contradiction)")
        }
        return counter
    }
}
