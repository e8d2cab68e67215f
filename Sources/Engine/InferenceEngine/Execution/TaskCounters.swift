import Synchronization

/// Who does which task of a step, and whether all are done.
///
/// Each thread has a share of a step's tasks: the same part of every step, so that it finds in its own cache what it wrote
/// in the step before. It takes those first, then what others have not begun.
///
/// A step is over when its tasks are done, not when every thread has been there: a thread that the system holds up while
/// it has no task delays nobody, and catches up by finding nothing left to take. Counters carry the number of their
/// run, so such a thread never takes a task of a later run for one of its own, and nothing has to be
/// reset before a run.
///
/// Unchecked: all state is atomic.
final class TaskCounters: @unchecked Sendable {
    /// Per step and share: run number in the high half, tasks taken in the low.
    private let taken: UnsafeMutablePointer<Atomic<UInt64>>
    /// Per step: tasks done in the run under way.
    private let done: UnsafeMutablePointer<Atomic<Int>>
    /// Per step: the last run in which all its tasks were done.
    private let closed: UnsafeMutablePointer<Atomic<UInt64>>
    private let threads: Int

    /// Distance between two counters: a cache line.
    private static var stride: Int { 64 / MemoryLayout<UInt64>.stride }

    /// Counters of so many steps; runs are numbered from 1.
    init(steps: Int, threads: Int) {
        self.threads = threads
        let count = max(steps, 1) * Self.stride
        taken = Self.allocate(Atomic<UInt64>.self, count * threads)
        done = Self.allocate(Atomic<Int>.self, count)
        closed = Self.allocate(Atomic<UInt64>.self, count)
        for index in 0..<count * threads { (taken + index).initialize(to: Atomic(0)) }
        for index in 0..<count {
            (done + index).initialize(to: Atomic(0))
            (closed + index).initialize(to: Atomic(0))
        }
    }

    /// Memory on a cache line's boundary.
    private static func allocate<Counter: ~Copyable>(_ type: Counter.Type, _ count: Int) -> UnsafeMutablePointer<
        Counter
    > {
        UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Counter>.stride, alignment: 64)
            .bindMemory(to: type, capacity: count)
    }

    deinit {
        taken.deallocate()
        done.deallocate()
        closed.deallocate()
    }

    /// Takes a task of a step for a thread, nil when none is left or a later run has begun.
    @inline(__always)
    func take(step: Int, of tasks: Int, run: UInt32, thread: Int) -> Int? {
        if let task = take(step: step, of: tasks, run: run, share: thread) { return task }
        var share = thread &+ 1
        while true {
            if share >= threads { share = 0 }
            if share == thread { return nil }
            if let task = take(step: step, of: tasks, run: run, share: share) { return task }
            share &+= 1
        }
    }

    @inline(__always)
    private func take(step: Int, of tasks: Int, run: UInt32, share: Int) -> Int? {
        let first = tasks &* share / threads
        let count = tasks &* (share &+ 1) / threads &- first
        guard count > 0 else { return nil }
        let counter = taken + (step &* threads &+ share) &* Self.stride
        var seen = counter.pointee.load(ordering: .acquiring)
        while true {
            let age = Self.age(UInt32(truncatingIfNeeded: seen >> 32), run)
            // Numbers come round again: older is what is less than half of them behind.
            guard age >= 0 else { return nil }
            let task = age > 0 ? 0 : Int(truncatingIfNeeded: seen & 0xFFFF_FFFF)
            guard task < count else { return nil }
            let result = counter.pointee.weakCompareExchange(
                expected: seen,
                desired: UInt64(run) << 32 | UInt64(truncatingIfNeeded: task &+ 1),
                ordering: .acquiringAndReleasing
            )
            if result.exchanged { return first &+ task }
            seen = result.original
        }
    }

    /// Notes that a task is done; true when it was the step's last, which then has to `close` the step.
    @inline(__always)
    func finish(step: Int, of tasks: Int) -> Bool {
        let counter = done + step &* Self.stride
        guard counter.pointee.add(1, ordering: .acquiringAndReleasing).newValue == tasks else { return false }
        // Nobody counts here before the next run, which begins after this one's last step is closed.
        counter.pointee.store(0, ordering: .relaxed)
        return true
    }

    /// Lets the others see that a step's tasks are all done.
    @inline(__always)
    func close(step: Int, run: UInt32) {
        closed[step &* Self.stride].store(UInt64(run), ordering: .sequentiallyConsistent)
    }

    /// Whether a step's tasks are all done, those of a later run included.
    @inline(__always)
    func isClosed(step: Int, run: UInt32) -> Bool {
        let last = closed[step &* Self.stride].load(ordering: .sequentiallyConsistent)
        return Self.age(UInt32(truncatingIfNeeded: last), run) <= 0
    }

    /// How many runs `earlier` lies before `run`, negative when it is later.
    @inline(__always)
    private static func age(_ earlier: UInt32, _ run: UInt32) -> Int32 { Int32(bitPattern: run &- earlier) }
}
