/// Something that can be counted while a model runs, named as `perf list` names it.
///
/// All of them count this process: user space only, worker threads included.
public enum Counter: String, CaseIterable, Sendable, Hashable {
    /// Core clock cycles.
    case cycles
    /// Instructions retired.
    case instructions
    /// Branch instructions retired.
    case branches
    /// Branches predicted wrongly.
    case branchMisses = "branch-misses"
    /// Accesses to the last level cache, as the processor's maker defines them.
    case cacheReferences = "cache-references"
    /// Accesses that missed the last level cache.
    case cacheMisses = "cache-misses"
    /// Reads from the first level data cache.
    case level1DataLoads = "L1-dcache-loads"
    /// Reads that missed the first level data cache.
    case level1DataLoadMisses = "L1-dcache-load-misses"
    /// Reads from the last level cache.
    case lastLevelLoads = "LLC-loads"
    /// Reads that missed the last level cache: memory traffic, one cache line each.
    case lastLevelLoadMisses = "LLC-load-misses"
    /// Reads whose address the data TLB did not hold.
    case dataTLBLoadMisses = "dTLB-load-misses"
    /// Cycles without instructions to issue.
    case stalledCyclesFrontend = "stalled-cycles-frontend"
    /// Cycles waiting for operands or units.
    case stalledCyclesBackend = "stalled-cycles-backend"
    /// Time on a CPU, all threads together, in nanoseconds.
    case taskClock = "task-clock"
    /// Page faults taken in user space.
    case pageFaults = "page-faults"
    /// Those served without a device.
    case minorFaults = "minor-faults"
    /// Those that waited for a device.
    case majorFaults = "major-faults"
    /// Times a thread left its CPU, willing or not; from the kernel's accounting, see `TaskAccounting`.
    case contextSwitches = "context-switches"
    /// Times a thread moved to another CPU; from the kernel's accounting.
    case cpuMigrations = "cpu-migrations"

    /// The name reports show.
    public var name: String { rawValue }

    /// What a value counts.
    public var unit: Unit { self == .taskClock ? .nanoseconds : .events }

    /// What a value counts.
    public enum Unit: String, Sendable {
        /// Occurrences.
        case events
        /// Nanoseconds.
        case nanoseconds
    }

    /// Counters that are there or not for one reason.
    public enum Kind: String, CaseIterable, Sendable {
        /// The processor's core events.
        case hardware
        /// The processor's cache and TLB events.
        case cache
        /// The processor's stall events, which many leave out.
        case stall
        /// The kernel's own events.
        case software
        /// The scheduler's accounting.
        case scheduler
    }

    /// The kind it belongs to.
    public var kind: Kind {
        switch self {
        case .cycles, .instructions, .branches, .branchMisses: .hardware
        case .cacheReferences, .cacheMisses, .level1DataLoads, .level1DataLoadMisses, .lastLevelLoads,
            .lastLevelLoadMisses, .dataTLBLoadMisses:
            .cache
        case .stalledCyclesFrontend, .stalledCyclesBackend: .stall
        case .taskClock, .pageFaults, .minorFaults, .majorFaults: .software
        case .contextSwitches, .cpuMigrations: .scheduler
        }
    }
}
