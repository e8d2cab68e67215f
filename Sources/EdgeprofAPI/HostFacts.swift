/// What is known of the host a run was taken on.
public struct HostFacts: Codable, Sendable, Hashable {
    /// Network name.
    public var hostname: String
    /// `x86_64` or `arm64`.
    public var architecture: String
    /// As the kernel names it.
    public var cpuModel: String
    /// Board or product name, nil where the firmware tells none.
    public var board: String?
    /// Kernel release.
    public var kernel: String
    /// Distribution's name for itself.
    public var operatingSystem: String
    /// CPUs the agent may use.
    public var usableCpus: Int
    /// CPUs online.
    public var onlineCpus: Int
    /// Installed memory, bytes.
    public var memoryBytes: UInt64
    /// Best instruction set the engine can use here.
    public var isa: String
    /// Data cache sizes, bytes: level 1, 2, 3; absent levels left out.
    public var cacheBytes: [String: UInt64]
    /// What the farthest cache moves at a time, bytes; nil where the kernel does not state it.
    public var cacheLineBytes: Int?
    /// True under a hypervisor.
    public var virtualized: Bool
    /// Limits the agent was started with, nil for the whole box.
    public var limits: HostLimits?

    /// Makes host facts.
    public init(
        hostname: String,
        architecture: String,
        cpuModel: String,
        board: String? = nil,
        kernel: String,
        operatingSystem: String,
        usableCpus: Int,
        onlineCpus: Int,
        memoryBytes: UInt64,
        isa: String,
        cacheBytes: [String: UInt64] = [:],
        virtualized: Bool = false,
        limits: HostLimits? = nil
    ) {
        self.hostname = hostname
        self.architecture = architecture
        self.cpuModel = cpuModel
        self.board = board
        self.kernel = kernel
        self.operatingSystem = operatingSystem
        self.usableCpus = usableCpus
        self.onlineCpus = onlineCpus
        self.memoryBytes = memoryBytes
        self.isa = isa
        self.cacheBytes = cacheBytes
        self.virtualized = virtualized
        self.limits = limits
    }

    /// Memory a model may use: the installed memory or the limit, whichever is less, bytes.
    public var effectiveMemoryBytes: UInt64 { min(memoryBytes, limits?.memoryBytes ?? .max) }
}

/// Limits that make a box stand in for a lesser one; runs taken under them are marked as stand-ins.
public struct HostLimits: Codable, Sendable, Hashable {
    /// CPUs the measured process is pinned to.
    public var cpus: [Int]?
    /// Highest instruction set used.
    public var isa: String?
    /// Address-space limit of the measured process, bytes.
    public var memoryBytes: UInt64?

    /// Makes limits.
    public init(cpus: [Int]? = nil, isa: String? = nil, memoryBytes: UInt64? = nil) {
        self.cpus = cpus
        self.isa = isa
        self.memoryBytes = memoryBytes
    }
}
