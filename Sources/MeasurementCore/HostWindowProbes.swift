internal import HostInfo
internal import HostProbes
internal import PerfCounters

/// Counters, CPU time, energy, heat, load and clocks around the window of this process.
struct HostWindowProbes: WindowProbes {
    private let counters: CounterSession
    private let cpus: [Int]
    private let root = HostRoot.system
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

    /// Opens the counters: to be called before the threads they should count are started.
    init() {
        cpus = CPUAffinity.current?.cpus ?? []
        heatAndLoad = HeatAndLoadProbes(cpus: cpus)
        counters = CounterSession(requested: Counter.allCases)
    }

    mutating func beforeWindow() {
        before = sample()
        heatAndLoad.beforeWindow()
    }
    mutating func windowOpens() { counters.start() }
    mutating func windowCloses() { counters.stop() }
    mutating func afterWindow() {
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
            processor: HostCPUTimes.read(cpus: cpus, root: root),
            energy: EnergySnapshot.read(root: root)
        )
    }

    /// Writes what was observed into a record that already has its window.
    func fill(_ record: inout MeasuredRecord) {
        record.clockStepNanoseconds = after.wallClockOffset &- before.wallClockOffset
        record.counters = counters.read().map(RecordedCounter.init)
        record.processor = processorTime()
        record.energy = energy(windowNanoseconds: record.windowNanoseconds)
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
