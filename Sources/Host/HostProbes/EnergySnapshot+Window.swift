public import HostInfo

/// Energy the processor's packages took in a window.
public struct Energy: Sendable, Hashable {
    /// All packages together, in joules; the whole package, not this process's part of it.
    public var joules: Double
    /// The length of the window, in nanoseconds.
    public var durationNanoseconds: UInt64

    /// Mean power, in watts.
    public var watts: Double { joules / (Double(durationNanoseconds) / 1e9) }
}

extension EnergySnapshot {
    /// The energy taken since `earlier`.
    ///
    /// - Parameter earlier: a snapshot of the same host before.
    /// - Returns: the energy, or why the two snapshots do not give one: too close together, so far apart that a counter may have
    ///   wrapped twice, of different packages, or standing still.
    public func energy(since earlier: EnergySnapshot) -> Reading<Energy> {
        guard timeNanoseconds >= earlier.timeNanoseconds,
            timeNanoseconds - earlier.timeNanoseconds >= Self.shortestWindowNanoseconds
        else {
            let seconds = Self.shortestWindowNanoseconds / 1_000_000_000
            return .unavailable(.absent("the window is shorter than \(seconds) s, too short for a figure of energy"))
        }
        guard domains.map(\.name) == earlier.domains.map(\.name) else {
            return .unavailable(.absent("the processor's packages changed inside the window"))
        }
        let duration = timeNanoseconds - earlier.timeNanoseconds
        var joules = 0.0
        for (now, before) in zip(domains, earlier.domains) {
            // Microjoules at 500 W are 500 a microsecond. The range over that is how long one turn lasts at least.
            if let range = now.rangeMicrojoules, duration / 1000 >= range / Self.highestPackageWatts {
                return .unavailable(.absent("the window is so long that the energy counter may have wrapped twice"))
            }
            guard let taken = Self.difference(now, before) else {
                return .unavailable(.absent("the energy counter of \(now.name) went back"))
            }
            joules += Double(taken) / 1e6
        }
        guard joules > 0 else {
            return .unavailable(.absent("the energy counters stood still, as in some virtual machines"))
        }
        return .value(Energy(joules: joules, durationNanoseconds: duration))
    }

    /// Microjoules from `before` to `now`, once round the range if need be; nil if that cannot be.
    static func difference(_ now: Domain, _ before: Domain) -> UInt64? {
        if now.microjoules >= before.microjoules { return now.microjoules - before.microjoules }
        guard let range = now.rangeMicrojoules, before.microjoules <= range else { return nil }
        return range - before.microjoules + now.microjoules
    }
}
