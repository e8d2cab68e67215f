import Synchronization

/// Who does which task of a step, and whether all are done.
///
/// A step is over when its tasks are done, not when every thread has been there: a thread that the system holds up while
/// it has no task delays nobody, and catches up by finding nothing left to take. Counters carry the number of their
/// run, so such a thread never takes a task of a later run for one of its own.
///
/// Unchecked: all state is atomic.
final class TaskCounters: @unchecked Sendable {
    /// Per step: run number in the high half, tasks taken in the low.
    private let taken: UnsafeMutablePointer<Atomic<UInt64>>
    /// Per step: tasks done.
    private let done: UnsafeMutablePointer<Atomic<Int>>
    /// Per step: the last run in which all its tasks were done.
    private let closed: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    /// Distance between the counters of two steps: a cache line.
    private static var stride: Int { 64 / MemoryLayout<UInt64>.stride }

    init(steps: Int) {
        count = max(steps, 1)
        taken = .allocate(capacity: count * Self.stride)
        done = .allocate(capacity: count * Self.stride)
        closed = .allocate(capacity: count * Self.stride)
        for index in 0..<count * Self.stride {
            (taken + index).initialize(to: Atomic(0))
            (done + index).initialize(to: Atomic(0))
            (closed + index).initialize(to: Atomic(.max))
        }
    }

    deinit {
        taken.deallocate()
        done.deallocate()
        closed.deallocate()
    }

    /// Makes all tasks available to a run; every task of the run before must be done.
    func begin(run: UInt32) {
        for index in 0..<count {
            done[index &* Self.stride].store(0, ordering: .relaxed)
            taken[index &* Self.stride].store(UInt64(run) << 32, ordering: .releasing)
        }
    }

    /// Takes a task of a step, nil when none is left or another run has begun.
    @inline(__always)
    func take(step: Int, of tasks: Int, run: UInt32) -> Int? {
        let counter = taken + step &* Self.stride
        var seen = counter.pointee.load(ordering: .acquiring)
        while true {
            let task = Int(truncatingIfNeeded: seen & 0xFFFF_FFFF)
            guard UInt32(truncatingIfNeeded: seen >> 32) == run, task < tasks else { return nil }
            let result = counter.pointee.weakCompareExchange(
                expected: seen,
                desired: seen &+ 1,
                ordering: .acquiringAndReleasing
            )
            if result.exchanged { return task }
            seen = result.original
        }
    }

    /// Notes that a task is done; true when it was the step's last, which then has to `close` the step.
    @inline(__always)
    func finish(step: Int, of tasks: Int) -> Bool {
        done[step &* Self.stride].add(1, ordering: .acquiringAndReleasing).newValue == tasks
    }

    /// Lets the others see that a step's tasks are all done.
    @inline(__always)
    func close(step: Int, run: UInt32) {
        closed[step &* Self.stride].store(UInt64(run), ordering: .releasing)
    }

    /// Whether a step's tasks are all done.
    @inline(__always)
    func isClosed(step: Int, run: UInt32) -> Bool {
        closed[step &* Self.stride].load(ordering: .acquiring) == UInt64(run)
    }

    /// Whether another run than this has begun.
    @inline(__always)
    func isOver(step: Int, run: UInt32) -> Bool {
        UInt32(truncatingIfNeeded: taken[step &* Self.stride].load(ordering: .acquiring) >> 32) != run
    }
}
