public import HostInfo

/// How many threads ran or waited to, averaged by the kernel.
///
/// `/proc/loadavg`: `0.69 0.32 0.14 2/104 13379`; see proc_loadavg(5).
public struct LoadAverage: Sendable, Hashable {
    /// Over one minute.
    public var oneMinute: Double
    /// Over five minutes.
    public var fiveMinutes: Double
    /// Threads runnable now, the reader among them.
    public var runnableThreads: Int

    /// Reads the averages.
    public static func read(root: HostRoot = .system) -> Reading<LoadAverage> {
        switch root.read("/proc/loadavg", limitBytes: 4096) {
        case .failure(let error): .unavailable(error.availability(absent: "there is no /proc/loadavg"))
        case .success(let text):
            LoadAverage(parsing: text).map { .value($0) } ?? .unavailable(.absent("/proc/loadavg has another form"))
        }
    }

    /// Parses the file; nil for another form.
    init?(parsing text: String) {
        let words = text.trimmed.words
        guard words.count >= 4, let one = Self.average(words[0]), let five = Self.average(words[1]),
            let runnable = words[3].prefix(while: { $0 != "/" }).decimal, runnable <= 1 << 32
        else { return nil }
        oneMinute = one
        fiveMinutes = five
        runnableThreads = Int(runnable)
    }

    private static func average(_ word: Substring) -> Double? {
        // Double also takes nan, inf and hexadecimal.
        guard word.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }) else { return nil }
        return Double(word)
    }
}

extension LoadAverage: Probe {
    /// `load-average`.
    public static let name = "load-average"

    /// Whether the load average can be read.
    public static func capability(root: HostRoot) -> Capability {
        Capability(name: name, reading: read(root: root))
    }
}
