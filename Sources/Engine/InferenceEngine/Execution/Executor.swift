import HostInfo

/// Runs a plan: one arena, one team of threads.
///
/// Several executors share one plan. An executor belongs to one caller at a time; `run` allocates nothing and takes no
/// lock unless a thread has waited so long that it sleeps.
public final class Executor {
    /// What is run.
    public let plan: Plan
    /// Threads that take part in a run, the caller included.
    public let threads: Int
    private let arena: GuardedMemory
    private let program: Program
    private let team: ThreadTeam

    /// The most threads an executor takes.
    public static let largestThreadCount = 256

    /// Makes an executor.
    ///
    /// - Parameters:
    ///   - plan: What to run.
    ///   - threads: 1...`largestThreadCount`; results do not depend on it.
    ///   - timesSteps: Whether `stepNanoseconds` is kept.
    ///   - listener: Who is told when each step has ended; nil, for nobody, costs nothing.
    /// - Throws: `InferenceError` with `system` when memory or threads cannot be had, `unsupported` for a thread
    ///   count out of range.
    public init(
        plan: Plan,
        threads: Int = 1,
        timesSteps: Bool = false,
        listener: (any StepListener)? = nil
    ) throws(InferenceError) {
        guard (1...Self.largestThreadCount).contains(threads) else {
            throw InferenceError(.unsupported, "\(threads) threads asked for; use 1 to \(Self.largestThreadCount)")
        }
        guard let arena = GuardedMemory(count: plan.arenaBytes) else {
            throw InferenceError(.system, "cannot allocate an arena of \(plan.arenaBytes) bytes")
        }
        // One thread never waits: what its groups grant need not be read.
        let budget = threads > 1 ? CPUBudget.current() : CPUBudget(affinityCount: nil)
        let policy = SpinPolicy(budget, threads: threads)
        program = try Program(
            StepContext(plan: plan, arena: arena.base, threads: threads),
            steps: plan.steps,
            policy: policy,
            timesSteps: timesSteps,
            listener: listener
        )
        team = try ThreadTeam(program: program, policy: policy)
        self.arena = arena
        self.plan = plan
        self.threads = threads
    }

    /// Runs the network once over what the inputs hold, which stays as it is.
    public func run() { team.run() }

    /// Bytes of activation memory.
    public var arenaBytes: Int { plan.arenaBytes }

    /// Bytes of working memory beside the arena: gathered windows and tables, for all threads.
    public var scratchBytes: Int { program.scratchBytes * threads }

    /// Nanoseconds each of the plan's steps took in the last run, in the order of `Plan.stepInfos`.
    ///
    /// Empty unless asked for when the executor was made. Valid as long as the executor.
    public var stepNanoseconds: UnsafeBufferPointer<UInt64> {
        UnsafeBufferPointer(program.times ?? UnsafeMutableBufferPointer(start: nil, count: 0))
    }

    /// The whole arena, for tests that fill it with garbage.
    var arenaBuffer: UnsafeMutableRawBufferPointer { .init(start: arena.base, count: arena.count) }
}
