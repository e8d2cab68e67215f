public import HostInfo

/// What others might do to a measurement, at one moment.
public struct LoadSnapshot: Sendable {
    /// The CPUs' times, stolen time among them.
    public var times: Reading<HostCPUTimes>
    /// Waiting for a CPU, in microseconds.
    public var cpuPressure: Reading<Pressure>
    /// Waiting for memory.
    public var memoryPressure: Reading<Pressure>
    /// Waiting for a device.
    public var ioPressure: Reading<Pressure>
    /// Swapping.
    public var swap: Reading<SwapActivity>
    /// Waiting in run queues.
    public var runQueue: Reading<RunQueueWait>
    /// Waiting of the process's own threads, in nanoseconds; known on more kernels than that of all.
    public var ownWaitNanoseconds: UInt64?
    /// The CPUs that are online.
    public var onlineCPUs: Reading<CPUList>
    /// Threads runnable now.
    public var load: Reading<LoadAverage>
    /// When, on a monotonic clock, in nanoseconds.
    public var timeNanoseconds: UInt64

    /// Reads all there is.
    ///
    /// - Parameters:
    ///   - cpus: the CPUs the measured process may use; nil for all.
    ///   - process: the measured process.
    ///   - root: where `/proc` is.
    ///   - timeNanoseconds: now.
    /// - Returns: the snapshot, each part with its reason where it cannot be read.
    public static func read(
        cpus: [Int]? = nil,
        process: ProcessSelector = .current,
        root: HostRoot = .system,
        timeNanoseconds: UInt64 = MonotonicClock.nanoseconds
    ) -> LoadSnapshot {
        let online = root.readValue("/sys/devices/system/cpu/online").flatMap { CPUList($0) }
        return LoadSnapshot(
            times: cpus.map { HostCPUTimes.read(cpus: $0, root: root) } ?? HostCPUTimes.read(root: root),
            cpuPressure: Pressure.read(.cpu, root: root),
            memoryPressure: Pressure.read(.memory, root: root),
            ioPressure: Pressure.read(.io, root: root),
            swap: SwapActivity.read(process, root: root),
            runQueue: RunQueueWait.read(cpus: cpus, process, root: root),
            ownWaitNanoseconds: RunQueueWait.own(process, root: root),
            onlineCPUs: online.map { .value($0) } ?? .unavailable(.absent("/sys does not say which CPUs are online")),
            load: LoadAverage.read(root: root),
            timeNanoseconds: timeNanoseconds
        )
    }

    /// What happened since `earlier`, a snapshot of the same host, CPUs and process.
    public func since(_ earlier: LoadSnapshot) -> LoadChange {
        let duration = timeNanoseconds > earlier.timeNanoseconds ? timeNanoseconds - earlier.timeNanoseconds : 0
        func pressure(_ path: KeyPath<LoadSnapshot, Reading<Pressure>>) -> Reading<Double> {
            self[keyPath: path].flatMap { now in
                earlier[keyPath: path].flatMap { before in
                    guard duration > 0, let waited = now.someMicroseconds(since: before) else {
                        return .unavailable(.absent("the pressure totals went back, or the window is empty"))
                    }
                    return .value(min(1, Double(waited) * 1000 / Double(duration)))
                }
            }
        }
        return LoadChange(
            durationNanoseconds: duration,
            cpuUse: times.flatMap { now in earlier.times.flatMap { now.since($0) } },
            cpuPressureFraction: pressure(\.cpuPressure),
            memoryPressureFraction: pressure(\.memoryPressure),
            ioPressureFraction: pressure(\.ioPressure),
            swapByOthersPages: swap.flatMap { now in
                earlier.swap.flatMap { before in
                    now.byOthers(since: before).map {
                        let (pages, overflow) = $0.pagesIn.addingReportingOverflow($0.pagesOut)
                        return .value(overflow ? .max : pages)
                    } ?? .unavailable(.absent("the swap counters went back"))
                }
            },
            runQueueWait: runQueue.flatMap { now in earlier.runQueue.flatMap { now.since($0) } },
            ownWaitNanoseconds: ownWait(since: earlier),
            vanishedCPUs: onlineCPUs.flatMap { now in
                earlier.onlineCPUs.flatMap { .value(Set($0.cpus).subtracting(now.cpus).count) }
            },
            newCPUs: onlineCPUs.flatMap { now in
                earlier.onlineCPUs.flatMap { .value(Set(now.cpus).subtracting($0.cpus).count) }
            },
            mostRunnableThreads: load.flatMap { now in
                earlier.load.flatMap { .value(max(now.runnableThreads, $0.runnableThreads)) }
            }
        )
    }
}

extension LoadSnapshot {
    private func ownWait(since earlier: LoadSnapshot) -> Reading<UInt64> {
        guard let now = ownWaitNanoseconds, let before = earlier.ownWaitNanoseconds else {
            return .unavailable(.absent("this kernel does not say how long a thread waited (CONFIG_SCHED_INFO)"))
        }
        return now >= before
            ? .value(now - before)
            : .unavailable(.absent("threads ended inside the window and took their waiting along"))
    }
}

/// What others did in a window, each with its reason where it cannot be told.
public struct LoadChange: Sendable {
    /// The window's length, in nanoseconds.
    public var durationNanoseconds: UInt64
    /// Busy, idle and stolen time of the CPUs.
    public var cpuUse: Reading<HostCPUUse>
    /// The share of the window in which some thread waited for a CPU, 0 to 1; this process's own threads among them.
    public var cpuPressureFraction: Reading<Double>
    /// The share in which some thread waited for memory.
    public var memoryPressureFraction: Reading<Double>
    /// The share in which some thread waited for a device.
    public var ioPressureFraction: Reading<Double>
    /// Pages others swapped in or out.
    public var swapByOthersPages: Reading<UInt64>
    /// Waiting in run queues, of all threads and of this process.
    public var runQueueWait: Reading<RunQueueWait>
    /// Waiting of this process's own threads, in nanoseconds.
    public var ownWaitNanoseconds: Reading<UInt64>
    /// CPUs of the host that were online before and are not after.
    public var vanishedCPUs: Reading<Int>
    /// CPUs of the host that came online.
    public var newCPUs: Reading<Int>
    /// The most threads runnable at either end, the reader among them.
    public var mostRunnableThreads: Reading<Int>
}

extension LoadChange {
    /// The share of the CPUs' time that others' threads waited in run queues, 0 and up: behind this process's threads or each other.
    ///
    /// - Parameter cpus: how many CPUs the snapshots were of.
    /// - Returns: from the run queues where the kernel counts them.
    public func othersWaitFraction(cpus: Int) -> Reading<Double> {
        runQueueWait.flatMap { wait in
            guard let own = wait.ownNanoseconds else {
                return .unavailable(.absent("this kernel does not say how long this process's own threads waited"))
            }
            guard cpus > 0, durationNanoseconds > 0 else { return .unavailable(.absent("the window is empty")) }
            let others = wait.allNanoseconds - min(wait.allNanoseconds, own)
            return .value(Double(others) / Double(durationNanoseconds) / Double(cpus))
        }
    }

    /// The share of the window in which threads of others alone waited for a CPU, at least; 0 to 1.
    ///
    /// The kernel's pressure is a mean over CPUs, each with the time it was not idle as its weight. So what this process's own threads add
    /// is at most their waiting over the CPUs' busy time, which is taken off: others are never blamed for it.
    public var pressureByOthersFraction: Reading<Double> {
        cpuPressureFraction.flatMap { pressure in
            ownWaitNanoseconds.flatMap { own in
                let busy = max(durationNanoseconds, cpuUse.value?.busyNanoseconds ?? 0)
                guard busy > 0 else { return .unavailable(.absent("the window is empty")) }
                return .value(max(0, pressure - Double(own) / Double(busy)))
            }
        }
    }
}
