public import HostInfo

/// A control group that holds one process to a memory limit.
///
/// Files of version 2 (`memory.max`): <https://docs.kernel.org/admin-guide/cgroup-v2.html>; of version 1
/// (`memory.limit_in_bytes`): <https://docs.kernel.org/admin-guide/cgroup-v1/memory.html>.
public struct MemoryGroup: Sendable {
    /// Which interface a hierarchy has.
    public enum Version: Int, Sendable, Hashable {
        /// One hierarchy a controller.
        case v1 = 1
        /// The unified hierarchy.
        case v2 = 2
    }

    /// The group's folder.
    public let folder: String
    /// Its interface.
    public let version: Version
    private let files: any ControlGroupFiles

    /// A group that is there.
    public init(folder: String, version: Version, files: any ControlGroupFiles = HostRoot.system) {
        (self.folder, self.version, self.files) = (folder, version, files)
    }

    /// A group of this host, whose files tell its version.
    public init(folder: String) {
        self.init(folder: folder, version: HostRoot.system.exists(folder + "/memory.max") ? .v2 : .v1)
    }

    private var limitFile: String { folder + (version == .v2 ? "/memory.max" : "/memory.limit_in_bytes") }

    /// Puts the calling process into the group; what it has touched before stays charged where it was.
    public func enter() -> HostFileError? {
        files.write("0", to: folder + "/cgroup.procs")
    }

    /// Sets the limit, swap included where the kernel accounts for it.
    ///
    /// Only ever lowered: version 1 keeps memory and swap together at or above memory, so memory goes first.
    public func limit(to bytes: UInt64) -> HostFileError? {
        if let error = files.write(String(bytes), to: limitFile) { return error }
        guard version == .v1, files.exists(folder + "/memory.memsw.limit_in_bytes") else { return nil }
        return files.write(String(bytes), to: folder + "/memory.memsw.limit_in_bytes")
    }

    /// The limit as the kernel has it; nil without one.
    public var limitBytes: UInt64? { files.value(limitFile)?.decimal }

    /// The most that was charged to the group; nil before Linux 5.19 in version 2.
    public var peakBytes: UInt64? {
        files.value(folder + (version == .v2 ? "/memory.peak" : "/memory.max_usage_in_bytes"))?.decimal
    }

    /// How many of its processes the kernel has ended for want of memory (version 1: since Linux 4.13).
    public var oomKills: UInt64? {
        files.number("oom_kill", in: folder + (version == .v2 ? "/memory.events" : "/memory.oom_control"))
    }

    /// What happened to the group's pages so far.
    public var activity: MemoryGroupActivity {
        MemoryGroupActivity(
            version: version,
            stat: (try? files.read(folder + "/memory.stat").get()) ?? "",
            pressure: (try? files.read(folder + "/memory.pressure").get()) ?? ""
        )
    }
}

/// Pages a group lost and got back, and time it waited for memory, since it was made; nil where the kernel does not say.
public struct MemoryGroupActivity: Sendable, Hashable {
    /// Pages that were read back after they had been taken away: `workingset_refault*`.
    public var refaults: UInt64?
    /// Pages taken away: version 2's `pgsteal`; version 1 has uncharged pages, `pgpgout`, in which freed ones are counted too.
    public var reclaimedPages: UInt64?
    /// Pages looked at to be taken away: version 2's `pgscan`.
    public var scannedPages: UInt64?
    /// Time in which at least one thread waited for memory, microseconds; version 2 with pressure accounting only.
    public var pressureMicroseconds: UInt64?

    /// Parses `memory.stat` and `memory.pressure`.
    init(version: MemoryGroup.Version, stat: String, pressure: String) {
        var values: [Substring: UInt64] = [:]
        for line in stat.lines {
            let words = line.words
            if words.count == 2 { values[Substring(words[0])] = words[1].decimal }
        }
        // Split by kind of page since Linux 5.9.
        let kinds = ["workingset_refault_file", "workingset_refault_anon"].compactMap { values[Substring($0)] }
        refaults = values["workingset_refault"] ?? (kinds.isEmpty ? nil : kinds.reduce(0, &+))
        reclaimedPages = values[version == .v2 ? "pgsteal" : "pgpgout"]
        scannedPages = version == .v2 ? values["pgscan"] : nil
        pressureMicroseconds = Pressure(parsing: pressure)?.someMicroseconds
    }

    /// What happened since `earlier`; nil for what is not known or went back.
    public func since(_ earlier: MemoryGroupActivity) -> MemoryGroupActivity {
        func difference(_ field: KeyPath<MemoryGroupActivity, UInt64?>) -> UInt64? {
            guard let now = self[keyPath: field], let before = earlier[keyPath: field], now >= before else {
                return nil
            }
            return now - before
        }
        var result = self
        result.refaults = difference(\.refaults)
        result.reclaimedPages = difference(\.reclaimedPages)
        result.scannedPages = difference(\.scannedPages)
        result.pressureMicroseconds = difference(\.pressureMicroseconds)
        return result
    }
}
