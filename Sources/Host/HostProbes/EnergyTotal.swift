internal import HostInfo

/// Adds up an instrument's samples over a window: differences of counters, or the area under power.
///
/// Power between two samples is taken as the mean of both (the trapezoidal rule).
struct EnergyTotal: Sendable {
    private(set) var joules = 0.0
    private(set) var samples = 0
    /// Samples that differ from the one before: fewer than samples where the instrument is slower than its reader.
    private(set) var changes = 0
    private(set) var longestGapNanoseconds: UInt64 = 0
    private(set) var firstNanoseconds: UInt64 = 0
    private(set) var lastNanoseconds: UInt64 = 0
    private(set) var failure: Availability?
    private var last: EnergySample?

    var durationNanoseconds: UInt64 {
        lastNanoseconds > firstNanoseconds ? lastNanoseconds - firstNanoseconds : 0
    }

    /// Adds a sample taken at `time`; one that failed is a gap, and the last such reason is kept.
    mutating func add(_ reading: Reading<EnergySample>, at time: UInt64) {
        guard case .value(let sample) = reading else {
            failure = reading.availability
            return
        }
        guard let before = last else {
            last = sample
            firstNanoseconds = time
            lastNanoseconds = time
            samples = 1
            return
        }
        // Two threads sample: one may come late with an older time.
        guard time >= lastNanoseconds else { return }
        let gap = time - lastNanoseconds
        switch (before, sample) {
        case (.watts(let then), .watts(let now)): joules += (then + now) / 2 * Double(gap) / 1e9
        case (.counters(let then), .counters(let now)):
            guard let difference = Self.joules(from: then, to: now, gapNanoseconds: gap) else {
                failure = .absent("the energy counter went back, or its packages changed")
                last = sample
                lastNanoseconds = time
                isBroken = true
                return
            }
            joules += difference
        default: isBroken = true
        }
        longestGapNanoseconds = max(longestGapNanoseconds, gap)
        samples += 1
        if before != sample { changes += 1 }
        last = sample
        lastNanoseconds = time
    }

    /// Whether a counter's step could not be understood: no later sample mends that.
    private(set) var isBroken = false

    /// The joules between two looks at counters, once round their range if need be.
    private static func joules(
        from then: [EnergySnapshot.Domain],
        to now: [EnergySnapshot.Domain],
        gapNanoseconds: UInt64
    ) -> Double? {
        guard then.map(\.name) == now.map(\.name) else { return nil }
        var joules = 0.0
        for (before, after) in zip(then, now) {
            if let range = after.rangeMicrojoules,
                gapNanoseconds / 1000 >= range / EnergySnapshot.highestPackageWatts
            {
                return nil
            }
            guard let taken = EnergySnapshot.difference(after, before) else { return nil }
            joules += Double(taken) / 1e6
        }
        return joules
    }
}
