internal import HostInfo
internal import HostProbes
internal import InferenceEngine
internal import PerfCounters

/// Counts events in the steps of a plan one by one.
///
/// In passes after those that are timed: stopping, reading and starting counters around every step would be measured as the
/// step's time. Always on one thread: the threads of a team spin while they wait, and what they retire meanwhile is no step's.
enum LayerCounting {
    /// Counters that are read together; one set a pass, so that none ever waits for another to leave the PMU.
    static let sets: [[Counter]] = [[.cycles, .instructions], [.level1DataLoadMisses], [.lastLevelLoadMisses]]
    /// Passes for each set.
    private static let passes = 3...31

    /// Adds to each layer the median of what each counter counted in it.
    ///
    /// Takes an eighth of the window's length for each set of counters, within `passes`; nothing where nothing can be counted.
    static func count(
        into layers: inout [RecordedLayer]?,
        plan: Plan,
        arguments: ChildArguments
    ) throws(MeasurementFailure) {
        guard arguments.countsEvents, let steps = layers?.count else { return }
        let listeners = sets.compactMap { StepCounters($0, steps: steps) }
        guard !listeners.isEmpty else { return }
        let parent = ParentWatch(descriptor: arguments.recordDescriptor)
        let relay = StepRelay()
        let executor: Executor
        do {
            executor = try Executor(plan: plan, threads: 1, listener: relay)
        } catch {
            throw MeasurementFailure(error)
        }
        let runner = ExecutorRunner(executor)
        runner.runQuery()
        for listener in listeners {
            relay.counters = listener
            let began = MonotonicClock.nanoseconds
            for pass in 1...passes.upperBound {
                try parent.sleep(nanoseconds: 0)
                listener.begin()
                runner.runQuery()
                listener.end()
                let isLong = MonotonicClock.nanoseconds &- began >= arguments.durationNanoseconds / 8
                if pass >= passes.lowerBound, isLong { break }
            }
            relay.counters = nil
            for step in 0..<steps {
                for (name, count) in listener.medians(of: step) { layers?[step].counters[name] = count }
            }
        }
    }
}

/// Hands on to the set of counters whose turn it is; an executor keeps one listener for life.
private final class StepRelay: StepListener {
    var counters: StepCounters?

    func stepEnded(_ index: Int) { counters?.stepEnded(index) }
}

/// A few counters that are read at the end of every step.
final class StepCounters {
    private let session: CounterSession
    /// By counter, then by step: what each pass in which it was live throughout the step gave.
    private var samples: [[[UInt64]]]

    /// Opens counters; nil when none can be.
    convenience init?(_ counters: [Counter], steps: Int) {
        let offered = CounterSession(requested: counters)
        let open = zip(counters, offered.availabilities).filter { $1.isOK }.map(\.0)
        guard !open.isEmpty else { return nil }
        self.init(CounterSession(requested: open), steps: steps)
    }

    init(_ session: CounterSession, steps: Int) {
        self.session = session
        samples = session.requested.map { _ in Array(repeating: [], count: steps) }
    }

    /// Starts counting the first step.
    func begin() { session.start() }

    /// Stops after the last step; what came after that is dropped.
    func end() { session.stop() }

    /// Notes what the step counted and starts with the next.
    func stepEnded(_ index: Int) {
        session.stop()
        for counter in samples.indices where samples[counter].indices.contains(index) {
            if let count = session.lastWindow(of: counter) { samples[counter][index].append(count) }
        }
        session.start()
    }

    /// The median of each counter over the passes; a counter that was never live throughout the step has none, and one that
    /// stood still through all steps is broken.
    func medians(of step: Int) -> [(name: String, count: UInt64)] {
        session.requested.indices.compactMap { counter in
            let values = samples[counter][step].sorted()
            let isMoving = samples[counter].contains { $0.contains { $0 > 0 } }
            let mayStandStill = session.requested[counter].kind != .hardware
            guard !values.isEmpty, isMoving || mayStandStill else { return nil }
            return (session.requested[counter].name, values[values.count / 2])
        }
    }
}
