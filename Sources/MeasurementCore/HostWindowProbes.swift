internal import HostInfo
internal import HostProbes
internal import PerfCounters

/// Counters, CPU time, energy and clocks around the window of this process.
struct HostWindowProbes: WindowProbes {
    private let counters: CounterSession
    private let cpus: [Int]
    private let root = HostRoot.system
    private var before = Sample()
    private var after = Sample()

    private struct Sample {
        var nanoseconds: UInt64 = 0
        var wallClockOffset: Int64 = 0
        var ownNanoseconds: UInt64 = 0
        var processor = Reading<HostCPUTimes>.unavailable(.absent("no window yet"))
        var energy = Reading<EnergySnapshot>.unavailable(.absent("no window yet"))
    }

    /// Opens the counters: to be called before the threads they should count are started.
    ///
    /// - Parameter counts: whether anything is counted at all.
    init(counts: Bool = true) {
        counters = CounterSession(requested: counts ? Counter.allCases : [])
        cpus = CPUAffinity.current?.cpus ?? []
    }

    mutating func beforeWindow() { before = sample() }
    mutating func windowOpens() { counters.start() }
    mutating func windowCloses() { counters.stop() }
    mutating func afterWindow() { after = sample() }

    private func sample() -> Sample {
        Sample(
            nanoseconds: MonotonicClock.nanoseconds,
            wallClockOffset: WallClock.offsetNanoseconds,
            ownNanoseconds: ProcessCPUTime.nanoseconds,
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

    /// The window's part of the energy of the stretch around it, in which the instances ran as they did in the window.
    private func energy(windowNanoseconds: UInt64) -> RecordedEnergy {
        let reading = after.energy.flatMap { second in before.energy.flatMap { second.energy(since: $0) } }
        guard let energy = reading.value, let domains = after.energy.value?.domains else {
            return RecordedEnergy(
                availability: RecordedAvailability(reading.availability.status),
                reason: reading.availability.explanation
            )
        }
        return RecordedEnergy(
            availability: .ok,
            instrument: "rapl:" + domains.map(\.name).joined(separator: "+"),
            domain: "package",
            joules: energy.joules * Double(windowNanoseconds) / Double(energy.durationNanoseconds)
        )
    }
}
