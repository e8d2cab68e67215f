internal import Glibc
public import HostInfo

/// What a refused `perf_event_open` means for who reads the report.
public enum PerfErrorPolicy {
    /// The highest `kernel.perf_event_paranoid` at which a process may count its own user space.
    public static let highestUsableParanoia = 2

    /// Why a counter cannot be opened, and what would mend it.
    ///
    /// - Parameters:
    ///   - code: the error number `perf_event_open` gave.
    ///   - counter: the counter asked for.
    ///   - paranoia: `kernel.perf_event_paranoid`, or nil if it cannot be read.
    /// - Returns: `denied` for what a change of settings brings, `absent` for what this host cannot count.
    public static func availability(code: Int32, counter: Counter, paranoia: Int?) -> Availability {
        switch code {
        case ENOENT, EOPNOTSUPP, ENODEV, EINVAL:
            return counter.kind == .software
                ? .absent("this kernel has no such software event")
                : .absent("not offered by this processor or virtual machine")
        case ENOSYS:
            return .absent("this kernel, or the emulator or sandbox around it, has no perf_event_open")
        case EACCES, EPERM:
            if let paranoia, paranoia > highestUsableParanoia {
                return .denied(
                    "kernel.perf_event_paranoid is \(paranoia)",
                    remedy: "sudo sysctl kernel.perf_event_paranoid=\(highestUsableParanoia)"
                )
            }
            return .denied(
                "perf_event_open is blocked by a container's system call filter or a security module",
                remedy: "run outside the container, or start it with --cap-add PERFMON"
            )
        case EBUSY:
            return .denied(
                "another user holds the processor's counters",
                remedy: "sudo sysctl kernel.nmi_watchdog=0"
            )
        case EMFILE, ENFILE:
            return .denied("no file descriptor is left", remedy: "ulimit -n 4096")
        default:
            return .absent("perf_event_open failed: \(systemErrorText(code))")
        }
    }

    /// `kernel.perf_event_paranoid`, or nil where there is none.
    public static func paranoia(root: HostRoot) -> Int? {
        root.readValue("/proc/sys/kernel/perf_event_paranoid").flatMap { Int($0) }
    }
}
