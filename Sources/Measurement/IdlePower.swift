internal import EdgeprofAPI
internal import HostInfo
internal import HostProbes
internal import MeasurementCore

/// What the box draws idle before and after a run, by the instrument that measures the run; costs no time where there is none.
struct IdlePower {
    /// How long each baseline is unless told otherwise.
    static let usualSeconds = MeasurementSettings.Limits.idleSeconds.lowerBound
    /// Before a baseline the box is left alone for so long, or for two values of the instrument if that is longer, at most
    /// `longestSettlingNanoseconds`: clocks and supplies come down within that, and meters that show a mean let go of what was.
    static let settlingNanoseconds: UInt64 = 1_000_000_000
    static let longestSettlingNanoseconds: UInt64 = 10_000_000_000

    /// The instrument the child is to use; nil to let it find none by itself.
    let instrument: String?

    private let meter: Reading<EnergyMeter>
    private let root: HostRoot
    private let nanoseconds: UInt64
    /// Why no baselines are measured; nil if they are.
    private let skipped: String?
    private var before: Reading<IdleBaseline>?
    private var after: Reading<IdleBaseline>?

    /// Finds an instrument.
    ///
    /// - Parameters:
    ///   - settings: of the run.
    ///   - named: the instrument asked for; nil for the one that covers most.
    ///   - root: where `/proc` and `/sys` are.
    ///   - shortestNanoseconds: the shortest window that gets a figure of energy.
    init(
        _ settings: MeasurementSettings,
        named: String?,
        root: HostRoot = .system,
        shortestNanoseconds: UInt64 = EnergyMeter.shortestWindowNanoseconds
    ) {
        self.root = root
        let found = EnergyInstrument.best(named: named, root: root)
        instrument = found.value?.name ?? named
        nanoseconds = UInt64((settings.idleSeconds ?? Self.usualSeconds) * 1e9)
        skipped =
            nanoseconds == 0
            ? "idle power was not to be measured"
            : settings.durationSeconds * 1e9 < Double(shortestNanoseconds)
                ? "idle power is measured for runs of \(shortestNanoseconds / 1_000_000_000) s and more" : nil
        // A meter has a thread, which nobody needs for nothing.
        meter =
            skipped.map { .unavailable(.absent($0)) }
            ?? found.flatMap { .value(EnergyMeter($0, root: root, shortestWindowNanoseconds: shortestNanoseconds)) }
    }

    /// Measures the baseline before the run, where there is something to measure with.
    ///
    /// - Parameters:
    ///   - cancellation: ends it early.
    ///   - onBegin: called if it takes time.
    /// - Throws: `cancelled`.
    mutating func measureBefore(
        _ cancellation: MeasurementCancellation,
        _ onBegin: () -> Void
    ) throws(MeasurementError) {
        (before, after) = (try baseline(cancellation, onBegin), nil)
    }

    /// Measures the baseline after a run that has a figure of energy.
    ///
    /// - Parameters:
    ///   - energy: the run's.
    ///   - cancellation: ends it early.
    ///   - onBegin: called if it takes time.
    /// - Throws: `cancelled`.
    mutating func measureAfter(
        _ energy: RecordedEnergy?,
        _ cancellation: MeasurementCancellation,
        _ onBegin: () -> Void
    ) throws(MeasurementError) {
        guard energy?.availability == .ok, before?.value != nil else { return }
        after = try baseline(cancellation, onBegin)
    }

    private func baseline(
        _ cancellation: MeasurementCancellation,
        _ onBegin: () -> Void
    ) throws(MeasurementError) -> Reading<IdleBaseline> {
        guard let meter = meter.value else { return .unavailable(meter.availability) }
        onBegin()
        let settling = min(
            Self.longestSettlingNanoseconds,
            max(Self.settlingNanoseconds, 2 &* min(meter.instrument.updatePeriodNanoseconds, 60_000_000_000))
        )
        guard IdleBaseline.sleep(nanoseconds: settling, isCancelled: { cancellation.isCancelled }) else {
            throw .cancelled
        }
        let baseline = IdleBaseline.measure(nanoseconds: nanoseconds, with: meter, root: root) {
            cancellation.isCancelled
        }
        if cancellation.isCancelled { throw .cancelled }
        return baseline
    }

    /// What the baselines say of the run's energy; nil where that was not measured.
    func idle(beside energy: RecordedEnergy) -> Run.Energy.Idle? {
        guard let measured = energy.measured else { return nil }
        if let skipped { return Run.Energy.Idle(unavailable: .absent, reason: skipped) }
        let missing = Reading<IdleBaseline>.unavailable(.absent("idle power was not measured"))
        let idle = (before ?? missing).flatMap { before in
            (after ?? missing).flatMap { after in
                EnergyAboveIdle.of(measured, before: before, after: after).flatMap {
                    .value(Run.Energy.Idle($0, before: before, after: after))
                }
            }
        }
        return idle.value
            ?? Run.Energy.Idle(
                unavailable: EdgeprofAPI.Availability(RecordedAvailability(idle.availability.status)),
                reason: idle.availability.explanation
            )
    }
}
