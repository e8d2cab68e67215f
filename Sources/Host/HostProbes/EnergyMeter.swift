public import HostInfo
internal import Synchronization

/// Measures energy over a window with one instrument.
///
/// A counter is read at both ends, and now and then between them, so that its turning over is never missed. An instrument that shows power
/// is sampled twice for each of its own updates by a thread of its own, asleep in between. Make the meter before counters are opened: the
/// thread, started here, is then none of theirs.
public final class EnergyMeter: Sendable {
    /// The instrument.
    public let instrument: EnergyInstrument
    /// The time between two samples, in nanoseconds.
    public let samplingPeriodNanoseconds: UInt64

    /// The shortest window whose energy is reported, in nanoseconds: 5 s.
    ///
    /// One rule for all instruments, so that their numbers compare: of a sensor with ten values a second the two at the ends are then four
    /// percent at most of what is added up, and a millisecond counter's step is nothing. Supplies, fans and clocks answer a change of load
    /// within seconds.
    public static let shortestWindowNanoseconds: UInt64 = 5_000_000_000
    /// A tenth of a window that no sample covers is too much to guess.
    private static let longestGapFraction = 0.1

    private let root: HostRoot
    private let shortestWindowNanoseconds: UInt64
    private let total: Shared
    private let sampler: BackgroundSampler

    private final class Shared: Sendable {
        let total = Mutex<EnergyTotal?>(nil)
    }

    /// A meter of `instrument`, its thread asleep.
    public convenience init(_ instrument: EnergyInstrument, root: HostRoot = .system) {
        self.init(instrument, root: root, shortestWindowNanoseconds: Self.shortestWindowNanoseconds)
    }

    /// A meter whose shortest window is another: for tests, which have no five seconds.
    package init(_ instrument: EnergyInstrument, root: HostRoot, shortestWindowNanoseconds: UInt64) {
        self.instrument = instrument
        self.root = root
        self.shortestWindowNanoseconds = shortestWindowNanoseconds
        // 65 kJ, the smallest range there is, last 131 s at 500 W.
        samplingPeriodNanoseconds =
            instrument.kind == .counter
            ? 30_000_000_000 : min(250_000_000, max(20_000_000, instrument.updatePeriodNanoseconds / 2))
        let shared = Shared()
        total = shared
        let source = instrument.source
        sampler = BackgroundSampler(periodNanoseconds: samplingPeriodNanoseconds) {
            let sample = source.sample(root: root)
            let time = MonotonicClock.nanoseconds
            shared.total.withLock { $0?.add(sample, at: time) }
        }
    }

    /// Begins a window; one already begun is forgotten.
    public func start() {
        let sample = instrument.source.sample(root: root)
        let time = MonotonicClock.nanoseconds
        total.total.withLock {
            var fresh = EnergyTotal()
            fresh.add(sample, at: time)
            $0 = fresh
        }
        sampler.resume()
    }

    /// Ends the window.
    ///
    /// - Returns: its energy, or why there is none: too short, not begun, the instrument fell silent, went back or stood still.
    public func stop() -> Reading<MeasuredEnergy> {
        sampler.pause()
        let sample = instrument.source.sample(root: root)
        let time = MonotonicClock.nanoseconds
        let total = total.total.withLock { total -> EnergyTotal? in
            defer { total = nil }
            total?.add(sample, at: time)
            return total
        }
        guard let total else { return .unavailable(.absent("no window was begun")) }
        if let ending = sample.value == nil ? sample.availability : nil { return .unavailable(ending) }
        return Self.energy(total, of: instrument, shortestWindowNanoseconds: shortestWindowNanoseconds)
    }

    /// What a window's sums amount to.
    static func energy(
        _ total: EnergyTotal,
        of instrument: EnergyInstrument,
        shortestWindowNanoseconds: UInt64 = shortestWindowNanoseconds
    ) -> Reading<MeasuredEnergy> {
        let duration = total.durationNanoseconds
        if total.isBroken || total.samples < 2 {
            return .unavailable(total.failure ?? .absent("\(instrument.name) gave fewer than two values"))
        }
        guard duration >= shortestWindowNanoseconds, duration > 0 else {
            let seconds = Double(shortestWindowNanoseconds) / 1e9
            return .unavailable(.absent("the window is shorter than \(seconds) s, too short for a figure of energy"))
        }
        if instrument.kind == .sampled, Double(total.longestGapNanoseconds) > Double(duration) * longestGapFraction {
            return .unavailable(
                .absent(
                    "\(instrument.name) fell silent for \(total.longestGapNanoseconds / 1_000_000) ms of the window"
                )
            )
        }
        guard total.joules > 0 else {
            return .unavailable(
                .absent("\(instrument.name) stood still or shows no power, as in some virtual machines")
            )
        }
        guard total.joules / (Double(duration) / 1e9) < EnergyInstrument.highestWatts else {
            return .unavailable(.absent("\(instrument.name) shows a power no box can have"))
        }
        return .value(
            MeasuredEnergy(
                instrument: instrument.name,
                domain: instrument.domain,
                joules: total.joules,
                durationNanoseconds: duration,
                samples: total.samples,
                changes: total.changes,
                updatePeriodNanoseconds: instrument.updatePeriodNanoseconds
            )
        )
    }
}

/// The energy of one window, with what measured it and how finely.
public struct MeasuredEnergy: Sendable, Hashable {
    /// The instrument's name.
    public var instrument: String
    /// What it covers.
    public var domain: EnergyDomain
    /// Joules of all that the domain covers, not this process's part.
    public var joules: Double
    /// The window's length, in nanoseconds.
    public var durationNanoseconds: UInt64
    /// Values taken, those at both ends among them.
    public var samples: Int
    /// Values that differ from the one before; far fewer than `samples` where the instrument is slow or coarse.
    public var changes: Int
    /// How often the instrument's number changes, in nanoseconds.
    public var updatePeriodNanoseconds: UInt64

    /// Energy as another process measured it.
    public init(
        instrument: String,
        domain: EnergyDomain,
        joules: Double,
        durationNanoseconds: UInt64,
        samples: Int,
        changes: Int,
        updatePeriodNanoseconds: UInt64
    ) {
        self.instrument = instrument
        self.domain = domain
        self.joules = joules
        self.durationNanoseconds = durationNanoseconds
        self.samples = samples
        self.changes = changes
        self.updatePeriodNanoseconds = updatePeriodNanoseconds
    }

    /// Mean power, in watts.
    public var watts: Double { joules / (Double(durationNanoseconds) / 1e9) }

    /// The share of the window that one update of the instrument is: what the ends leave open.
    public var resolutionFraction: Double { Double(updatePeriodNanoseconds) / Double(durationNanoseconds) }
}
