public import EdgeprofAPI
public import HostInfo
internal import KernelDispatch

extension HostFacts {
    /// What runs tell of a host, from what is known of it.
    ///
    /// - Parameters:
    ///   - host: the host's facts; what it does not state becomes `unknown`, 0 or false.
    ///   - limits: what measured processes are held to, nil for nothing.
    public init(_ host: HostInfo, limits: HostLimits? = nil) {
        let usable = KernelDispatch.usableInstructionSets(detected: host.instructionSets)
        let ceiling = limits?.isa.flatMap(InstructionSet.init(rawValue:))
        let isa = usable.first { instructionSet in ceiling.map { instructionSet <= $0 } ?? true }
        var caches: [String: UInt64] = [:]
        for (level, bytes) in [
            ("1", host.caches.level1DataBytes), ("2", host.caches.level2Bytes), ("3", host.caches.level3Bytes),
        ] {
            if let bytes { caches[level] = UInt64(clamping: bytes) }
        }
        let affinity = limits?.cpus.map { Set($0).count } ?? host.usableCPUs ?? host.logicalCores ?? 1
        let usableCpus = CPUBudget(affinityCount: affinity, quota: host.cgroupLimits.cpus).usableCPUs
        self.init(
            hostname: host.hostname ?? "unknown",
            architecture: host.architecture?.rawValue ?? "unknown",
            cpuModel: host.cpuModel ?? "unknown",
            board: host.board,
            kernel: host.kernelRelease ?? "unknown",
            operatingSystem: host.operatingSystem ?? "unknown",
            usableCpus: usableCpus,
            onlineCpus: host.logicalCores ?? usableCpus,
            memoryBytes: UInt64(clamping: host.memoryTotalBytes ?? 0),
            isa: isa?.rawValue ?? InstructionSet.portable.rawValue,
            cacheBytes: caches,
            virtualized: host.isVirtual ?? false,
            limits: limits
        )
        cacheLineBytes = host.caches.lineBytes.map { Int($0) }
    }
}
