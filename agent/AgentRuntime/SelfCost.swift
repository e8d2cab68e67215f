internal import Glibc
internal import HostInfo
internal import HostProbes

/// What the agent itself costs the box, its measuring children left out.
struct SelfCost {
    /// Resident memory, bytes; 0 where the kernel does not say.
    var rssBytes: UInt64
    /// The most resident memory there ever was, bytes; nil where the kernel does not say.
    var peakRssBytes: UInt64?
    /// CPU time since the start, seconds.
    var cpuSeconds: Double

    /// Reads the present cost.
    static func current() -> SelfCost {
        let memory = ProcessMemory.read(.current).value
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let seconds = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }
        return SelfCost(
            rssBytes: UInt64(max(0, memory?.residentBytes ?? 0)),
            peakRssBytes: memory.map { UInt64(max(0, $0.peakResidentBytes)) },
            cpuSeconds: seconds.reduce(0, +)
        )
    }
}
