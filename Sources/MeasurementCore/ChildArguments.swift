public import HostInfo

/// What the measuring process is asked, as the arguments its parent gives it.
public struct ChildArguments: Sendable, Hashable {
    /// The open descriptor of the packed plan's file.
    public var planDescriptor: Int32
    /// The open descriptor the record goes to.
    public var recordDescriptor: Int32
    /// Threads of each instance.
    public var threads: Int
    /// Instances side by side.
    public var instances: Int
    /// Length of timed queries.
    public var durationNanoseconds: UInt64
    /// CPUs it holds itself to, nil for those it was started on.
    public var cpus: CPUList?
    /// Memory it limits itself to.
    public var memoryLimit: ChildMemoryLimit?
    /// Whether it times the plan's steps too, after the window.
    public var timesLayers: Bool
    /// Queries that arrive in a second on average; nil for queries back to back.
    public var ratePerSecond: Double?
    /// Whether counters are opened; without them what counting costs can be measured.
    public var countsEvents: Bool
    /// The energy instrument to use, nil for the one that covers most.
    public var energyInstrument: String?
    /// How long warm-up may go on until clock and heat are steady; 0 for no waiting.
    public var settleNanoseconds: UInt64

    /// Makes arguments.
    public init(
        planDescriptor: Int32,
        recordDescriptor: Int32,
        threads: Int,
        instances: Int,
        durationNanoseconds: UInt64,
        cpus: CPUList? = nil,
        memoryLimit: ChildMemoryLimit? = nil,
        timesLayers: Bool = false,
        ratePerSecond: Double? = nil,
        countsEvents: Bool = true,
        energyInstrument: String? = nil,
        settleNanoseconds: UInt64 = 0
    ) {
        self.planDescriptor = planDescriptor
        self.recordDescriptor = recordDescriptor
        self.threads = threads
        self.instances = instances
        self.durationNanoseconds = durationNanoseconds
        self.cpus = cpus
        self.memoryLimit = memoryLimit
        self.timesLayers = timesLayers
        self.ratePerSecond = ratePerSecond
        self.countsEvents = countsEvents
        self.energyInstrument = energyInstrument
        self.settleNanoseconds = settleNanoseconds
    }

    /// The arguments as strings, without the program's name.
    public var strings: [String] {
        var strings = [
            "--plan", String(planDescriptor), "--record", String(recordDescriptor), "--threads", String(threads),
            "--instances", String(instances), "--nanoseconds", String(durationNanoseconds),
        ]
        if let cpus { strings += ["--cpus", cpus.cpus.map(String.init).joined(separator: ",")] }
        if let memoryLimit { strings += memoryLimit.strings }
        if timesLayers { strings.append("--layers") }
        if let ratePerSecond { strings += ["--rate", String(ratePerSecond)] }
        if !countsEvents { strings.append("--no-counters") }
        if let energyInstrument { strings += ["--energy", energyInstrument] }
        if settleNanoseconds > 0 { strings += ["--settle", String(settleNanoseconds)] }
        return strings
    }

    /// What `--help` prints.
    public static let help = """
        USAGE: edgeprof-measure --plan FD --record FD --threads N --instances N --nanoseconds N
                                [--cpus LIST] [--layers] [--rate R] [--settle N]
                                [--energy NAME] [--no-counters] [LIMIT]
               edgeprof-measure ceilings --record FD --isa ISA --threads N [--cpus LIST] [LIMIT]
        LIMIT: --memory-limit BYTES [--memory-group FOLDER [--charged-elsewhere BYTES]]

        Runs one model and nothing else, or (ceilings) loops that show what the host can do, for edgeprof and
        edgeprof-agent, which start it. To measure a model by hand, use `edgeprof profile`.
          --plan FD, --record FD  open files: a packed plan (docs/formats/plan.md), and what the record goes to (record.md)
          --threads N, --instances N  threads of each instance, and instances side by side
          --nanoseconds N       length of timed queries
          --cpus LIST           CPUs to stay on, for example 0,2-3
          --memory-limit BYTES  address space, or what is charged to --memory-group less --charged-elsewhere
          --layers              time each step of the plan as well, after the timed queries
          --rate R              queries that arrive a second, at random; back to back without it
          --no-counters         open no counters
          --energy NAME         energy instrument to use; the one that covers most without it
          --settle N            nanoseconds that warm-up may go on until clock and heat are steady
          --isa ISA             instruction set the loops are made of
        Exit codes: 0 measured, 1 failed, 2 bad usage, 3 out of memory, 4 refused (plan or limits do not suit this host),
        5 no query ended in time, 6 the parent is gone, 7 the plan is damaged, 8 the control group cannot be used.
        """
}

/// What is wrong with the arguments.
public struct ChildUsageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line.
    public let description: String
}

extension ChildArguments {
    /// Reads arguments.
    ///
    /// - Parameter strings: without the program's name.
    /// - Throws: `ChildUsageError` that names the argument.
    public init(parsing strings: [String]) throws(ChildUsageError) {
        let words = try ChildWords(
            strings,
            named: ChildMemoryLimit.names.union([
                "--plan", "--record", "--threads", "--instances", "--nanoseconds", "--cpus", "--rate", "--energy",
                "--settle",
            ]),
            switches: ["--layers", "--no-counters"]
        )
        self.init(
            planDescriptor: try words.number("--plan", 0...Int32.max),
            recordDescriptor: try words.number("--record", 0...Int32.max),
            threads: try words.number("--threads", 1...1024),
            instances: try words.number("--instances", 1...1024),
            // An hour and a day: sums of a few of them stay far from overflow.
            durationNanoseconds: try words.number("--nanoseconds", 1...86_400_000_000_000)
        )
        timesLayers = words.switches.contains("--layers")
        countsEvents = !words.switches.contains("--no-counters")
        if words.values["--settle"] != nil { settleNanoseconds = try words.number("--settle", 0...86_400_000_000_000) }
        (cpus, memoryLimit) = (try words.cpus(), try ChildMemoryLimit(words))
        if let text = words.values["--rate"] {
            guard let rate = Double(text), rate > 0, rate <= 1e6 else {
                throw ChildUsageError(description: "--rate must be above 0 and at most 1000000, not \(text)")
            }
            ratePerSecond = rate
        }
        if let name = words.values["--energy"] {
            guard 1...100 ~= name.utf8.count else {
                throw ChildUsageError(description: "--energy must be the name of an instrument, not \(name)")
            }
            energyInstrument = name
        }
    }
}
