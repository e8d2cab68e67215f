/// An event as `perf_event_open` wants it named.
///
/// Numbers as in Linux's `include/uapi/linux/perf_event.h`, which are part of its interface.
struct PerfEvent: Sendable, Hashable {
    /// `PERF_TYPE_*`.
    var type: UInt32
    /// `PERF_COUNT_*`, or for caches the cache, operation and result in one byte each.
    var config: UInt64

    static let hardwareType: UInt32 = 0
    static let softwareType: UInt32 = 1
    static let cacheType: UInt32 = 3

    static func hardware(_ config: UInt64) -> PerfEvent { PerfEvent(type: hardwareType, config: config) }
    static func software(_ config: UInt64) -> PerfEvent { PerfEvent(type: softwareType, config: config) }

    /// Reads of a cache: 0 first level data, 2 last level, 3 data TLB.
    static func cacheReads(_ cache: UInt64, missed: Bool) -> PerfEvent {
        PerfEvent(type: cacheType, config: cache | (missed ? 1 << 16 : 0))
    }

    /// The same event on one core PMU of several: the PMU's type in the upper half of `config`.
    ///
    /// On a hybrid processor the plain event counts on one kind of core only.
    func on(pmuType: UInt32) -> PerfEvent {
        PerfEvent(type: type, config: config | UInt64(pmuType) << 32)
    }

    /// Whether a core PMU counts it.
    var isHardware: Bool { type != Self.softwareType }
}

extension Counter {
    /// The event that counts it, or nil for the scheduler's accounting.
    ///
    /// Context switches and migrations happen in the kernel: counted with `exclude_kernel` their events read 0, and without
    /// it they need privilege.
    var event: PerfEvent? {
        switch self {
        case .cycles: .hardware(0)
        case .instructions: .hardware(1)
        case .cacheReferences: .hardware(2)
        case .cacheMisses: .hardware(3)
        case .branches: .hardware(4)
        case .branchMisses: .hardware(5)
        case .stalledCyclesFrontend: .hardware(7)
        case .stalledCyclesBackend: .hardware(8)
        case .level1DataLoads: .cacheReads(0, missed: false)
        case .level1DataLoadMisses: .cacheReads(0, missed: true)
        case .lastLevelLoads: .cacheReads(2, missed: false)
        case .lastLevelLoadMisses: .cacheReads(2, missed: true)
        case .dataTLBLoadMisses: .cacheReads(3, missed: true)
        case .taskClock: .software(1)
        case .pageFaults: .software(2)
        case .minorFaults: .software(5)
        case .majorFaults: .software(6)
        case .contextSwitches, .cpuMigrations: nil
        }
    }

    /// Counters of one group go on and off the PMU together, so that their ratio is of the same stretch of time.
    var group: Int? {
        switch self {
        case .cycles, .instructions, .branches, .branchMisses: 0
        case .cacheReferences, .cacheMisses: 1
        case .level1DataLoads, .level1DataLoadMisses: 2
        case .lastLevelLoads, .lastLevelLoadMisses: 3
        default: nil
        }
    }
}
