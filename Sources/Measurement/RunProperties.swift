internal import EdgeprofAPI
internal import MeasurementCore
internal import Statistics

/// What is true of a run without spoiling it, as seen in its record; docs/measurement.md has each rule's reason.
enum RunProperties {
    /// MLPerf's least number of queries for a 99th percentile at 99 % confidence, with at most one above the bound.
    static let queriesForP99 = EarlyStopping.fewestQueries(over: 1, probability: 0.99) ?? 662
    /// The clock fell when the last third's mean is so much below the first third's.
    static let clockFall = 0.03

    /// The properties of a record; `isBusy` when its instances never waited for a query.
    static func flags(of record: MeasuredRecord, isBusy: Bool) -> [Flag] {
        var flags: [Flag] = []
        if isThrottled(record.heat) { flags.append(.throttled) }
        if [record.heat.cappedCPUs, record.heat.loweredCPUs].contains(where: { $0.known ?? 0 > 0 }) {
            flags.append(.frequencyCapped)
        }
        if isBurst(record, isBusy: isBusy) { flags.append(.burst) }
        let queries = record.latency.bins.reduce(0) { $0 &+ $1.count }
        if queries < queriesForP99 { flags.append(.fewQueries) }
        // The two readings around a window never meet to the nanosecond.
        if record.counters.contains(where: { $0.availability == .ok && $0.liveFraction < Run.Counter.wholeLiveFraction }
        ) {
            flags.append(.partialCounters)
        }
        return flags
    }

    private static func isThrottled(_ heat: RecordedHeat) -> Bool {
        !heat.throttled.isEmpty || heat.slowedFraction.known ?? 0 > 0
    }

    /// The window is not the thermally steady tail: the clock fell in it, or was not steady yet while the box slowed it down.
    ///
    /// Where instances wait for queries a governor lets the clock follow them, and only throttling tells heat from idling.
    private static func isBurst(_ record: MeasuredRecord, isBusy: Bool) -> Bool {
        if isBusy, let change = clockChange(record.heat), change < -clockFall { return true }
        guard isThrottled(record.heat) else { return false }
        if record.tail == .unsteady { return true }
        // A throttled clock that is not seen to be steady cannot be taken for the tail, unless it was waited for.
        let isSteady = clockChange(record.heat).map { abs($0) <= SteadyTail.clockTolerance } ?? false
        return !isSteady && record.tail != .steady && record.tail != .steadyLatency
    }

    /// What the clock gained from the first third to the last, as a share; nil where it is not known.
    private static func clockChange(_ heat: RecordedHeat) -> Double? {
        guard let first = heat.firstThirdHertz.known, let last = heat.lastThirdHertz.known, first > 0 else {
            return nil
        }
        return last / first - 1
    }
}
