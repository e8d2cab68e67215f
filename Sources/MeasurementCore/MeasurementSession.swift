internal import HostProbes
internal import Synchronization

/// What is done around the window, on the main thread.
protocol WindowProbes {
    /// Slow readings, while the instances run but nothing counts yet.
    mutating func beforeWindow()
    /// Switches on what counts inside the window.
    mutating func windowOpens()
    /// Switches it off.
    mutating func windowCloses()
    /// Slow readings, as soon as nothing counts any more; the instances' threads live on meanwhile, so their accounts are whole.
    mutating func afterWindow()
    /// A look at clock and heat, during a warm-up that waits for them to become steady.
    func look() -> FrequencyLook
}

/// What came of a session.
struct SessionResult {
    /// Length of the window.
    var windowNanoseconds: UInt64 = 0
    /// Time from the first query to the window.
    var warmUpNanoseconds: UInt64 = 0
    /// Queries before the window, all instances.
    var warmUpQueries: UInt64 = 0
    /// Whether every instance became steady in time.
    var warmUpSettled = false
    /// Whether clock and heat became steady, where that was waited for.
    var tail = RecordedTail.notAskedFor
    /// Latencies of counted queries, all instances.
    var latencies = LatencyRecorder()
}

/// Warm-up and window over a set of instances.
///
/// ```
/// threads start   all steady, or time's up     start                       end
/// |--- warm-up ---|-- probes, one query's time --|------- window -------------|-- probes, join
/// ```
struct MeasurementSession {
    /// Warm-up takes no less: the clock and the caches need time even where latency looks steady.
    static let shortestWarmUpNanoseconds: UInt64 = 100_000_000
    /// Warm-up takes as long as the window at most, within these bounds.
    static let warmUpCapNanoseconds: ClosedRange<UInt64> = 500_000_000...5_000_000_000
    /// A window is stretched to have room for so many queries of the slowest instance.
    static let leastQueries: UInt64 = 3

    /// Queries arrive for a tenth of the window, and as long as twenty of them take, before they count: a queue that is
    /// empty at first is no steady state.
    static let rampShare: UInt64 = 10
    static let rampQueries: UInt64 = 20
    /// Queries, and their share of those that arrived in the window, that may wait at its end.
    static let backlog = 40
    static let backlogShare = 0.05
    /// How long the queue may take to empty after the window, at least; a window's length if that is longer.
    static let shortestDrainNanoseconds: UInt64 = 5_000_000_000

    private static let pollNanoseconds: UInt64 = 5_000_000

    /// Length of timed queries asked for.
    var durationNanoseconds: UInt64
    /// Queries that arrive in a second on average; nil for queries back to back.
    var ratePerSecond: Double?
    /// How long warm-up may go on until clock and heat are steady; 0 for no waiting.
    var settleNanoseconds: UInt64 = 0
    /// The parent, without whom there is no point in going on.
    var parent: ParentWatch

    /// Runs all instances through warm-up and window.
    ///
    /// - Parameters:
    ///   - runners: one for each instance, each used by one thread.
    ///   - probes: what to do around the window.
    /// - Returns: what was observed.
    /// - Throws: `outOfMemory` without room for the threads; `unfinished` when no query ended in the window;
    ///   `abandoned`.
    func run<Runner: QueryRunner>(
        _ runners: [Runner],
        probes: inout some WindowProbes
    ) throws(MeasurementFailure) -> SessionResult {
        let window = MeasurementWindow()
        let arrivals = ratePerSecond.map { ArrivalSchedule(ratePerSecond: $0) }
        let instances = runners.map { Instance(runner: $0, window: window, arrivals: arrivals) }
        var threads: [MeasurementThread] = []
        var result: SessionResult
        do {
            let began = MonotonicClock.nanoseconds
            for instance in instances { threads.append(try MeasurementThread { instance.run() }) }
            result = try observe(instances, window: window, arrivals: arrivals, began: began, probes: &probes)
            if let arrivals { try drain(arrivals, windowNanoseconds: result.windowNanoseconds) }
        } catch {
            // A gone parent cannot be told anything; the process ends without waiting for queries that may take seconds.
            if error == .abandoned { throw error }
            window.abandon()
            for thread in threads { thread.join() }
            throw error
        }
        for thread in threads { thread.join() }
        for instance in instances { result.latencies.add(instance.recorder) }
        guard result.latencies.count > 0 else { throw .unfinished("no query ended in \(result.windowNanoseconds) ns") }
        return result
    }

    private func observe<Runner: QueryRunner>(
        _ instances: [Instance<Runner>],
        window: MeasurementWindow,
        arrivals: ArrivalSchedule?,
        began: UInt64,
        probes: inout some WindowProbes
    ) throws(MeasurementFailure) -> SessionResult {
        var result = SessionResult()
        result.warmUpSettled = try warmUp(instances, began: began)
        if settleNanoseconds > 0 { result.tail = try settle(instances, began: began, probes: probes) }
        let medians = instances.map { $0.medianNanoseconds.load(ordering: .relaxed) }.sorted()
        let slowest = medians.last ?? 0
        result.windowNanoseconds = max(durationNanoseconds, slowest &* Self.leastQueries)
        let ramp =
            arrivals == nil ? 0 : max(result.windowNanoseconds / Self.rampShare, slowest &* Self.rampQueries)
        if let arrivals {
            try arrivals.draw(rampNanoseconds: ramp, windowNanoseconds: result.windowNanoseconds, seed: 1)
            guard arrivals.countedArrivals > 0 else {
                let seconds = Double(result.windowNanoseconds) / 1e9
                throw .refused(
                    "no query arrives in \(seconds) s at \(arrivals.ratePerSecond) a second; ask for a longer time or a higher rate"
                )
            }
        }
        probes.beforeWindow()
        // The queries that were under way during the probes end before the window begins.
        let opening = MonotonicClock.nanoseconds &+ slowest &+ slowest / 2 &+ 1_000_000
        let start = opening &+ ramp
        let end = start &+ result.windowNanoseconds
        // Before arrivals begin: whoever answers them asks for the window.
        window.open(from: start, to: end, middle: medians.isEmpty ? 0 : medians[medians.count / 2])
        arrivals?.open(at: opening)
        try parent.sleep(until: start)
        probes.windowOpens()
        result.warmUpNanoseconds = start &- began
        result.warmUpQueries = instances.reduce(0) { $0 &+ $1.warmUpQueries.load(ordering: .acquiring) }
        try parent.sleep(until: end)
        probes.windowCloses()
        probes.afterWindow()
        window.close()
        if let arrivals { try requireKeptUp(arrivals) }
        return result
    }

    /// Refuses a queue that has only grown: its latency is the window's length, its throughput the rate asked for.
    ///
    /// At a utilisation of 0.95 nineteen queries wait on average, however long the window is; of arrivals beyond what is answered a
    /// share of the window's queries does.
    private func requireKeptUp(_ arrivals: ArrivalSchedule) throws(MeasurementFailure) {
        let backlog = arrivals.count - arrivals.answered
        guard backlog > max(Self.backlog, Int(Double(arrivals.countedArrivals) * Self.backlogShare)) else { return }
        throw .unfinished(
            "\(backlog) of \(arrivals.count) queries waited at the window's end: \(arrivals.ratePerSecond) a second are more than "
                + "these instances answer; lower the rate"
        )
    }

    /// Waits until every query has been answered.
    private func drain(
        _ arrivals: ArrivalSchedule,
        windowNanoseconds: UInt64
    ) throws(MeasurementFailure) {
        let deadline = MonotonicClock.nanoseconds &+ max(windowNanoseconds, Self.shortestDrainNanoseconds)
        while arrivals.answered < arrivals.count {
            guard MonotonicClock.nanoseconds < deadline else {
                let missing = arrivals.count - arrivals.answered
                throw .unfinished(
                    "\(missing) of \(arrivals.count) queries were still waiting: \(arrivals.ratePerSecond) a second are more "
                        + "than these instances answer"
                )
            }
            try parent.sleep(nanoseconds: Self.pollNanoseconds)
        }
    }

    /// Lets the warm-up go on until clock and heat are steady, or its time is up.
    private func settle<Runner: QueryRunner>(
        _ instances: [Instance<Runner>],
        began: UInt64,
        probes: some WindowProbes
    ) throws(MeasurementFailure) -> RecordedTail {
        var tail = SteadyTail()
        while MonotonicClock.nanoseconds &- began < settleNanoseconds {
            let latency = instances.map { $0.medianNanoseconds.load(ordering: .relaxed) }.max() ?? 0
            tail.add(probes.look(), latency: latency, at: MonotonicClock.nanoseconds)
            if let steady = tail.steady { return steady }
            try parent.sleep(nanoseconds: SteadyTail.periodNanoseconds)
        }
        return .unsteady
    }

    /// Waits for the end of the warm-up; whether every instance became steady.
    private func warmUp<Runner: QueryRunner>(
        _ instances: [Instance<Runner>],
        began: UInt64
    ) throws(MeasurementFailure) -> Bool {
        let bounds = Self.warmUpCapNanoseconds
        let cap = min(max(durationNanoseconds, bounds.lowerBound), bounds.upperBound)
        while true {
            try parent.sleep(nanoseconds: Self.pollNanoseconds)
            let elapsed = MonotonicClock.nanoseconds &- began
            guard elapsed >= Self.shortestWarmUpNanoseconds,
                instances.allSatisfy({ $0.warmUpQueries.load(ordering: .acquiring) > 0 })
            else { continue }
            if instances.allSatisfy({ $0.isSettled.load(ordering: .relaxed) }) { return true }
            if elapsed >= cap { return false }
        }
    }
}
