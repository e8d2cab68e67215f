internal import Glibc
internal import HostInfo
internal import HostProbes

/// The memory limit a measuring process holds itself to, before it loads anything.
public struct ChildMemoryLimit: Sendable, Hashable {
    /// Bytes: charged to the group where there is one, else of address space.
    public var bytes: UInt64
    /// Folder of the control group its parent has made for it; nil to limit the address space.
    public var groupFolder: String?
    /// Bytes of the plan's file that were in memory before and could not be dropped.
    public var chargedElsewhereBytes: UInt64

    /// Makes a limit.
    public init(bytes: UInt64, groupFolder: String? = nil, chargedElsewhereBytes: UInt64 = 0) {
        self.bytes = bytes
        self.groupFolder = groupFolder
        self.chargedElsewhereBytes = chargedElsewhereBytes
    }

    /// Names of the arguments.
    static let names: Set<String> = ["--memory-limit", "--memory-group", "--charged-elsewhere"]

    /// The limit as arguments.
    public var strings: [String] {
        var strings = ["--memory-limit", String(bytes)]
        if let groupFolder { strings += ["--memory-group", groupFolder] }
        if chargedElsewhereBytes > 0 { strings += ["--charged-elsewhere", String(chargedElsewhereBytes)] }
        return strings
    }

    /// Reads arguments; nil without `--memory-limit`.
    init?(_ words: ChildWords) throws(ChildUsageError) {
        let most = UInt64(Int64.max)
        guard words.values["--memory-limit"] != nil else { return nil }
        bytes = try words.number("--memory-limit", 1...most)
        groupFolder = words.values["--memory-group"]
        chargedElsewhereBytes =
            words.values["--charged-elsewhere"] == nil ? 0 : try words.number("--charged-elsewhere", 0...most)
    }

    /// Holds this process to the limit.
    ///
    /// A group is charged for what its processes touch from now on. What this process has in memory already, mostly its
    /// program's file, stays charged to others, so the group's limit is lowered by it: all of the process lies within.
    ///
    /// - Parameter spareBytes: what an address-space limit must leave.
    /// - Returns: the group and what is charged elsewhere; nil for an address-space limit.
    /// - Throws: `outOfMemory`, `refused`, `noGroup`.
    func apply(spareBytes: Int) throws(MeasurementFailure) -> (group: MemoryGroup, chargedElsewhereBytes: UInt64)? {
        guard let groupFolder else {
            try ProcessLimits.limitMemory(to: bytes, spareBytes: spareBytes)
            return nil
        }
        let group = MemoryGroup(folder: groupFolder)
        let (elsewhere, overflow) = ProcessLimits.residentBytes.addingReportingOverflow(chargedElsewhereBytes)
        guard !overflow, bytes > elsewhere else {
            throw .outOfMemory("the memory limit of \(bytes >> 10) KiB is less than an empty process takes here")
        }
        if let error = group.enter() { throw .noGroup("cannot enter a control group (\(error))") }
        if let error = group.limit(to: bytes - elsewhere) { throw .noGroup("cannot set its limit (\(error))") }
        return (group, elsewhere)
    }
}
