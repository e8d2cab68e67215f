internal import HostInfo

/// How often the kernel has ended a process because memory ran out.
enum KernelKills {
    /// `oom_kill` of `/proc/vmstat`, control groups' kills included (since Linux 4.13); 0 where it is not told.
    static var count: UInt64 {
        let text = (try? HostRoot.system.read("/proc/vmstat").get()) ?? ""
        return count(vmstat: text)
    }

    static func count(vmstat: String) -> UInt64 {
        for line in vmstat.split(separator: "\n") where line.hasPrefix("oom_kill ") {
            return UInt64(line.dropFirst("oom_kill ".count)) ?? 0
        }
        return 0
    }
}
