internal import Glibc
public import HostInfo

/// Why no control group could be made; the run is limited by address space then.
public struct MemoryGroupRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// One clause.
    let reason: String
    /// The command that mends it; nil where there is none.
    let remedy: String?

    init(_ reason: String, remedy: String? = nil) { (self.reason, self.remedy) = (reason, remedy) }

    /// Reason and remedy in one line.
    public var description: String { remedy.map { "\(reason); mend with: \($0)" } ?? reason }

    init(_ verb: String, _ error: HostFileError) {
        // The last component says which file; the folder's name is long and tells little.
        let name = error.path.split(separator: "/").last ?? ""
        remedy = nil
        reason = "cannot \(verb) (\(name): \(systemErrorText(error.code)))"
    }
}

/// A control group made for one child, with what it takes to leave everything as it was.
///
/// Version 1: a group below this process's own. Version 2 lets a group with processes in it have no limited groups below it
/// ("no internal processes"), so this process moves into a leaf, hands the controller down, and makes the child's group beside:
///
/// ```
/// its own group          edgeprof-PID-0   this process, until the end
///                        edgeprof-PID-1   the child
/// ```
///
/// A worker's daemon lies in the same group and goes along, there and back.
public final class OwnedMemoryGroup: Sendable {
    /// The child's group.
    public let group: MemoryGroup
    private let files: any ControlGroupFiles
    private let processID: Int32
    private let home: Home

    /// Where this process was, and what was changed there.
    private struct Home {
        var folder: String
        var leaf: String?
        var handedDown = false
        var daemonID: Int32?
    }

    /// Makes a group with a limit.
    ///
    /// - Parameters:
    ///   - limitBytes: of memory and swap together.
    ///   - processID: of this process, unless a test plays another.
    ///   - daemonID: of the process that started this one as its worker, which may be moved with it; nil for none.
    ///   - files: the host's.
    /// - Throws: why the kernel or this box's order does not allow it, with everything undone.
    public init(
        limitBytes: UInt64,
        processID: Int32? = nil,
        daemonID: Int32? = nil,
        files: any ControlGroupFiles = HostRoot.system
    ) throws(MemoryGroupRefusal) {
        let reading = files.memoryFolder()
        guard let folder = reading.value else {
            let availability = reading.availability
            throw MemoryGroupRefusal(availability.reason ?? "no control groups", remedy: availability.remedy)
        }
        let processID = processID ?? getpid()
        (self.files, self.processID) = (files, processID)
        Self.removeLeftOvers(in: folder, files)
        let version: MemoryGroup.Version = files.exists(folder + "/cgroup.controllers") ? .v2 : .v1
        var home = Home(folder: folder)
        if version == .v2 { home = try Self.makeRoom(in: folder, processID, daemonID, files) }
        self.home = home
        do throws(MemoryGroupRefusal) {
            let path = try Self.makeGroup(in: folder, processID, from: 1, files)
            group = MemoryGroup(folder: path, version: version, files: files)
            do throws(MemoryGroupRefusal) {
                try Self.configure(group, limitBytes: limitBytes, files)
            } catch {
                _ = files.removeFolder(path)
                throw error
            }
        } catch {
            Self.undo(home, processID, files)
            throw error
        }
    }

    /// Removes the group, whose processes must have ended, and undoes what was done for it.
    public func remove() {
        _ = Self.removing(group.folder, files)
        Self.undo(home, processID, files)
    }

    private static func configure(
        _ group: MemoryGroup,
        limitBytes: UInt64,
        _ files: any ControlGroupFiles
    ) throws(MemoryGroupRefusal) {
        if let error = group.limit(to: limitBytes) { throw MemoryGroupRefusal("set the group's limit", error) }
        switch group.version {
        case .v2:
            // Without swap accounting there is no such file, and mostly no swap; a group that may swap has no limit.
            let swap = group.folder + "/memory.swap.max"
            if files.exists(swap), let error = files.write("0", to: swap) {
                throw MemoryGroupRefusal("keep the group from swapping", error)
            }
            // Since Linux 4.19; the child is alone, so it only matters for what the child might start.
            _ = files.write("1", to: group.folder + "/memory.oom.group")
        case .v1:
            // A group inherits a disabled OOM killer, and its processes then wait for memory for ever.
            if let error = files.write("0", to: group.folder + "/memory.oom_control") {
                throw MemoryGroupRefusal("switch the group's OOM killer on", error)
            }
            // Without accounting for swap, 0 keeps the group from it all the same (memory.txt, 5.3).
            if !files.exists(group.folder + "/memory.memsw.limit_in_bytes") {
                _ = files.write("0", to: group.folder + "/memory.swappiness")
            }
        }
    }

    /// Version 2: sees to it that limited groups can be made in a folder.
    private static func makeRoom(
        in folder: String,
        _ processID: Int32,
        _ daemonID: Int32?,
        _ files: any ControlGroupFiles
    ) throws(MemoryGroupRefusal) -> Home {
        var home = Home(folder: folder)
        let control = folder + "/cgroup.subtree_control"
        if files.value(control)?.words.contains("memory") == true { return home }
        // The hierarchy's root alone may have both processes and limited groups; it is told by having no limit of its own.
        if files.exists(folder + "/memory.max") {
            if let refusal = refusal(in: folder, processID: processID, daemonID: daemonID, files: files) {
                throw refusal
            }
            let leaf = try makeGroup(in: folder, processID, from: 0, files)
            home.leaf = leaf
            home.daemonID = daemonID.flatMap { members(of: folder, files).contains($0) ? $0 : nil }
            for process in [processID, home.daemonID].compactMap({ $0 }) {
                if let error = files.write(String(process), to: leaf + "/cgroup.procs") {
                    undo(home, processID, files)
                    throw MemoryGroupRefusal("move into a group of its own", error)
                }
            }
        }
        if let error = files.write("+memory", to: control) {
            undo(home, processID, files)
            throw MemoryGroupRefusal("hand the memory controller down", error)
        }
        home.handedDown = true
        return home
    }

    /// Why this process may not hand the memory controller of its own group down; nil if it may, as far as one can see.
    static func refusal(
        in folder: String,
        processID: Int32? = nil,
        daemonID: Int32? = nil,
        files: any ControlGroupFiles
    ) -> MemoryGroupRefusal? {
        let processID = processID ?? getpid()
        let hasRoom = files.value(folder + "/cgroup.subtree_control")?.words.contains("memory") == true
        if hasRoom || !files.exists(folder + "/memory.max") { return nil }
        let remedy = "systemd-run \(geteuid() == 0 ? "" : "--user ")--scope --property=Delegate=yes edgeprof …"
        if files.exists("/run/systemd/system"), !isDelegated(folder, files) {
            return MemoryGroupRefusal("systemd has not delegated this process's control group", remedy: remedy)
        }
        let members = members(of: folder, files)
        guard members.contains(processID) else {
            return MemoryGroupRefusal("\(folder) is not this process's control group")
        }
        let others = members.count { $0 != processID && $0 != daemonID }
        if others > 0 {
            let subject = others == 1 ? "another process is" : "\(others) other processes are"
            return MemoryGroupRefusal("\(subject) in this process's control group", remedy: remedy)
        }
        return nil
    }

    private static func members(of folder: String, _ files: any ControlGroupFiles) -> [Int32] {
        (files.value(folder + "/cgroup.procs") ?? "").lines.map { Int32($0) ?? 0 }
    }

    /// A user's own groups belong to that user; root may write all of them, and asks systemd's mark.
    private static func isDelegated(_ folder: String, _ files: any ControlGroupFiles) -> Bool {
        geteuid() != 0 || ["user.delegate", "trusted.delegate"].contains { files.attribute($0, of: folder) == "1" }
    }

    private static func undo(_ home: Home, _ processID: Int32, _ files: any ControlGroupFiles) {
        // In this order: the controller must be taken back before a process may be in the folder again.
        if home.handedDown { _ = files.write("-memory", to: home.folder + "/cgroup.subtree_control") }
        guard let leaf = home.leaf else { return }
        for process in [processID, home.daemonID].compactMap({ $0 }) {
            _ = files.write(String(process), to: home.folder + "/cgroup.procs")
        }
        _ = removing(leaf, files)
    }

    private static let prefix = "edgeprof-"

    /// Makes a group under the first free number.
    private static func makeGroup(
        in folder: String,
        _ processID: Int32,
        from first: Int,
        _ files: any ControlGroupFiles
    ) throws(MemoryGroupRefusal) -> String {
        for number in first..<first + 16 {
            let path = "\(folder)/\(prefix)\(processID)-\(number)"
            guard let error = files.makeFolder(path) else { return path }
            guard error.code == EEXIST else { throw MemoryGroupRefusal("make a control group", error) }
        }
        throw MemoryGroupRefusal("control groups of this process's number are in use in \(folder)")
    }

    /// Removes groups whose makers were killed; those with processes in them stay, for the kernel refuses.
    static func removeLeftOvers(in folder: String, _ files: any ControlGroupFiles) {
        for name in files.names(in: folder) where name.hasPrefix(prefix) {
            let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let owner = parts[0].decimal, parts[1].decimal != nil,
                !files.exists("/proc/\(owner)")
            else { continue }
            _ = files.removeFolder(folder + "/" + name)
        }
    }

    /// Removes a group; for a while it may be busy with a process that has just ended.
    private static func removing(_ path: String, _ files: any ControlGroupFiles) -> HostFileError? {
        var error = files.removeFolder(path)
        for _ in 0..<50 where error?.code == EBUSY {
            usleep(2_000)
            error = files.removeFolder(path)
        }
        return error
    }
}
