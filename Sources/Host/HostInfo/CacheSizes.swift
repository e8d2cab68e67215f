/// Data cache sizes a core sees, in bytes; nil where the kernel does not say, as on boards whose device tree leaves them out.
public struct CacheSizes: Sendable, Hashable {
    /// First level, data (or unified).
    public var level1DataBytes: Int64?
    /// Second level.
    public var level2Bytes: Int64?
    /// Third level, shared by several cores.
    public var level3Bytes: Int64?
    /// What the farthest of them moves at a time; 1...65,536.
    public var lineBytes: Int64?

    /// Sizes as given.
    public init(
        level1DataBytes: Int64? = nil,
        level2Bytes: Int64? = nil,
        level3Bytes: Int64? = nil,
        lineBytes: Int64? = nil
    ) {
        self.level1DataBytes = level1DataBytes
        self.level2Bytes = level2Bytes
        self.level3Bytes = level3Bytes
        self.lineBytes = lineBytes
    }

    /// Reads `cache/index*` of `cpus` and keeps what the fastest kind of core sees: the one with the largest first level.
    ///
    /// Format: Linux's `Documentation/ABI/testing/sysfs-devices-system-cpu`.
    init(root: HostRoot, cpus: [Int]) {
        let sizes = cpus.map { CacheSizes(root: root, cpu: $0) }
        self = sizes.max { ($0.level1DataBytes ?? 0) < ($1.level1DataBytes ?? 0) } ?? CacheSizes()
    }

    private init(root: HostRoot, cpu: Int) {
        self.init()
        let folder = "/sys/devices/system/cpu/cpu\(cpu)/cache"
        var farthest = 0
        for index in root.names(in: folder) where index.hasPrefix("index") {
            guard root.readValue("\(folder)/\(index)/type") != "Instruction",
                let size = root.readValue("\(folder)/\(index)/size")?.byteSize, size > 0
            else { continue }
            let level = root.readValue("\(folder)/\(index)/level")
            if let level = level.flatMap({ Int($0) }), level > farthest {
                farthest = level
                let line = root.readValue("\(folder)/\(index)/coherency_line_size").flatMap { Int64($0) }
                lineBytes = line.flatMap { (1...65_536).contains($0) ? $0 : nil }
            }
            switch level {
            case "1": level1DataBytes = size
            case "2": level2Bytes = size
            case "3": level3Bytes = size
            default: break
            }
        }
    }
}
