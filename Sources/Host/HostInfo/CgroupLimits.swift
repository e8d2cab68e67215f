/// What the control groups around this process let it use.
public struct CgroupLimits: Sendable, Hashable {
    /// CPU time a second of wall time, in CPUs (`cpu.max` quota over period), or nil for no limit.
    public var cpus: Double?
    /// Memory in bytes, or nil for no limit.
    public var memoryBytes: Int64?
    /// The least that a limit leaves of what it allows, in bytes, cached files counted as used; nil for no limit.
    public var memoryLeftBytes: Int64?

    /// Limits as given.
    public init(cpus: Double? = nil, memoryBytes: Int64? = nil, memoryLeftBytes: Int64? = nil) {
        self.cpus = cpus
        self.memoryBytes = memoryBytes
        self.memoryLeftBytes = memoryLeftBytes
    }

    /// Reads the tightest limit between this process's group and the root, in version 2 and version 1 hierarchies.
    ///
    /// Format: <https://docs.kernel.org/admin-guide/cgroup-v2.html> and the version 1 controllers' own pages.
    init(root: HostRoot) {
        self.init()
        guard let text = try? root.read("/proc/self/cgroup").get() else { return }
        let memberships = CgroupMembership.parse(text)
        for membership in memberships {
            for folder in membership.folders {
                if membership.isVersion2 {
                    tighten(cpus: root.readValue(folder + "/cpu.max").flatMap(Self.cpuMax))
                    tighten(
                        memory: root.readValue(folder + "/memory.max").flatMap(Self.memoryMax),
                        used: root.readValue(folder + "/memory.current")
                    )
                } else if membership.controllers.contains("memory") {
                    tighten(
                        memory: root.readValue(folder + "/memory.limit_in_bytes").flatMap(Self.memoryMax),
                        used: root.readValue(folder + "/memory.usage_in_bytes")
                    )
                } else if membership.controllers.contains("cpu") {
                    let quota = root.readValue(folder + "/cpu.cfs_quota_us") ?? "max"
                    tighten(cpus: Self.cpuMax(quota + " " + (root.readValue(folder + "/cpu.cfs_period_us") ?? "")))
                }
            }
        }
    }

    /// CPUs of `cpu.max`'s `quota period`, nil for `max`, version 1's `-1`, or anything else.
    static func cpuMax(_ text: String) -> Double? {
        let words = text.words
        guard words.count == 2, let quota = words[0].decimal, let period = words[1].decimal, quota > 0, period > 0
        else { return nil }
        return Double(quota) / Double(period)
    }

    /// Bytes of `memory.max` or `memory.limit_in_bytes`; nil for `max` and for the number version 1 writes in its place.
    static func memoryMax(_ text: String) -> Int64? {
        guard let bytes = text.decimal, bytes < 1 << 62 else { return nil }
        return Int64(bytes)
    }

    private mutating func tighten(cpus limit: Double?) {
        if let limit { cpus = min(limit, cpus ?? limit) }
    }

    private mutating func tighten(memory limit: Int64?, used: String?) {
        guard let limit else { return }
        memoryBytes = min(limit, memoryBytes ?? limit)
        let left = limit - (used.flatMap(Self.memoryMax).map { min($0, limit) } ?? 0)
        memoryLeftBytes = min(left, memoryLeftBytes ?? left)
    }
}

/// One line of `/proc/self/cgroup`: `hierarchy:controllers:path`.
package struct CgroupMembership: Equatable, Sendable {
    /// Controllers of a version 1 hierarchy; empty for version 2.
    package var controllers: [String]
    /// The group's path within the hierarchy.
    package var path: String

    /// Whether this is the unified hierarchy.
    package var isVersion2: Bool { controllers.isEmpty }

    /// Parses the file, leaving out lines of another form and paths that climb out of the hierarchy (`/..`, shown for a
    /// group outside the reader's own namespace).
    package static func parse(_ text: String) -> [CgroupMembership] {
        text.lines.compactMap { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[0].decimal != nil, fields[2].hasPrefix("/"),
                !fields[2].split(separator: "/").contains("..")
            else { return nil }
            return CgroupMembership(
                controllers: fields[1].split(separator: ",").map(String.init),
                path: String(fields[2])
            )
        }
    }

    /// The group's own folder and those of its ancestors, where distributions mount the hierarchy.
    ///
    /// The root comes too: in a container the path may be the host's, and the container's own group is mounted at the root.
    package var folders: [String] {
        let mounts =
            isVersion2
            ? ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
            // Where several are mounted together, /proc may list them in another order than the mount's name; each has a link.
            : ([controllers.joined(separator: ",")] + (controllers.count > 1 ? controllers : []))
                .map { "/sys/fs/cgroup/" + $0 }
        var components = path.split(separator: "/").prefix(64)
        var paths: [String] = []
        while true {
            paths.append(components.map { "/" + $0 }.joined())
            if components.popLast() == nil { break }
        }
        return mounts.flatMap { mount in paths.map { mount + $0 } }
    }
}
