import Glibc
import HostInfo
import HostTestSupport
import Synchronization

@testable import HostProbes

/// Control groups as the kernel keeps them, in memory: folders that fill themselves, and version 2's rules.
///
/// "No internal processes": a group other than the root that hands a controller down has no processes of its own.
final class ModelKernel: ControlGroupFiles {
    private struct State {
        var files: [String: String] = [:]
        var folders: Set<String> = []
        var failures: [String: Int32] = [:]
        var attributes: [String: String] = [:]
        var log: [String] = []
    }

    private let state: Mutex<State>
    private let folder: String
    private let isVersion2: Bool

    /// A host whose own group is `folder`, with these processes in it.
    init(version: MemoryGroup.Version, folder: String, processes: [Int32], isRoot: Bool = false) {
        (self.folder, isVersion2) = (folder, version == .v2)
        var first = State(folders: [folder])
        first.files[folder + "/cgroup.procs"] = processes.map { "\($0)\n" }.joined()
        if version == .v2 {
            first.files[folder + "/cgroup.controllers"] = "cpu memory\n"
            first.files[folder + "/cgroup.subtree_control"] = "\n"
            if !isRoot { first.files[folder + "/memory.max"] = "max\n" }
        }
        for process in processes { first.folders.insert("/proc/\(process)") }
        state = Mutex(first)
    }

    func fail(_ path: String, _ code: Int32) { state.withLock { $0.failures[path] = code } }
    func set(_ path: String, _ content: String?) { state.withLock { $0.files[path] = content } }
    func add(folder: String) { state.withLock { _ = $0.folders.insert(folder) } }
    func set(attribute: String) { state.withLock { $0.attributes[attribute] = "1" } }
    func content(_ path: String) -> String? { state.withLock { $0.files[path] } }
    var groups: [String] { names(in: folder) }
    var log: [String] { state.withLock { $0.log } }

    func memoryFolder() -> Reading<String> { .value(folder) }

    func read(_ path: String) -> Result<String, HostFileError> {
        state.withLock { state in
            if let code = state.failures[path] { return .failure(HostFileError(path: path, code: code)) }
            return state.files[path].map { .success($0) } ?? .failure(HostFileError(path: path, code: ENOENT))
        }
    }

    func write(_ text: String, to path: String) -> HostFileError? {
        let code: Int32? = state.withLock { state in
            if let code = state.failures[path] { return code }
            guard state.files[path] != nil else { return ENOENT }
            state.log.append("\(text) > \(path)")
            let group = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            if path.hasSuffix("/cgroup.procs") {
                let handsDown = state.files[group + "/cgroup.subtree_control"]?.contains("memory") == true
                if isVersion2, handsDown, state.files[group + "/memory.max"] != nil { return EBUSY }
                for file in state.files.keys where file.hasSuffix("/cgroup.procs") {
                    let rest = (state.files[file] ?? "").split(separator: "\n").filter { $0 != text }
                    state.files[file] = rest.map { $0 + "\n" }.joined()
                }
                state.files[path, default: ""] += text + "\n"
                return nil
            }
            if path.hasSuffix("/cgroup.subtree_control") {
                let isOccupied = state.files[group + "/cgroup.procs"]?.isEmpty == false
                if text == "+memory", isOccupied, state.files[group + "/memory.max"] != nil { return EBUSY }
                state.files[path] = text == "+memory" ? "memory\n" : "\n"
                for child in state.folders where child.hasPrefix(group + "/") {
                    state.files[child + "/memory.max"] = text == "+memory" ? "max\n" : nil
                    state.files[child + "/memory.swap.max"] = text == "+memory" ? "max\n" : nil
                }
                return nil
            }
            state.files[path] = text + "\n"
            return nil
        }
        return code.map { HostFileError(path: path, code: $0) }
    }

    func makeFolder(_ path: String) -> HostFileError? {
        let code: Int32? = state.withLock { state in
            if let code = state.failures[path] ?? state.failures["mkdir"] { return code }
            guard state.folders.insert(path).inserted else { return EEXIST }
            state.files[path + "/cgroup.procs"] = ""
            if !isVersion2 {
                state.files[path + "/memory.limit_in_bytes"] = "9223372036854771712\n"
                state.files[path + "/memory.memsw.limit_in_bytes"] = "9223372036854771712\n"
                state.files[path + "/memory.oom_control"] = "oom_kill_disable 1\nunder_oom 0\noom_kill 0\n"
            } else if state.files[folder + "/cgroup.subtree_control"]?.contains("memory") == true {
                state.files[path + "/memory.max"] = "max\n"
                state.files[path + "/memory.swap.max"] = "max\n"
            }
            return nil
        }
        return code.map { HostFileError(path: path, code: $0) }
    }

    func removeFolder(_ path: String) -> HostFileError? {
        let code: Int32? = state.withLock { state in
            guard state.folders.contains(path) else { return ENOENT }
            guard state.files[path + "/cgroup.procs"]?.isEmpty != false else { return EBUSY }
            state.folders.remove(path)
            state.files = state.files.filter { !$0.key.hasPrefix(path + "/") }
            return nil
        }
        return code.map { HostFileError(path: path, code: $0) }
    }

    func names(in path: String) -> [String] {
        state.withLock { state in
            state.folders.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.count + 1)) }.sorted()
        }
    }

    func exists(_ path: String) -> Bool {
        state.withLock { $0.files[path] != nil || $0.folders.contains(path) }
    }

    func attribute(_ name: String, of path: String) -> String? {
        state.withLock { path == folder ? $0.attributes[name] : nil }
    }
}
