/// What a host is: processor, memory, board, system; the facts a measurement is meaningless without.
///
/// A fact the host does not state is nil, never a guess.
public struct HostInfo: Sendable, Hashable {
    /// The network name.
    public var hostname: String?
    /// The architecture the program was compiled for, which is the one it runs on.
    public var architecture: Architecture?
    /// The processor: its marketing name, or its core kinds joined by a plus sign (`Cortex-A55 + Cortex-A76`).
    public var cpuModel: String?
    /// The board or product (`Raspberry Pi 5 Model B Rev 1.0`).
    public var board: String?
    /// The kernel's release (`6.1.0-28-arm64`).
    public var kernelRelease: String?
    /// The distribution (`Debian GNU/Linux 12 (bookworm)`).
    public var operatingSystem: String?
    /// Logical processors online.
    public var logicalCores: Int?
    /// Cores online, hardware threads of one core counted once.
    public var physicalCores: Int?
    /// Logical processors this process may run on: affinity and cpusets applied, CPU quotas not.
    public var usableCPUs: Int?
    /// Data cache sizes of the fastest kind of core.
    public var caches: CacheSizes
    /// Memory the kernel manages, in bytes.
    public var memoryTotalBytes: Int64?
    /// Control group limits on this process.
    public var cgroupLimits: CgroupLimits
    /// Whether a hypervisor runs below.
    public var isVirtual: Bool?
    /// Instruction sets kernels may use.
    public var instructionSets: InstructionSets
}
