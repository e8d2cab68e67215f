import HostInfo
import Synchronization

/// How long a thread that waits looks again and again before it sleeps.
///
/// Spinning gains the few microseconds a sleeper needs to wake, and only where whoever is waited for runs meanwhile. So
/// it depends on the threads that work in this process right now, all executors counted, not on one executor's:
///
/// - as many as CPUs, or fewer: spin as long as a step's imbalance may take;
/// - more than a quota allows all the time (1.5 CPUs, two threads): what is spun is missing later, so spin no longer
///   than going to sleep and waking costs;
/// - more than CPUs: do not spin at all.
struct SpinPolicy: Sendable {
    private let usableCPUs: Int
    /// The most threads that the quota lets run all the time.
    private let unthrottledThreads: Int
    /// The executor's own threads, which wait for the next run while none works.
    private let ownThreads: Int

    /// Looks while everyone has a processor: some twenty microseconds.
    static let longSpins = 20_000
    /// Looks that take as long as sleeping and waking: some two microseconds.
    static let shortSpins = 2_000

    init(_ budget: CPUBudget, threads: Int = 1) {
        ownThreads = threads
        usableCPUs = budget.usableCPUs
        unthrottledThreads = budget.quota.map { Int(min($0, 65_536)) } ?? .max
    }

    /// Looks before sleeping while so many threads of this process work.
    @inline(__always)
    func spins(workingThreads: Int) -> Int {
        if workingThreads > usableCPUs { return 0 }
        return workingThreads > unthrottledThreads ? Self.shortSpins : Self.longSpins
    }

    /// Threads of this process that take part in a run under way.
    private static let working = Atomic(0)

    /// Notes that a run of so many threads begins.
    static func begin(threads: Int) { working.add(threads, ordering: .relaxed) }

    /// Notes that it has ended.
    static func end(threads: Int) { working.subtract(threads, ordering: .relaxed) }

    /// Looks before sleeping, at this moment.
    var spins: Int {
        @inline(__always) get { spins(workingThreads: max(ownThreads, Self.working.load(ordering: .relaxed))) }
    }
}
