internal import Glibc
internal import HostProbes
internal import Synchronization

/// Something that answers queries, one at a time.
protocol QueryRunner: AnyObject, SendableMetatype {
    /// Answers one query.
    func runQuery()
}

/// The moments between which queries count, shared by all instances.
///
/// Both lie in the future when they are set, so every instance knows them by the time they pass.
final class MeasurementWindow: Sendable {
    private let start = Atomic<UInt64>(.max)
    private let end = Atomic<UInt64>(.max)
    private let middle = Atomic<UInt64>(0)
    private let isClosed = Atomic(false)

    /// When queries begin and cease to count, once that is known.
    var startMoment: UInt64 { start.load(ordering: .acquiring) }
    var endMoment: UInt64 { end.load(ordering: .relaxed) }
    /// Latency before the window, typical of all instances.
    var middleNanoseconds: UInt64 { middle.load(ordering: .relaxed) }

    /// Sets both moments, in nanoseconds of the monotonic clock, and what latency is typical before.
    func open(from first: UInt64, to last: UInt64, middle: UInt64 = 0) {
        self.middle.store(middle, ordering: .relaxed)
        end.store(last, ordering: .relaxed)
        start.store(first, ordering: .releasing)
    }

    /// Ends all instances after their present query, counting nothing more.
    func abandon() {
        open(from: 0, to: 0)
    }

    /// Lets instances end: what counts has been read.
    func close() { isClosed.store(true, ordering: .releasing) }

    /// Waits, once an instance has no more to answer: a thread that ends takes its counts along (docs/measurement.md).
    func waitUntilClosed() {
        while !isClosed.load(ordering: .acquiring), !isAbandoned {
            var time = timespec(tv_sec: 0, tv_nsec: 1_000_000)
            nanosleep(&time, nil)
        }
    }

    /// Whether `abandon` was called.
    var isAbandoned: Bool { start.load(ordering: .relaxed) == 0 }

    /// Where a query that ended at `moment` belongs.
    @inline(__always)
    func phase(at moment: UInt64) -> Phase {
        // The start first: once it is seen, so is the end that belongs to it.
        if moment <= start.load(ordering: .acquiring) { return .warmUp }
        return moment <= end.load(ordering: .relaxed) ? .counted : .over
    }

    enum Phase {
        case warmUp
        case counted
        case over
    }
}

/// One instance: answers queries back to back on its own thread until the window is over, or until arrivals begin and then
/// those.
///
/// It never pauses between warm-up and window, so that every other instance has its full company for the whole window. A query
/// counts when it ends inside the window, wherever it began: over many windows the part-queries at both edges cancel.
final class Instance<Runner: QueryRunner>: @unchecked Sendable {
    // Unchecked: `recorder` and `warmUp` belong to the thread in `run()` until it has been joined; the rest is atomic.
    private let runner: Runner
    private let window: MeasurementWindow
    private let arrivals: ArrivalSchedule?
    private(set) var recorder = LatencyRecorder()
    private(set) var warmUp = WarmUp()

    /// Queries answered before the window so far.
    let warmUpQueries = Atomic<UInt64>(0)
    /// Latest median latency before the window.
    let medianNanoseconds = Atomic<UInt64>(0)
    /// Whether latency became steady.
    let isSettled = Atomic<Bool>(false)

    init(runner: Runner, window: MeasurementWindow, arrivals: ArrivalSchedule? = nil) {
        self.runner = runner
        self.window = window
        self.arrivals = arrivals
    }

    /// Answers queries until the window is over.
    func run() {
        // Locals, so that the window sees neither exclusivity checks nor shared storage.
        var recorder = LatencyRecorder()
        var isCounting = false
        var moment = MonotonicClock.nanoseconds
        while true {
            let began = moment
            runner.runQuery()
            moment = MonotonicClock.nanoseconds
            if let arrivals, arrivals.hasBegun(at: moment) { return serve(arrivals) }
            switch window.phase(at: moment) {
            case .warmUp: noteWarmUp(moment &- began)
            case .counted:
                if !isCounting {
                    recorder.begin(window)
                    isCounting = true
                }
                recorder.record(moment &- began, at: moment)
            case .over:
                self.recorder = recorder
                window.waitUntilClosed()
                return
            }
        }
    }

    /// Answers arriving queries until none is left.
    private func serve(_ arrivals: ArrivalSchedule) {
        var recorder = LatencyRecorder()
        recorder.begin(window)
        while arrivals.answer(
            until: { window.isAbandoned },
            { runner.runQuery() },
            record: { recorder.record($0, at: $1) }
        ) {}
        self.recorder = recorder
        window.waitUntilClosed()
    }

    private func noteWarmUp(_ nanoseconds: UInt64) {
        warmUp.add(nanoseconds)
        medianNanoseconds.store(warmUp.medianNanoseconds, ordering: .relaxed)
        if warmUp.isSettled { isSettled.store(true, ordering: .relaxed) }
        warmUpQueries.store(warmUp.queries, ordering: .releasing)
    }
}
