internal import Glibc
internal import HostInfo

/// Limits a process puts on itself before it loads a model.
enum ProcessLimits {
    /// Holds the process to CPUs; to be called before it has other threads.
    static func hold(to cpus: CPUList) throws(MeasurementFailure) {
        let answer = CPUAffinity.restrict(to: cpus)
        guard answer.isOK else {
            let list = cpus.cpus.map(String.init).joined(separator: ",")
            throw .refused("cannot run on CPU \(list): \(answer.reason ?? "")")
        }
    }

    /// Bounds the address space.
    ///
    /// Unlike a control group's limit this needs no privilege; it counts reserved as well as used
    /// memory, so it is the stricter of the two.
    ///
    /// - Parameters:
    ///   - bytes: the bound.
    ///   - spareBytes: what must be left below it, or nothing more is tried.
    /// - Throws: `outOfMemory` when less is left, `refused` when the system does not take the limit.
    static func limitMemory(to bytes: UInt64, spareBytes: Int) throws(MeasurementFailure) {
        // Asked beforehand: once the limit lies below what is in use, not even the answer could be put together.
        let used = memoryBytes(field: 0)
        guard bytes > used, bytes - used >= UInt64(spareBytes) else {
            throw .outOfMemory("the memory limit of \(bytes >> 10) KiB is less than an empty process takes here")
        }
        var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
        guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
            throw .refused("cannot limit memory to \(bytes) bytes: \(String(cString: strerror(errno)))")
        }
    }

    /// What this process has in memory now, its program's file included; 0 where it is not told.
    static var residentBytes: UInt64 { memoryBytes(field: 1) }

    /// A field of `statm`: address space, then what is resident of it.
    private static func memoryBytes(field: Int) -> UInt64 {
        let fields = HostRoot.system.readValue("/proc/self/statm")?.split(separator: " ") ?? []
        let pages = fields.count > field ? UInt64(fields[field]) ?? 0 : 0
        return pages &* UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Leaves no core file behind, and is the first the kernel ends when memory runs out: this costs a run, not the agent.
    static func beExpendable() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = HostRoot.system.write("1000", to: "/proc/self/oom_score_adj")
    }

    /// Tells whether so much address space can still be had, by reserving and returning it.
    ///
    /// Where the runtime itself runs out of memory it can only trap. Asking first turns nearly all such cases into an answer.
    static func requireAddressSpace(bytes: Int) throws(MeasurementFailure) {
        let reserved = mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let reserved, reserved != MAP_FAILED else {
            throw .outOfMemory("\(bytes >> 10) KiB more are needed than the memory limit leaves")
        }
        munmap(reserved, bytes)
    }
}
