import KernelInterface

#if canImport(Glibc)
    import Glibc
#endif

/// Everything the threads of an executor share: the steps, and who does which task of them.
///
/// All threads walk through the same steps. In each they take tasks, their own first, until none is left, then wait for those
/// that others took. Tasks write disjoint bytes and are exact, so it never matters who did which. A kernel may read on behind its
/// rows into bytes another task is writing (slices of one buffer); they meet zero weights or are not kept.
///
/// Unchecked: steps never change, counters are atomic, a step's time is written by the thread that ends it.
final class Program: @unchecked Sendable {
    let stepCount: Int
    let threads: Int
    let scratchBytes: Int
    /// Nanoseconds each step took in the last run, if asked for.
    let times: UnsafeMutableBufferPointer<UInt64>?
    /// Who is told of each step's end, if anybody.
    private let listener: (any StepListener)?
    private let steps: UnsafeMutablePointer<ProgramStep>
    private let kernels: UnsafeMutablePointer<KernelSet>
    private let counters: TaskCounters
    private let gate: Gate
    private let scratch: GuardedMemory

    init(
        _ context: StepContext,
        steps plan: [PlanStep],
        policy: SpinPolicy,
        timesSteps: Bool,
        listener: (any StepListener)?
    ) throws(InferenceError) {
        let prepared = plan.map { context.prepare($0) }
        stepCount = prepared.count
        threads = context.threads
        scratchBytes = prepared.reduce(0) { max($0, $1.scratchBytes) }.rounded(upTo: 4096)
        guard let scratch = GuardedMemory(count: scratchBytes * threads) else {
            throw InferenceError(.system, "cannot allocate \(scratchBytes * threads) bytes of scratch memory")
        }
        self.scratch = scratch
        steps = .allocate(capacity: max(stepCount, 1))
        steps.initialize(from: prepared, count: prepared.count)
        kernels = .allocate(capacity: 1)
        kernels.initialize(to: context.plan.kernels)
        counters = TaskCounters(steps: stepCount, threads: threads)
        gate = Gate(policy)
        self.listener = listener
        if timesSteps {
            let buffer = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: stepCount)
            buffer.initialize(repeating: 0)
            times = buffer
        } else {
            times = nil
        }
    }

    deinit {
        times?.deallocate()
        kernels.deinitialize(count: 1)
        kernels.deallocate()
        steps.deallocate()
    }

    /// Does all tasks alone.
    func runAlone() {
        let start = times == nil ? 0 : monotonicNanoseconds()
        for index in 0..<stepCount {
            let step = steps + index
            if let observer = kernels.pointee.observer {
                observer.begin(index)
                observer.touch(step, MemoryLayout<ProgramStep>.size)
            }
            for task in 0..<step.pointee.taskCount {
                step.pointee.run(task: task, kernels: kernels, scratch: scratch.base)
            }
            times?[index] = monotonicNanoseconds()
            if let listener { listener.stepEnded(index) }
        }
        turnIntoDurations(since: start)
    }

    /// Takes part in a run as one of the threads; the first returns when all tasks are done.
    func run(_ run: UInt32, thread: Int) {
        let own = scratch.base + thread &* scratchBytes
        let start = times == nil ? 0 : monotonicNanoseconds()
        for index in 0..<stepCount {
            let step = steps + index
            let tasks = step.pointee.taskCount
            while let task = counters.take(step: index, of: tasks, run: run, thread: thread) {
                step.pointee.run(task: task, kernels: kernels, scratch: own)
                guard counters.finish(step: index, of: tasks) else { continue }
                times?[index] = monotonicNanoseconds()
                if let listener { listener.stepEnded(index) }
                counters.close(step: index, run: run)
                gate.wake()
            }
            gate.wait { counters.isClosed(step: index, run: run) }
        }
        if thread == 0 { turnIntoDurations(since: start) }
    }

    /// Makes the times at which steps ended those they took.
    private func turnIntoDurations(since start: UInt64) {
        guard let times else { return }
        for index in stride(from: stepCount - 1, to: 0, by: -1) { times[index] &-= times[index - 1] }
        if stepCount > 0 { times[0] &-= start }
    }
}

/// The monotonic clock.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
}
