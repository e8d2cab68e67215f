internal import Glibc
internal import HostInfo
internal import HostProbes

/// What the agent itself costs the box, its measuring children left out.
struct SelfCost {
    /// Resident memory, bytes; 0 where the kernel does not say.
    var rssBytes: UInt64
    /// CPU time since the start, seconds.
    var cpuSeconds: Double

    /// Reads the present cost.
    static func current() -> SelfCost {
        let rssBytes = UInt64(max(0, ProcessMemory.read(.current).value?.residentBytes ?? 0))
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let seconds = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }
        return SelfCost(rssBytes: rssBytes, cpuSeconds: seconds.reduce(0, +))
    }
}
