/// One level of a core's data caches, and how many CPUs share it.
public struct CacheLevel: Sendable, Hashable {
    /// 1, 2 or 3.
    public var level: Int
    /// Its size.
    public var bytes: Int64
    /// CPUs among those asked about that share one such cache, at least 1.
    public var sharers: Int

    /// A level as given.
    public init(level: Int, bytes: Int64, sharers: Int) {
        self.level = level
        self.bytes = bytes
        self.sharers = sharers
    }

    /// Reads `cache/index*` of the CPU with the largest first level, the fastest kind of core.
    ///
    /// Format: Linux's `Documentation/ABI/testing/sysfs-devices-system-cpu`.
    ///
    /// - Parameters:
    ///   - cpus: those a program may run on.
    ///   - root: where `/sys` is.
    /// - Returns: the levels the kernel states, lowest first; empty on boards whose device tree leaves them out.
    public static func read(cpus: CPUList, root: HostRoot = .system) -> [CacheLevel] {
        let all = cpus.cpus.map { levels(of: $0, among: cpus, root) }
        func first(_ levels: [CacheLevel]) -> Int64 { levels.first { $0.level == 1 }?.bytes ?? 0 }
        // Of equals the first: `max` would take the last.
        return all.reduce([]) { first($1) > first($0) || $0.isEmpty ? $1 : $0 }
    }

    private static func levels(of cpu: Int, among cpus: CPUList, _ root: HostRoot) -> [CacheLevel] {
        let folder = "/sys/devices/system/cpu/cpu\(cpu)/cache"
        var found: [Int: CacheLevel] = [:]
        for index in root.names(in: folder) where index.hasPrefix("index") {
            guard root.readValue("\(folder)/\(index)/type") != "Instruction",
                let size = root.readValue("\(folder)/\(index)/size")?.byteSize, size > 0,
                let level = root.readValue("\(folder)/\(index)/level").flatMap({ Int($0) }), (1...3).contains(level)
            else { continue }
            let sharing = root.readValue("\(folder)/\(index)/shared_cpu_list").flatMap { CPUList($0) }?.cpus
            // Without a list the third level is taken to be everybody's, the others the core's own.
            let sharers = sharing.map { Set($0).intersection(cpus.cpus).count } ?? (level == 3 ? cpus.cpus.count : 1)
            found[level] = CacheLevel(level: level, bytes: size, sharers: max(1, sharers))
        }
        return found.values.sorted { $0.level < $1.level }
    }
}
