internal import Glibc
internal import HostInfo
internal import HostProbes
internal import InferenceEngine

/// Measures one model in this process, which does nothing else.
public enum ModelMeasurement {
    /// Address space the runtime is left for itself: small allocations that it cannot be refused without trapping.
    private static let spareBytes = 8 << 20

    /// Limits this process, loads a packed plan, runs it and reports.
    ///
    /// - Parameter arguments: what to run and how; its record descriptor tells whether the parent is still there.
    /// - Returns: what was observed.
    /// - Throws: why the model could not be measured.
    public static func run(_ arguments: ChildArguments) throws(MeasurementFailure) -> MeasuredRecord {
        ProcessLimits.beExpendable()
        if let cpus = arguments.cpus { try ProcessLimits.hold(to: cpus) }
        let memoryLimit = try arguments.memoryLimit?.apply(spareBytes: spareBytes)

        let faults = PageFaults.now
        var memory = RecordedMemory()
        memory.anonymousBeforePlanBytes = RecordedValue(try processMemory().anonymous)
        let plan = try loadPlan(arguments)
        // Before any thread is started: counters are inherited by later threads only.
        var probes = HostWindowProbes(counts: arguments.countsEvents, energyInstrument: arguments.energyInstrument)
        probes.memoryLimit = memoryLimit
        let runners = try makeRunners(plan, arguments)
        memory.arenaBytes = UInt64(clamping: plan.arenaBytes)
        memory.weightBytes = UInt64(clamping: plan.weightsBytes)
        memory.scratchBytes = UInt64(clamping: runners.first?.scratchBytes ?? 0)
        memory.loadFaults = RecordedFaults(PageFaults.now.since(faults))
        memory.loadPeakRssBytes = UInt64(clamping: try processMemory().peakResidentBytes)
        memory.peakWasReset = PeakMemoryReset.reset().isOK

        let session = MeasurementSession(
            durationNanoseconds: arguments.durationNanoseconds,
            ratePerSecond: arguments.ratePerSecond,
            settleNanoseconds: arguments.settleNanoseconds,
            parent: ParentWatch(descriptor: arguments.recordDescriptor)
        )
        let result = try session.run(runners, probes: &probes)

        // Until here the executors must live, or their arenas would be missing from what is resident.
        try withExtendedLifetime(runners) { () throws(MeasurementFailure) in try memory.readAfterWindow(plan) }

        var record = MeasuredRecord()
        record.isa = plan.instructionSet
        record.windowNanoseconds = result.windowNanoseconds
        record.warmUpNanoseconds = result.warmUpNanoseconds
        record.warmUpQueries = result.warmUpQueries
        record.warmUpSettled = result.warmUpSettled
        record.tail = result.tail
        record.latency = result.latencies.recorded()
        record.memory = memory
        probes.fill(&record)
        record.steps = plan.stepInfos.map { info in
            RecordedStep(
                macs: UInt64(clamping: info.macs),
                activationBytes: UInt64(clamping: info.activationBytes),
                constantBytes: UInt64(clamping: info.constantBytes)
            )
        }
        if arguments.timesLayers {
            record.layers = try LayerTiming.layers(of: plan, arguments: arguments)
            try LayerCounting.count(into: &record.layers, plan: plan, arguments: arguments)
        }
        return record
    }

    private static func loadPlan(_ arguments: ChildArguments) throws(MeasurementFailure) -> Plan {
        guard fcntl(arguments.planDescriptor, F_GETFD, 0) >= 0 else {
            throw .failed("descriptor \(arguments.planDescriptor) is not open")
        }
        do {
            return try MappedPlan.load(descriptor: arguments.planDescriptor)
        } catch {
            throw MeasurementFailure(error)
        }
    }

    /// One executor for each instance, over the one plan.
    private static func makeRunners(
        _ plan: Plan,
        _ arguments: ChildArguments
    ) throws(MeasurementFailure) -> [ExecutorRunner] {
        var runners: [ExecutorRunner] = []
        do throws(InferenceError) {
            for _ in 0..<arguments.instances {
                runners.append(ExecutorRunner(try Executor(plan: plan, threads: arguments.threads)))
            }
        } catch {
            throw MeasurementFailure(error)
        }
        let perInstance = MeasurementThread.stackBytes + LatencyRecorder.bytes
        try ProcessLimits.requireAddressSpace(bytes: spareBytes + arguments.instances * perInstance)
        return runners
    }

    /// This process's memory as `status` shows it.
    static func processMemory() throws(MeasurementFailure) -> ProcessMemory {
        let reading = ProcessMemory.read()
        guard let memory = reading.value else {
            throw .failed("cannot read this process's memory: \(reading.availability.reason ?? "")")
        }
        return memory
    }
}

/// An executor that answers the same query over and over.
final class ExecutorRunner: QueryRunner {
    private let executor: Executor

    /// Fills the inputs with bytes that look random but are always the same; no kernel's time depends on them.
    init(_ executor: Executor) {
        self.executor = executor
        var state: UInt64 = 1
        for input in executor.plan.inputs.indices {
            for index in executor.input(input).indices {
                // Knuth's 64-bit linear congruential generator (MMIX).
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                executor.input(input)[index] = UInt8(truncatingIfNeeded: state >> 56)
            }
        }
    }

    func runQuery() { executor.run() }

    /// Working memory beside the arena.
    var scratchBytes: Int { executor.scratchBytes }
}

extension MeasurementFailure {
    /// What an engine's error means for a measurement.
    init(_ error: InferenceError) {
        switch error.code {
        case .invalidNetwork, .invalidPlan: self = .unusablePlan(error.message)
        case .unsupported: self = .refused(error.message)
        // The files are open by now: memory or threads are what the system can still refuse.
        case .system: self = .outOfMemory(error.message)
        }
    }
}
