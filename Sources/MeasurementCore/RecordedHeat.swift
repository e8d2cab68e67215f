/// Clock and heat over the window, of the CPUs the process may run on; sensors are the whole box's.
public struct RecordedHeat: Sendable, Hashable {
    /// Whether it could be told that the processor was slowed.
    public var throttling = RecordedAvailability.absent
    /// Why that could not be told; empty when it could.
    public var throttlingUnknown = "not looked at"
    /// Why the processor was slowed for heat or want of power; empty when it was not.
    public var throttled: [String] = []
    /// The lowest of the looks at the fastest CPU, in hertz.
    public var lowestHertz = RecordedValue.notLookedAt
    /// The mean of the looks.
    public var meanHertz = RecordedValue.notLookedAt
    /// The highest of the looks.
    public var highestHertz = RecordedValue.notLookedAt
    /// The mean of the looks in the window's first third.
    public var firstThirdHertz = RecordedValue.notLookedAt
    /// The mean of those in its last third.
    public var lastThirdHertz = RecordedValue.notLookedAt
    /// The hottest sensor before the window, in degrees Celsius.
    public var hottestBeforeCelsius = RecordedValue.notLookedAt
    /// The hottest at any look.
    public var hottestCelsius = RecordedValue.notLookedAt
    /// The hottest after the window.
    public var hottestAfterCelsius = RecordedValue.notLookedAt
    /// The share of looks in which cooling slowed the processor, 0...1.
    public var slowedFraction = RecordedValue.notLookedAt
    /// CPUs whose policy allows less than the processor can do, at either end.
    public var cappedCPUs = RecordedValue.notLookedAt
    /// CPUs whose policy allows less after the window than before.
    public var loweredCPUs = RecordedValue.notLookedAt
    /// What chose the frequencies, at either end; empty where the host does not say.
    public var governors: [String] = []
    /// The longest time between two looks, in nanoseconds: long when process or box stood still.
    public var longestGapNanoseconds = RecordedValue.notLookedAt

    /// Makes a record of nothing.
    public init() {}

    /// The numbers in the record's order, each with the range it must lie in.
    static let values: [(any WritableKeyPath<RecordedHeat, RecordedValue> & Sendable, ClosedRange<Double>)] = [
        (\.lowestHertz, 0...1e12), (\.meanHertz, 0...1e12), (\.highestHertz, 0...1e12),
        (\.firstThirdHertz, 0...1e12), (\.lastThirdHertz, 0...1e12),
        (\.hottestBeforeCelsius, -273...1000), (\.hottestCelsius, -273...1000), (\.hottestAfterCelsius, -273...1000),
        (\.slowedFraction, 0...1), (\.cappedCPUs, 0...1e6), (\.loweredCPUs, 0...1e6),
        (\.longestGapNanoseconds, 0...1e18),
    ]
}

extension RecordedValue {
    /// Before anything was read.
    static let notLookedAt = RecordedValue(unavailable: .absent, reason: "not looked at")
}

extension RecordBytes {
    mutating func append(_ heat: RecordedHeat) {
        append(heat.throttling.rawValue)
        append(heat.throttlingUnknown)
        append(heat.throttled) { $0.append($1) }
        append(heat.governors) { $0.append($1) }
        for (path, _) in RecordedHeat.values { append(heat[keyPath: path]) }
    }
}

extension RecordReader {
    mutating func heat() throws(RecordError) -> RecordedHeat {
        var heat = RecordedHeat()
        heat.throttling = try availability()
        heat.throttlingUnknown = try text()
        heat.throttled = try list { reader throws(RecordError) in try reader.text() }
        heat.governors = try list { reader throws(RecordError) in try reader.text() }
        for (path, range) in RecordedHeat.values { heat[keyPath: path] = try value(in: range) }
        guard heat.throttling == .ok || heat.throttled.isEmpty else {
            throw RecordError("it could not tell throttling and has reasons of it")
        }
        guard heat.hasOrderedClock else { throw RecordError("its clock's mean lies outside its extremes") }
        return heat
    }

    /// A value within a range, or its reason.
    mutating func value(in range: ClosedRange<Double>) throws(RecordError) -> RecordedValue {
        let value = try value()
        guard value.availability != .ok || range.contains(value.value) else {
            throw RecordError("a value lies outside \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}

extension RecordedHeat {
    fileprivate var hasOrderedClock: Bool {
        guard let lowest = lowestHertz.known, let mean = meanHertz.known, let highest = highestHertz.known else {
            return true
        }
        // Means are rounded to whole hertz.
        return lowest <= mean + 1 && mean <= highest + 1
    }
}

extension RecordedValue {
    /// The number, nil when it could not be read.
    package var known: Double? { availability == .ok ? value : nil }
}
