internal import HostInfo
internal import HostProbes
internal import PerfCounters

/// Counters, CPU time, energy, heat, load and clocks around the window of this process.
struct HostWindowProbes: WindowProbes {
    private let counters: CounterSession
    private let cpus: [Int]
    private let root: HostRoot
    private let meter: Reading<EnergyMeter>
    private var energy = Reading<MeasuredEnergy>.unavailable(.absent("no window yet"))
    private var heatAndLoad: HeatAndLoadProbes
    /// The group this process is held to a memory limit by, with what others are charged for.
    var memoryLimit: (group: MemoryGroup, chargedElsewhereBytes: UInt64)?
    private var before = Sample()
    private var after = Sample()

    private struct Sample {
        var nanoseconds: UInt64 = 0
        var wallClockOffset: Int64 = 0
        var ownNanoseconds: UInt64 = 0
        var faults = PageFaults()
        var memoryGroup: MemoryGroupActivity?
        var processor = Reading<HostCPUTimes>.unavailable(.absent("no window yet"))
    }

    /// Finds an energy instrument and opens the counters: to be called before the threads they should count are started.
    ///
    /// - Parameters:
    ///   - counts: whether anything is counted at all.
    ///   - energyInstrument: the name of the instrument to use; nil for the one that covers most.
    ///   - root: where `/proc` and `/sys` are.
    ///   - shortestEnergyNanoseconds: the shortest window that gets a figure of energy.
    init(
        counts: Bool = true,
        energyInstrument: String? = nil,
        root: HostRoot = .system,
        shortestEnergyNanoseconds: UInt64 = EnergyMeter.shortestWindowNanoseconds
    ) {
        self.root = root
        cpus = CPUAffinity.current?.cpus ?? []
        // Before the counters: what the meters' threads do is none of theirs.
        heatAndLoad = HeatAndLoadProbes(cpus: cpus)
        meter = EnergyInstrument.best(named: energyInstrument, root: root).flatMap {
            .value(EnergyMeter($0, root: root, shortestWindowNanoseconds: shortestEnergyNanoseconds))
        }
        counters = CounterSession(requested: counts ? Counter.allCases : [])
    }

    mutating func beforeWindow() {
        before = sample()
        heatAndLoad.beforeWindow()
        meter.value?.start()
    }

    mutating func windowOpens() { counters.start() }
    mutating func windowCloses() { counters.stop() }

    mutating func afterWindow() {
        // First: the instances stop as soon as the window is over.
        energy = meter.flatMap { $0.stop() }
        heatAndLoad.afterWindow()
        after = sample()
    }

    func look() -> FrequencyLook { FrequencyLook.take(cpus: cpus) }

    private func sample() -> Sample {
        Sample(
            nanoseconds: MonotonicClock.nanoseconds,
            wallClockOffset: WallClock.offsetNanoseconds,
            ownNanoseconds: ProcessCPUTime.nanoseconds,
            faults: .now,
            memoryGroup: memoryLimit?.group.activity,
            processor: HostCPUTimes.read(cpus: cpus, root: root)
        )
    }

    /// Writes what was observed into a record that already has its window.
    func fill(_ record: inout MeasuredRecord) {
        record.clockStepNanoseconds = after.wallClockOffset &- before.wallClockOffset
        record.counters = counters.read().map(RecordedCounter.init)
        record.processor = processorTime()
        record.energy = RecordedEnergy(energy, windowNanoseconds: record.windowNanoseconds)
        record.heat = heatAndLoad.heat()
        record.load = heatAndLoad.load()
        record.memory.windowFaults = RecordedFaults(after.faults.since(before.faults))
        if let memoryLimit, let first = before.memoryGroup, let second = after.memoryGroup {
            record.memoryLimit = RecordedMemoryLimit(
                second.since(first),
                chargedElsewhereBytes: memoryLimit.chargedElsewhereBytes,
                stretchNanoseconds: after.nanoseconds &- before.nanoseconds
            )
        }
    }

    private func processorTime() -> RecordedProcessorTime {
        var time = RecordedProcessorTime()
        time.ownNanoseconds = after.ownNanoseconds &- before.ownNanoseconds
        time.stretchNanoseconds = after.nanoseconds &- before.nanoseconds
        time.cpus = UInt32(clamping: cpus.count)
        time.tickNanoseconds = 1_000_000_000 / max(1, HostCPUTimes.ticksPerSecond)
        guard let first = before.processor.value, let second = after.processor.value,
            let use = second.since(first).value
        else { return time }
        time.isKnown = true
        time.busyNanoseconds = use.busyNanoseconds
        time.stolenNanoseconds = use.stealNanoseconds
        return time
    }
}
