public import HostInfo

/// Time threads spent ready to run while their CPU ran another, since the host started.
///
/// `/proc/schedstat`: `cpuN` and nine numbers, the eighth the sum of waiting times of that CPU's threads in nanoseconds; and
/// `/proc/PID/task/*/schedstat`, whose second number is the thread's own. Format: <https://docs.kernel.org/scheduler/sched-stats.html>.
public struct RunQueueWait: Sendable, Hashable {
    /// Waiting of all threads on the CPUs asked for, in nanoseconds.
    public var allNanoseconds: UInt64
    /// Waiting of the process's living threads; nil where the kernel does not say.
    public var ownNanoseconds: UInt64?

    /// Reads the sums.
    ///
    /// - Parameters:
    ///   - cpus: the CPUs to add up, as in `CPUAffinity.current`; nil for all.
    ///   - process: whose part to read.
    ///   - root: where `/proc` is.
    /// - Returns: the sums, or why there are none.
    public static func read(
        cpus: [Int]? = nil,
        _ process: ProcessSelector = .current,
        root: HostRoot = .system
    ) -> Reading<RunQueueWait> {
        // A few hundred bytes a CPU and scheduling domain.
        switch root.read("/proc/schedstat", limitBytes: 4 << 20) {
        case .failure(let error):
            return .unavailable(
                error.availability(absent: "this kernel keeps no scheduler statistics (CONFIG_SCHEDSTATS)")
            )
        case .success(let text):
            guard let all = waiting(schedstat: text, cpus: cpus) else {
                return .unavailable(.absent("/proc/schedstat has no line for one of the CPUs"))
            }
            return .value(RunQueueWait(allNanoseconds: all, ownNanoseconds: own(process, root: root)))
        }
    }

    static func waiting(schedstat text: String, cpus: [Int]?) -> UInt64? {
        var left = cpus.map { Set($0.map { "cpu\($0)" }) }
        var sum: UInt64 = 0
        var lines = 0
        for line in text.lines where line.hasPrefix("cpu") {
            let words = line.words
            if left != nil, left?.remove(String(words[0])) == nil { continue }
            guard words.count >= 10, let waiting = words[8].decimal else { return nil }
            sum &+= waiting
            lines += 1
        }
        return lines > 0 && left?.isEmpty != false ? sum : nil
    }

    /// Waiting of a process's living threads, which kernels say that keep no other scheduler statistics; nil where they do not.
    public static func own(_ process: ProcessSelector = .current, root: HostRoot = .system) -> UInt64? {
        let folder = process.folder + "/task"
        let threads = root.names(in: folder).filter { $0.decimal != nil }
        let waits = threads.compactMap { thread in
            (try? root.read("\(folder)/\(thread)/schedstat", limitBytes: 4096).get()).flatMap { text in
                let words = text.trimmed.words
                return words.count >= 3 ? words[1].decimal : nil
            }
        }
        return waits.isEmpty ? nil : waits.reduce(0, &+)
    }

    /// Waiting since `earlier`, of all and of this process; unavailable if a sum went back.
    public func since(_ earlier: RunQueueWait) -> Reading<RunQueueWait> {
        guard allNanoseconds >= earlier.allNanoseconds else {
            return .unavailable(.absent("the scheduler's statistics were cleared inside the window"))
        }
        var difference = self
        difference.allNanoseconds -= earlier.allNanoseconds
        if let now = ownNanoseconds, let before = earlier.ownNanoseconds, now >= before {
            difference.ownNanoseconds = now - before
        } else {
            difference.ownNanoseconds = nil
        }
        return .value(difference)
    }
}

extension RunQueueWait: Probe {
    /// `run-queue`.
    public static let name = "run-queue"

    /// Whether waiting for a CPU can be seen.
    public static func capability(root: HostRoot) -> Capability {
        let reading = read(root: root).flatMap { wait -> Reading<RunQueueWait> in
            wait.allNanoseconds > 0 || wait.ownNanoseconds ?? 0 > 0
                ? .value(wait) : .unavailable(.absent("the scheduler's statistics stand still"))
        }
        return Capability(name: name, reading: reading) {
            $0.ownNanoseconds == nil ? "without this process's part" : nil
        }
    }
}
