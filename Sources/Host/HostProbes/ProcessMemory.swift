public import HostInfo

/// Memory a process holds, in bytes.
///
/// `/proc/PID/status` gives sizes as `VmRSS:     1740 kB`, the kernel's sums over the process; `smaps_rollup` gives the
/// proportional share, which is dearer to read. Formats: proc_pid_status(5), proc_pid_smaps(5).
public struct ProcessMemory: Sendable, Hashable {
    /// Resident now: VmRSS.
    public var residentBytes: Int64
    /// The most that was resident since the process began or the peak was reset: VmHWM.
    public var peakResidentBytes: Int64
    /// Resident and anonymous: RssAnon; nil before Linux 4.5.
    public var anonymousBytes: Int64?
    /// Resident and backed by files, the program and mapped weights: RssFile.
    public var fileBytes: Int64?
    /// Swapped out: VmSwap.
    public var swappedBytes: Int64?
    /// Resident with shared pages divided among their users: Pss; nil unless asked for, or where the kernel has no rollup.
    public var proportionalBytes: Int64?

    /// Reads a process's memory.
    ///
    /// - Parameters:
    ///   - process: whose.
    ///   - includingProportional: also read `smaps_rollup`, which walks the page tables.
    ///   - root: where `/proc` is.
    /// - Returns: the sizes, or why there are none.
    public static func read(
        _ process: ProcessSelector = .current,
        includingProportional: Bool = false,
        root: HostRoot = .system
    ) -> Reading<ProcessMemory> {
        let path = process.folder + "/status"
        switch root.read(path) {
        case .failure(let error):
            return .unavailable(error.availability(absent: "\(path) is not there: no such process"))
        case .success(let text):
            guard var memory = ProcessMemory(status: text) else {
                return .unavailable(.absent("\(path) holds no memory sizes: the process has ended"))
            }
            if includingProportional, let rollup = try? root.read(process.folder + "/smaps_rollup").get() {
                memory.proportionalBytes = proportionalBytes(rollup: rollup)
            }
            return .value(memory)
        }
    }

    /// Parses `status`; nil without the two sizes every living process has.
    init?(status text: String) {
        var sizes: [Substring: Int64] = [:]
        for line in text.lines {
            if let (key, value) = line.keyAndValue, key.hasPrefix("Vm") || key.hasPrefix("Rss") {
                sizes[Substring(key)] = value.byteSize
            }
        }
        guard let resident = sizes["VmRSS"], let peak = sizes["VmHWM"] else { return nil }
        residentBytes = resident
        peakResidentBytes = peak
        anonymousBytes = sizes["RssAnon"]
        fileBytes = sizes["RssFile"]
        swappedBytes = sizes["VmSwap"]
        proportionalBytes = nil
    }

    /// `Pss` of `smaps_rollup`.
    static func proportionalBytes(rollup text: String) -> Int64? {
        for line in text.lines {
            if let (key, value) = line.keyAndValue, key == "Pss" { return value.byteSize }
        }
        return nil
    }
}

extension ProcessMemory: Probe {
    /// `process-memory`.
    public static let name = "process-memory"

    /// Whether this process's own memory can be read.
    public static func capability(root: HostRoot) -> Capability {
        Capability(name: name, reading: read(includingProportional: true, root: root)) {
            $0.proportionalBytes == nil ? "without the proportional share" : nil
        }
    }
}

extension ProcessMemory {
    /// The resident size of a process with shared pages divided among their users, bytes; or why it is not known.
    public static func proportional(_ process: ProcessSelector = .current, root: HostRoot = .system) -> Reading<Int64> {
        switch root.read(process.folder + "/smaps_rollup") {
        case .failure(let error):
            .unavailable(error.availability(absent: "this kernel has no smaps_rollup (Linux 4.14)"))
        case .success(let text):
            proportionalBytes(rollup: text).map { .value($0) } ?? .unavailable(.absent("smaps_rollup has no Pss"))
        }
    }
}
