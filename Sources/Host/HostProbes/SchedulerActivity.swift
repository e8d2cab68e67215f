public import HostInfo
internal import PerfCounters

/// Context switches and CPU migrations of all threads of a process.
///
/// From `/proc/PID/task/*/status` (`voluntary_ctxt_switches`, `nonvoluntary_ctxt_switches`) and `/proc/PID/task/*/sched`
/// (`nr_migrations`): the kernel's own accounting, which needs no privilege, where counting the events does.
public struct SchedulerActivity: Sendable, Hashable {
    /// Times a thread gave up its CPU to wait.
    public var voluntarySwitches: UInt64
    /// Times a thread was taken off its CPU.
    public var involuntarySwitches: UInt64
    /// Times a thread moved to another CPU; nil where the kernel keeps no count.
    public var migrations: UInt64?
    /// Threads summed over.
    public var threads: Int

    /// Sums over the threads of a process that live now.
    public static func read(
        _ process: ProcessSelector = .current,
        root: HostRoot = .system
    ) -> Reading<SchedulerActivity> {
        let folder = process.folder + "/task"
        var sum = SchedulerActivity(voluntarySwitches: 0, involuntarySwitches: 0, migrations: 0, threads: 0)
        for thread in root.names(in: folder) where thread.decimal != nil {
            // A thread may end between the list and the look.
            guard let status = try? root.read("\(folder)/\(thread)/status").get(),
                let switches = switches(status: status)
            else { continue }
            sum.threads += 1
            sum.voluntarySwitches &+= switches.voluntary
            sum.involuntarySwitches &+= switches.involuntary
            let count = (try? root.read("\(folder)/\(thread)/sched").get()).flatMap(migrations)
            sum.migrations = sum.migrations.flatMap { soFar in count.map { soFar &+ $0 } }
        }
        return sum.threads > 0
            ? .value(sum) : .unavailable(.absent("\(folder) lists no thread with context switches"))
    }

    /// What happened since `earlier`; unavailable if threads ended in between and took their counts along.
    public func since(_ earlier: SchedulerActivity) -> Reading<SchedulerActivity> {
        guard threads >= earlier.threads, voluntarySwitches >= earlier.voluntarySwitches,
            involuntarySwitches >= earlier.involuntarySwitches
        else { return .unavailable(.absent("threads ended inside the window and took their counts along")) }
        var difference = self
        difference.voluntarySwitches -= earlier.voluntarySwitches
        difference.involuntarySwitches -= earlier.involuntarySwitches
        if let now = migrations, let before = earlier.migrations, now >= before {
            difference.migrations = now - before
        } else {
            difference.migrations = nil
        }
        return .value(difference)
    }

    /// Both kinds of switches of a thread's `status`, or nil if either is missing.
    static func switches(status text: String) -> (voluntary: UInt64, involuntary: UInt64)? {
        var voluntary: UInt64?
        var involuntary: UInt64?
        for line in text.lines {
            guard let (key, value) = line.keyAndValue else { continue }
            if key == "voluntary_ctxt_switches" { voluntary = value.decimal }
            if key == "nonvoluntary_ctxt_switches" { involuntary = value.decimal }
        }
        guard let voluntary, let involuntary else { return nil }
        return (voluntary, involuntary)
    }

    /// The migrations of a thread's `sched`.
    static func migrations(sched text: String) -> UInt64? {
        var text = text
        return text.withUTF8 { TaskAccounting.migrations(in: UnsafeRawBufferPointer($0)) }
    }
}

extension SchedulerActivity: Probe {
    /// `scheduler-activity`.
    public static let name = "scheduler-activity"

    /// Whether this process's own switches and migrations can be read.
    public static func capability(root: HostRoot) -> Capability {
        Capability(name: name, reading: read(root: root)) { $0.migrations == nil ? "without migrations" : nil }
    }
}
