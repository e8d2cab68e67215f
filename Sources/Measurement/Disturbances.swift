internal import EdgeprofAPI
internal import MeasurementCore

/// What spoiled a run, or is true of it, as seen in its record.
enum Disturbances {
    /// Stolen share of the CPU time wanted, above which a run is disturbed.
    static let stolenShare = 0.01
    /// Share of the CPUs' time others used, above which a run is disturbed.
    static let otherShare = 0.05
    /// The wall clock is set, not slewed, when it moves further than this.
    static let clockStepNanoseconds: UInt64 = 5_000_000
    /// MLPerf's least number of queries for a 99th percentile at 99 % confidence, with at most one above the bound.
    static let queriesForP99: UInt64 = 662

    static func flags(of record: MeasuredRecord) -> [Flag] {
        var flags: [Flag] = []
        if isStolenFrom(record.processor) { flags.append(.stolenTime) }
        if hasOtherLoad(record.processor) { flags.append(.otherLoad) }
        if record.clockStepNanoseconds.magnitude > clockStepNanoseconds { flags.append(.clockStep) }
        let queries = record.latency.bins.reduce(0) { $0 &+ $1.count }
        if queries < queriesForP99 { flags.append(.fewQueries) }
        // The two readings around a window never meet to the nanosecond.
        if record.counters.contains(where: { $0.availability == .ok && $0.liveFraction < Run.Counter.wholeLiveFraction }
        ) {
            flags.append(.partialCounters)
        }
        return flags
    }

    private static func isStolenFrom(_ time: RecordedProcessorTime) -> Bool {
        let wanted = Double(time.busyNanoseconds) + Double(time.stolenNanoseconds)
        // One tick is the finest there is, and may have begun long before.
        return time.isKnown && Double(time.stolenNanoseconds) >= 2 * Double(time.tickNanoseconds)
            && Double(time.stolenNanoseconds) > stolenShare * wanted
    }

    private static func hasOtherLoad(_ time: RecordedProcessorTime) -> Bool {
        let others = Double(time.busyNanoseconds) - Double(time.ownNanoseconds)
        let capacity = Double(time.cpus) * Double(time.stretchNanoseconds)
        // Busy time is rounded to ticks at both ends of each CPU, own time is not.
        let rounding = 2 * Double(time.cpus) * Double(time.tickNanoseconds)
        return time.isKnown && others - rounding > otherShare * capacity
    }
}
