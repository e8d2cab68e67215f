internal import Glibc
public import HostInfo

/// What the box draws when nothing is asked of it, measured with the instrument that measures the run.
public struct IdleBaseline: Sendable, Hashable {
    /// The energy of the idle stretch.
    public var energy: MeasuredEnergy
    /// The share of all CPUs' time that was spent working meanwhile, 0 to 1; nil where the kernel does not say.
    public var busyFraction: Double?
    /// The governors of the CPUs' frequencies, distinct, sorted; empty where there are none.
    public var governors: [String]

    /// Mean idle power, in watts.
    public var watts: Double { energy.watts }

    /// More work than this is not idle, as a share of all CPUs' time.
    public static let highestBusyFraction = 0.05

    /// Measures the idle power, sleeping meanwhile.
    ///
    /// - Parameters:
    ///   - nanoseconds: for how long, at least `EnergyMeter.shortestWindowNanoseconds`.
    ///   - meter: the run's meter, with no window under way.
    ///   - root: where `/proc` and `/sys` are.
    ///   - isCancelled: asked ten times a second; ends it early, and then there is no baseline.
    /// - Returns: the baseline, or the meter's reason.
    public static func measure(
        nanoseconds: UInt64,
        with meter: EnergyMeter,
        root: HostRoot = .system,
        isCancelled: () -> Bool = { false }
    ) -> Reading<IdleBaseline> {
        let before = HostCPUTimes.read(root: root)
        meter.start()
        let isWhole = sleep(nanoseconds: nanoseconds, isCancelled: isCancelled)
        let energy = meter.stop()
        guard isWhole else { return .unavailable(.absent("the idle baseline was cancelled")) }
        let use = HostCPUTimes.read(root: root).flatMap { now in before.flatMap { now.since($0) } }.value
        let governors = CPUFrequency.read(root: root).value?.compactMap(\.governor) ?? []
        return energy.flatMap {
            .value(
                IdleBaseline(
                    energy: $0,
                    busyFraction: use.map { Double($0.busyNanoseconds) / Double($0.totalNanoseconds) },
                    governors: Set(governors).sorted()
                )
            )
        }
    }

    /// Sleeps, unless cancelled meanwhile.
    ///
    /// - Returns: whether it slept for all of the time.
    public static func sleep(nanoseconds: UInt64, isCancelled: () -> Bool) -> Bool {
        let end = MonotonicClock.nanoseconds &+ min(nanoseconds, 3_600_000_000_000)
        while true {
            let now = MonotonicClock.nanoseconds
            if isCancelled() { return false }
            guard now < end else { return true }
            usleep(UInt32(clamping: min((end - now) / 1000 + 1, 100_000)))
        }
    }
}

/// A run's energy above idle, from baselines before and after it.
public struct EnergyAboveIdle: Sendable, Hashable {
    /// Why the figure is to be read with care.
    public enum Doubt: String, Sendable, CaseIterable {
        /// The two baselines lie more than 5 % apart.
        case drift = "idle-power-drifted"
        /// The governor differs between the two.
        case governor = "governor-changed"
        /// Something worked during a baseline.
        case busy = "baseline-not-idle"
        /// The run drew less than idle.
        case belowIdle = "below-idle"
    }

    /// Joules above idle in the window; below zero where the box drew less than idle, which says that the baselines are wrong.
    public var joules: Double
    /// The idle power taken off: the mean of both baselines, in watts.
    public var idleWatts: Double
    /// How far the baselines lie apart, as a share of their mean.
    public var driftFraction: Double
    /// What to flag it with; empty if nothing.
    public var doubts: [Doubt]

    /// More drift than this is flagged, as a share of the mean.
    public static let highestDriftFraction = 0.05

    /// Takes the idle power off a run's energy.
    ///
    /// - Returns: the energy above idle, or why there is none: baselines of another instrument.
    public static func of(
        _ energy: MeasuredEnergy,
        before: IdleBaseline,
        after: IdleBaseline
    ) -> Reading<EnergyAboveIdle> {
        guard before.energy.instrument == energy.instrument, after.energy.instrument == energy.instrument else {
            return .unavailable(.absent("the idle power was measured with another instrument than the run"))
        }
        let idle = (before.watts + after.watts) / 2
        let drift = idle > 0 ? abs(after.watts - before.watts) / idle : .infinity
        var doubts: [Doubt] = []
        if drift > highestDriftFraction { doubts.append(.drift) }
        if before.governors != after.governors { doubts.append(.governor) }
        let busiest = [before.busyFraction, after.busyFraction].compactMap(\.self).max() ?? 0
        if busiest > IdleBaseline.highestBusyFraction { doubts.append(.busy) }
        let joules = energy.joules - idle * Double(energy.durationNanoseconds) / 1e9
        if joules < 0 { doubts.append(.belowIdle) }
        return .value(
            EnergyAboveIdle(
                joules: joules,
                idleWatts: idle,
                driftFraction: drift,
                doubts: doubts
            )
        )
    }
}
