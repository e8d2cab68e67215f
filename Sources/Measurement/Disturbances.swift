internal import EdgeprofAPI
internal import MeasurementCore

/// What spoiled a run, as seen in its record; docs/measurement.md has each rule's reason.
enum Disturbances {
    /// Stolen share of the CPU time wanted, above which a run is disturbed.
    static let stolenShare = 0.01
    /// Share of the CPUs' time others used, above which a run is disturbed.
    static let otherShare = 0.05
    /// Share of the CPUs' time that others waited for them, above which a run is disturbed.
    ///
    /// Waiting outlasts the work waited with: where all CPUs are busy, a daemon's 50 µs wait for a time slice of up to 3 ms. Thirty wake-ups a
    /// second and CPU, more than an idle box has, wait 9 % of its time.
    static let waitShare = 0.1
    /// The wall clock is set, not slewed, when it moves further than this.
    static let clockStepNanoseconds: UInt64 = 5_000_000
    /// Pages swapped by others in a second, and in all, above which a run is disturbed.
    ///
    /// At 20 µs a page (zram's compressing, reclaim, the fault) that is 0.2 % of one CPU; on a card of 10 MB/s it is 4 % of the card's time.
    /// 64 pages are eight reads of the kernel's usual eight: what one daemon that wakes up gets back.
    static let swappedPagesPerSecond = 100.0
    static let swappedPages = 64.0
    /// Four looks a second that come so late show that the process, or the box, stood still.
    static let gapNanoseconds = 1e9

    /// The disturbances and properties of a record, whose run had `threads` threads in all instances together.
    ///
    /// `isBusy` when its instances never waited for a query.
    static func flags(of record: MeasuredRecord, threads: Int, isBusy: Bool = true) -> [Flag] {
        var flags: [Flag] = []
        if isStolenFrom(record.processor) { flags.append(.stolenTime) }
        if isRunBesides(record.processor) || isWaitedFor(record, threads: threads) { flags.append(.otherLoad) }
        if isClockSet(record) { flags.append(.clockStep) }
        if isSwappedBesides(record) { flags.append(.swapping) }
        if hasStoodStill(record) { flags.append(.stopped) }
        if [record.load.vanishedCPUs, record.load.newCPUs].contains(where: { $0.known ?? 0 > 0 }) {
            flags.append(.cpusChanged)
        }
        return flags + RunProperties.flags(of: record, isBusy: isBusy)
    }

    private static func isStolenFrom(_ time: RecordedProcessorTime) -> Bool {
        let wanted = Double(time.busyNanoseconds) + Double(time.stolenNanoseconds)
        // One tick is the finest there is, and may have begun long before.
        return time.isKnown && Double(time.stolenNanoseconds) >= 2 * Double(time.tickNanoseconds)
            && Double(time.stolenNanoseconds) > stolenShare * wanted
    }

    private static func isRunBesides(_ time: RecordedProcessorTime) -> Bool {
        let others = Double(time.busyNanoseconds) - Double(time.ownNanoseconds)
        let capacity = Double(time.cpus) * Double(time.stretchNanoseconds)
        // Busy time is rounded to ticks at both ends of each CPU, own time is not.
        let rounding = 2 * Double(time.cpus) * Double(time.tickNanoseconds)
        return time.isKnown && others - rounding > otherShare * capacity
    }

    /// Others waited for the CPUs: what a container that hides their running time cannot hide.
    ///
    /// Own waiting is in neither number. With more threads than CPUs others wait because of us, and nothing is told.
    private static func isWaitedFor(_ record: MeasuredRecord, threads: Int) -> Bool {
        guard threads <= Int(record.processor.cpus) else { return false }
        let waited = record.load.othersWaitFraction.known ?? record.load.pressureByOthersFraction.known ?? 0
        return waited > waitShare
    }

    /// The wall clock moved, apart from what it moved with the host's sleep.
    private static func isClockSet(_ record: MeasuredRecord) -> Bool {
        let slept = Int64(record.load.suspendedNanoseconds.known ?? 0)
        let (moved, overflow) = record.clockStepNanoseconds.subtractingReportingOverflow(slept)
        return overflow || moved.magnitude > clockStepNanoseconds
    }

    private static func isSwappedBesides(_ record: MeasuredRecord) -> Bool {
        let seconds = Double(record.processor.stretchNanoseconds) / 1e9
        return record.load.swapByOthersPages.known ?? 0 > max(swappedPages, swappedPagesPerSecond * seconds)
    }

    private static func hasStoodStill(_ record: MeasuredRecord) -> Bool {
        record.heat.longestGapNanoseconds.known ?? 0 > gapNanoseconds
            || record.load.suspendedNanoseconds.known ?? 0 > 0
    }
}
