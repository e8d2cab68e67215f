extension HostInfo {
    /// Collects the facts of a host from its files.
    ///
    /// - Parameters:
    ///   - root: where `/proc`, `/sys` and `/etc` are; a folder of captured files in tests.
    ///   - architecture: how to read what two architectures say differently.
    ///   - instructionSets: what the processor offers, which no file says reliably.
    ///   - usableCPUs: how many CPUs the caller may run on, from the kernel.
    /// - Returns: every fact the host states, nil for the others.
    public static func current(
        root: HostRoot = .system,
        architecture: Architecture? = .current,
        instructionSets: InstructionSets = .detected,
        usableCPUs: Int? = usableCPUCount
    ) -> HostInfo {
        let cpuInfo = CPUInfo(parsing: (try? root.read("/proc/cpuinfo").get()) ?? "")
        let online = root.readValue("/sys/devices/system/cpu/online").flatMap { CPUList($0) }?.cpus
        return HostInfo(
            hostname: root.readValue("/proc/sys/kernel/hostname"),
            architecture: architecture,
            cpuModel: cpuInfo.model,
            board: Board.name(root: root, cpuInfo: cpuInfo),
            kernelRelease: root.readValue("/proc/sys/kernel/osrelease"),
            operatingSystem: ["/etc/os-release", "/usr/lib/os-release"].lazy
                .compactMap { try? root.read($0).get() }.compactMap(OSRelease.prettyName).first,
            logicalCores: online?.count,
            physicalCores: online.flatMap { physicalCores(root: root, cpus: $0) },
            usableCPUs: usableCPUs,
            caches: CacheSizes(root: root, cpus: online ?? [0]),
            memoryTotalBytes: (try? root.read("/proc/meminfo").get()).flatMap(memoryTotal),
            cgroupLimits: CgroupLimits(root: root),
            isVirtual: Board.isVirtual(root: root, cpuInfo: cpuInfo, architecture: architecture),
            instructionSets: instructionSets
        )
    }

    /// How many CPUs the calling thread may run on, or nil if the kernel will not say.
    public static var usableCPUCount: Int? { CPUAffinity.current?.cpus.count }

    /// Cores among `cpus`: as many as there are different sets of sibling threads; nil if the topology is not there.
    static func physicalCores(root: HostRoot, cpus: [Int]) -> Int? {
        var siblings: Set<String> = []
        for cpu in cpus {
            // Linux 5.7 renamed the first to the second and keeps both.
            let folder = "/sys/devices/system/cpu/cpu\(cpu)/topology/"
            guard let set = root.readValue(folder + "thread_siblings_list") ?? root.readValue(folder + "core_cpus_list")
            else { return nil }
            siblings.insert(set)
        }
        return siblings.isEmpty ? nil : siblings.count
    }

    /// `MemTotal` of `/proc/meminfo`.
    static func memoryTotal(parsing text: String) -> Int64? {
        for line in text.lines {
            if let (key, value) = line.keyAndValue, key == "MemTotal" { return value.byteSize }
        }
        return nil
    }
}
