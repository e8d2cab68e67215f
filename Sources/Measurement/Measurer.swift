public import EdgeprofAPI
internal import Glibc
internal import HostInfo
internal import HostProbes
internal import MeasurementCore

/// Takes runs on this host, one at a time, each in a process of its own.
public struct Measurer: Sendable {
    /// Limits that make this box stand in for a lesser one, nil for none.
    public var limits: HostLimits?
    /// What goes into `Run.producer`.
    public var producer = "edgeprof \(Edgeprof.version)"

    /// The name of the energy instrument to use; nil for the one that covers most.
    public var energyInstrument: String?

    /// Niceness of the thread that builds and packs a model that is not in the cache, 0...19; the measured process has none of it.
    public var packingNice: Int32 = 0

    let cache: PlanCache
    private let ceilingCache: CeilingCache
    private let helper: String
    /// Where lock files are; tests have their own.
    var lockFolders = MeasurementLock.folders
    /// Where control groups are made; nil to make none, for tests of the address-space limit.
    var controlGroups: (any ControlGroupFiles)? = HostRoot.system
    /// Time a child is given beyond the steady tail's and four times its timed queries' length.
    var graceSeconds = 180.0

    /// Prepares to take runs; touches nothing yet.
    ///
    /// - Parameters:
    ///   - cacheDirectory: where packed plans are kept between runs; made when it is missing.
    ///   - cacheLimitBytes: how many bytes of them; the oldest go first. One plan is kept even if it is larger.
    ///   - limits: what the measured process is held to.
    ///   - helper: `edgeprof-measure`; nil for EDGEPROF_MEASURE, else the one beside the running program.
    /// - Throws: `noHelper` when there is no such program.
    public init(
        cacheDirectory: String,
        cacheLimitBytes: UInt64 = 1 << 30,
        limits: HostLimits? = nil,
        helper: String? = nil
    ) throws(MeasurementError) {
        self.limits = limits
        if let helper { self.helper = helper } else { self.helper = try HelperProgram.find() }
        cache = PlanCache(directory: cacheDirectory, limitBytes: cacheLimitBytes)
        ceilingCache = CeilingCache(directory: cacheDirectory)
    }

    /// What a measurement is doing.
    public enum Progress: Sendable, Hashable {
        /// Another measurement runs on this host; this one begins when that has ended.
        case waitingForOtherMeasurement
        /// The model is built, quantized and packed, which is done once.
        case preparing
        /// The box is left alone, to see what it draws idle: before and after the measuring process.
        case idling
        /// The measuring process runs.
        case measuring
    }

    /// Facts of this host as runs carry them, under this measurer's limits.
    public var hostFacts: HostFacts { HostFacts(.current(), limits: limits) }

    /// Takes one run.
    ///
    /// Blocks for as long as that takes; `run(model:settings:layers:onProgress:)` does not.
    ///
    /// - Parameters:
    ///   - model: where it comes from.
    ///   - settings: how it is measured; an instruction set above the limits' is lowered to it.
    ///   - layers: whether each step of the plan is timed as well.
    ///   - counters: whether events are counted; without, what that costs can be measured.
    ///   - cancellation: ends it early.
    ///   - onProgress: called from this thread at each change.
    /// - Returns: the run, whatever its outcome: a model that is unknown, does not fit or crashes costs this run only.
    /// - Throws: when no run could be taken for a reason that has nothing to do with the model.
    public func measure(
        model: ModelSource,
        settings: MeasurementSettings,
        layers: Bool = false,
        counters: Bool = true,
        cancellation: MeasurementCancellation = MeasurementCancellation(),
        onProgress: (Progress) -> Void = { _ in }
    ) throws(MeasurementError) -> Run {
        let lock = try MeasurementLock(folders: lockFolders, cancellation: cancellation) {
            onProgress(.waitingForOtherMeasurement)
        }
        defer { withExtendedLifetime(lock) {} }
        var draft = RunDraft(model: model, settings: settings, host: hostFacts, producer: producer)
        do throws(PreparationFailure) {
            let request = try PlanRequest(model: model, settings: settings, limits: limits)
            draft.isa = request.instructionSet
            draft.family = request.family
            var prepared = try plan(for: request, onProgress: onProgress)
            if cancellation.isCancelled { throw .error(.cancelled) }
            draft.sha256 = prepared.sha256
            var idle = IdlePower(settings, named: energyInstrument)
            /// The run, with the box's idle power before and after it.
            func observe() throws(PreparationFailure) -> ChildEnd {
                do throws(MeasurementError) {
                    try idle.measureBefore(cancellation) { onProgress(.idling) }
                } catch { throw .error(error) }
                onProgress(.measuring)
                draft.startedAt = Timestamp.now
                let ended = try start(prepared, settings, layers, counters, idle.instrument, lock, cancellation)
                do throws(MeasurementError) {
                    try idle.measureAfter(ended.record?.energy, cancellation) { onProgress(.idling) }
                } catch { throw .error(error) }
                return ended
            }
            var ended = try observe()
            if ended.isUnusablePlan {
                // A packed plan on the disk can rot. It is made again, once.
                cache.discard(prepared)
                prepared = try plan(for: request, onProgress: onProgress)
                ended = try observe()
            }
            var run = draft.run(ended)
            if let record = ended.record { run.setIdle(idle.idle(beside: record.energy)) }
            if let record = ended.record, settings.scenario != .server {
                try setRoofline(of: &run, record, settings, lock, cancellation)
            }
            return run
        } catch {
            switch error {
            case .refused(let reason): return draft.run(ChildEnd(outcome: .refused, reason: reason))
            case .error(let error): throw error
            }
        }
    }

    /// Starts the child and waits for its end.
    private func start(
        _ prepared: PreparedPlan,
        _ settings: MeasurementSettings,
        _ layers: Bool,
        _ counters: Bool,
        _ energyInstrument: String?,
        _ lock: MeasurementLock,
        _ cancellation: MeasurementCancellation
    ) throws(PreparationFailure) -> ChildEnd {
        let arguments = ChildArguments(
            planDescriptor: ChildProcess.firstFile,
            recordDescriptor: ChildProcess.recordDescriptor,
            threads: settings.threads,
            instances: settings.instances,
            durationNanoseconds: UInt64(settings.durationSeconds * 1e9),
            cpus: limits?.cpus.map { CPUList($0) },
            timesLayers: layers,
            ratePerSecond: settings.ratePerSecond,
            countsEvents: counters,
            energyInstrument: energyInstrument,
            settleNanoseconds: UInt64((settings.settleSeconds ?? 0) * 1e9)
        )
        return try startConfined(
            arguments.strings,
            files: [prepared.file],
            timeoutSeconds: graceSeconds + 4 * settings.durationSeconds + (settings.settleSeconds ?? 0),
            lock,
            cancellation
        )
    }

    /// Starts a child under the memory limit, in a control group where one can be had, and waits for its end.
    private func startConfined(
        _ arguments: [String],
        files: [FileDescriptor],
        timeoutSeconds: Double,
        _ lock: MeasurementLock,
        _ cancellation: MeasurementCancellation
    ) throws(PreparationFailure) -> ChildEnd {
        guard let bytes = limits?.memoryBytes else {
            return try start(arguments, files: files, timeoutSeconds: timeoutSeconds, lock, cancellation)
        }
        var confinement = MemoryConfinement(bytes: bytes, files: controlGroups)
        while true {
            var ended = try start(
                arguments + confinement.argument(mapping: files.first).strings,
                files: files,
                timeoutSeconds: timeoutSeconds,
                lock,
                cancellation,
                group: confinement.group
            )
            if ended.isGroupUnusable, confinement.group != nil {
                confinement.fallBack(because: ended.reason ?? "the control group cannot be used")
                continue
            }
            ended.memoryLimit = confinement.outcome(of: ended)
            return ended
        }
    }

    /// Starts a child with any arguments and waits for its end.
    private func start(
        _ arguments: [String],
        files: [FileDescriptor],
        timeoutSeconds: Double,
        _ lock: MeasurementLock,
        _ cancellation: MeasurementCancellation,
        group: MemoryGroup? = nil
    ) throws(PreparationFailure) -> ChildEnd {
        // A group of its own tells of its own kills; others may have theirs meanwhile.
        let kills = { group?.oomKills ?? KernelKills.count }
        let killsBefore = kills()
        do throws(MeasurementError) {
            let child = try ChildProcess(
                ChildCommand(
                    executable: helper,
                    arguments: arguments,
                    environment: HelperProgram.environment,
                    // The lock goes along: it is held as long as anything measures, even if this program is killed.
                    files: files + lock.files,
                    timeoutNanoseconds: UInt64(timeoutSeconds * 1e9),
                    outputLimit: MeasurementRecord.longest
                )
            )
            let result = try child.wait(cancellation: cancellation)
            return ChildEnd(
                result,
                timeoutSeconds: timeoutSeconds,
                kernelKilled: kills() > killsBefore
            )
        } catch {
            throw .error(error)
        }
    }

    /// Puts a run beside what the host can do, which is measured where it is not known.
    ///
    /// A run that was faster than ceilings allow shows that the box was slower when they were measured: they are measured
    /// again, once, unless that was just now.
    private func setRoofline(
        of run: inout Run,
        _ record: MeasuredRecord,
        _ settings: MeasurementSettings,
        _ lock: MeasurementLock,
        _ cancellation: MeasurementCancellation
    ) throws(PreparationFailure) {
        let key = CeilingKey(isa: record.isa, settings: settings, limits: limits)
        if let known = ceilingCache.ceilings(for: key) {
            let isSurpassed = run.setRoofline(record, .success(known))
            guard isSurpassed else { return }
            ceilingCache.discard(key)
        }
        let arguments = CeilingArguments(
            recordDescriptor: ChildProcess.recordDescriptor,
            isa: key.isa,
            threads: key.threads,
            cpus: limits?.cpus.map { CPUList($0) }
        )
        let ended: ChildEnd
        do throws(PreparationFailure) {
            ended = try startConfined(arguments.strings, files: [], timeoutSeconds: 60, lock, cancellation)
        } catch {
            guard case .error(let error) = error, error.code != .cancelled else { throw error }
            ended = ChildEnd(outcome: .crashed, reason: error.description)
        }
        if let ceilings = ended.ceilings {
            let isSurpassed = run.setRoofline(record, .success(ceilings), areFresh: true)
            if !isSurpassed { ceilingCache.keep(ceilings, for: key) }
        } else {
            let reason = ended.reason.map { ": \($0)" } ?? ""
            run.setRoofline(record, .failure(RooflineGap(reason: "the ceilings could not be measured\(reason)")))
        }
    }
}

extension Timestamp {
    /// Now, by the wall clock.
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(millisecondsSinceEpoch: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// Why there is no plan to measure.
enum PreparationFailure: Error {
    /// The model or settings cannot be measured here; this becomes a refused run.
    case refused(String)
    /// Nothing can be measured here now.
    case error(MeasurementError)
}
