internal import HostInfo

/// When a counter that was live for part of a window may be scaled up to all of it.
///
/// A PMU has few counters; asked for more, the kernel takes turns. The count over the live part, times enabled over running time,
/// estimates the whole, badly if the live part was short. Reported unscaled it undercounts two or three times.
public struct MultiplexPolicy: Sendable, Hashable {
    /// The least share of the window a counter must have been live for.
    public var leastLiveFraction: Double
    /// The least time it must have been live for, in nanoseconds: a few of the kernel's turns.
    public var leastLiveNanoseconds: UInt64

    /// One tenth of the window and 10 ms.
    public static let standard = MultiplexPolicy(leastLiveFraction: 0.1, leastLiveNanoseconds: 10_000_000)

    /// A policy with these floors.
    public init(leastLiveFraction: Double, leastLiveNanoseconds: UInt64) {
        self.leastLiveFraction = leastLiveFraction
        self.leastLiveNanoseconds = leastLiveNanoseconds
    }

    /// The reading of a counter from its raw count and times.
    ///
    /// - Parameters:
    ///   - counter: the counter.
    ///   - rawValue: what it counted while live.
    ///   - enabledNanoseconds: how long it was meant to count, over all threads.
    ///   - runningNanoseconds: how long it was live.
    /// - Returns: the raw value if it was live throughout, a scaled one if for long enough, else a reason.
    public func reading(
        _ counter: Counter,
        rawValue: UInt64,
        enabledNanoseconds: UInt64,
        runningNanoseconds: UInt64
    ) -> CounterReading {
        guard enabledNanoseconds > 0 else {
            return CounterReading(counter, unavailable: .absent("no measured window yet"))
        }
        let running = min(runningNanoseconds, enabledNanoseconds)
        let liveFraction = Double(running) / Double(enabledNanoseconds)
        let times = CounterReading.Times(enabledNanoseconds: enabledNanoseconds, runningNanoseconds: running)
        func refused(_ availability: Availability) -> CounterReading {
            CounterReading(
                counter,
                unavailable: availability,
                rawValue: rawValue,
                liveFraction: liveFraction,
                times: times
            )
        }
        let fewer = "ask for fewer counters at once"
        guard running > 0 else {
            return refused(.denied("never live: the processor's counters were all in use", remedy: fewer))
        }
        let isLiveThroughout = running == enabledNanoseconds
        guard isLiveThroughout || (liveFraction >= leastLiveFraction && running >= leastLiveNanoseconds) else {
            let percent = Int((liveFraction * 100).rounded(.down))
            return refused(
                .denied(
                    "live for \(percent) % of the window (\(running / 1000) us): too little to scale",
                    remedy: fewer
                )
            )
        }
        // A process that runs spends cycles and instructions. Some virtual machines offer counters that stand still.
        if rawValue == 0, counter == .cycles || counter == .instructions {
            return refused(.absent("the counter stood still while the process ran, as in some virtual machines"))
        }
        if isLiveThroughout {
            return CounterReading(
                counter,
                value: rawValue,
                rawValue: rawValue,
                isScaled: false,
                liveFraction: 1,
                times: times
            )
        }
        guard let scaled = Self.scaled(rawValue, by: enabledNanoseconds, over: running) else {
            return refused(.absent("the scaled count does not fit 64 bits"))
        }
        return CounterReading(
            counter,
            value: scaled,
            rawValue: rawValue,
            isScaled: true,
            liveFraction: liveFraction,
            times: times
        )
    }

    /// `value * enabled / running`, rounded down, through 128 bits; nil if it does not fit.
    static func scaled(_ value: UInt64, by enabled: UInt64, over running: UInt64) -> UInt64? {
        let product = value.multipliedFullWidth(by: enabled)
        guard product.high < running else { return nil }
        return running.dividingFullWidth(product).quotient
    }
}
