internal import Glibc
internal import HostProbes
internal import Statistics
internal import Synchronization

/// When queries arrive in a `server` run: at moments drawn before they are needed, in one queue before all instances.
///
/// Gaps are exponential (Poisson arrivals) and come from a seed, so two runs at one rate get the same queries. An instance
/// that is free takes the next arrival and waits for it: first come, first served by whoever is free first.
final class ArrivalSchedule: @unchecked Sendable {
    // Unchecked: `offsets` is written before `began` is published, and never after.
    private var offsets = UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)
    private var counted: ClosedRange<UInt64> = 0...0
    private let began = Atomic<UInt64>(.max)
    private let next = Atomic<Int>(0)
    private let finished = Atomic<Int>(0)

    /// Queries that arrive on average.
    let ratePerSecond: Double
    /// Below this a thread spins rather than sleeps: waking up takes tens of microseconds.
    private static let spinNanoseconds: UInt64 = 200_000

    init(ratePerSecond: Double) {
        self.ratePerSecond = ratePerSecond
    }

    deinit { offsets.deallocate() }

    /// Draws arrivals for a time in which the queue fills and one in which queries count; before `open`.
    ///
    /// - Throws: `refused` when that is more queries than are kept.
    func draw(rampNanoseconds: UInt64, windowNanoseconds: UInt64, seed: UInt64) throws(MeasurementFailure) {
        let end = rampNanoseconds &+ windowNanoseconds
        guard Double(end) / 1e9 * ratePerSecond <= Double(Self.mostArrivals) else {
            throw .refused("\(ratePerSecond) queries a second in \(end / 1_000_000) ms are too many to plan")
        }
        // Drawn twice, for their number and for themselves: a list that grows would take several times the memory, after the
        // process's peak was reset.
        var count = 0
        forEachArrival(until: Double(end), seed: seed) { _ in count += 1 }
        try ProcessLimits.requireAddressSpace(bytes: max(4096, count * MemoryLayout<UInt64>.stride))
        let memory = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
        memory.initialize(repeating: 0)
        var index = 0
        forEachArrival(until: Double(end), seed: seed) { moment in
            memory[index] = moment
            index += 1
        }
        offsets.deallocate()
        offsets = memory
        counted = rampNanoseconds...end
    }

    private func forEachArrival(until end: Double, seed: UInt64, _ body: (UInt64) -> Void) {
        var random = RandomSource(seed: seed)
        var moment = 0.0
        while true {
            moment -= log(random.positiveUniform()) / ratePerSecond * 1e9
            guard moment <= end else { return }
            body(UInt64(moment))
        }
    }

    /// More arrivals than any run keeps (8 MB).
    static let mostArrivals = 1 << 20

    /// Lets the arrivals begin at a moment of the monotonic clock.
    func open(at moment: UInt64) { began.store(moment, ordering: .releasing) }

    /// Whether the arrivals have begun.
    func hasBegun(at moment: UInt64) -> Bool { moment >= began.load(ordering: .acquiring) }

    /// Queries of the whole schedule, and those answered so far.
    var count: Int { offsets.count }
    var answered: Int { finished.load(ordering: .acquiring) }
    /// Queries that arrive while they count.
    var countedArrivals: Int { offsets.count { counted.contains($0) } }

    /// Takes the next query, waits until it arrives, and answers it; false when none is left or the session is abandoned.
    @inline(__always)
    func answer(
        until isAbandoned: () -> Bool,
        _ run: () -> Void,
        record: (_ nanoseconds: UInt64, _ arrival: UInt64) -> Void
    ) -> Bool {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < offsets.count else { return false }
        let offset = offsets[index]
        let arrival = began.load(ordering: .relaxed) &+ offset
        while true {
            let now = MonotonicClock.nanoseconds
            if now >= arrival { break }
            if isAbandoned() { return false }
            if arrival &- now > 2 &* Self.spinNanoseconds {
                Self.sleep(nanoseconds: arrival &- now &- Self.spinNanoseconds)
            }
        }
        if isAbandoned() { return false }
        run()
        let latency = MonotonicClock.nanoseconds &- arrival
        if counted.contains(offset) { record(latency, arrival) }
        finished.add(1, ordering: .releasing)
        return true
    }

    /// Sleeps so long, at most 50 ms: an abandoned session ends soon.
    private static func sleep(nanoseconds: UInt64) {
        var time = timespec(tv_sec: 0, tv_nsec: Int(min(nanoseconds, 50_000_000)))
        nanosleep(&time, nil)
    }
}
