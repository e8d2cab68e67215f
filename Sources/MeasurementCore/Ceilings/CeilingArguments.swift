public import HostInfo

/// What the measuring process is asked when it is to measure what the host can do, not a model.
public struct CeilingArguments: Sendable, Hashable {
    /// The first argument of this mode.
    public static let mode = "ceilings"

    /// The open descriptor the record goes to.
    public var recordDescriptor: Int32
    /// The instruction set the loops are made of.
    public var isa: String
    /// Threads side by side.
    public var threads: Int
    /// CPUs it holds itself to, nil for those it was started on.
    public var cpus: CPUList?
    /// Memory it limits itself to.
    public var memoryLimit: ChildMemoryLimit?

    /// Makes arguments.
    public init(
        recordDescriptor: Int32,
        isa: String,
        threads: Int,
        cpus: CPUList? = nil,
        memoryLimit: ChildMemoryLimit? = nil
    ) {
        self.recordDescriptor = recordDescriptor
        self.isa = isa
        self.threads = threads
        self.cpus = cpus
        self.memoryLimit = memoryLimit
    }

    /// The arguments as strings, without the program's name.
    public var strings: [String] {
        var strings = [Self.mode, "--record", String(recordDescriptor), "--isa", isa, "--threads", String(threads)]
        if let cpus { strings += ["--cpus", cpus.cpus.map(String.init).joined(separator: ",")] }
        if let memoryLimit { strings += memoryLimit.strings }
        return strings
    }

    /// Reads arguments.
    ///
    /// - Parameter strings: without the program's name, the mode first.
    /// - Throws: `ChildUsageError` that names the argument.
    public init(parsing strings: [String]) throws(ChildUsageError) {
        guard strings.first == Self.mode else { throw ChildUsageError(description: "\(Self.mode) comes first") }
        let words = try ChildWords(
            strings.dropFirst(),
            named: ChildMemoryLimit.names.union(["--record", "--isa", "--threads", "--cpus"])
        )
        self.init(
            recordDescriptor: try words.number("--record", 0...Int32.max),
            isa: try words.text("--isa"),
            threads: try words.number("--threads", 1...1024)
        )
        (cpus, memoryLimit) = (try words.cpus(), try ChildMemoryLimit(words))
    }
}
