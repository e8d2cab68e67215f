/// One measurement of one model on one agent, in one process.
public struct Run: Codable, Sendable, Hashable {
    /// The version of this schema.
    public static let currentSchemaVersion = 1

    /// Version of the schema the run was written in.
    public var schemaVersion: Int
    /// UUIDv7 made where the run was taken.
    public var id: String
    /// The agent that took it, nil for a local run.
    public var agentId: String?
    /// The job it answers, nil for a local run.
    public var jobId: String?
    /// The job's assignment it answers, nil for a local run.
    public var assignmentId: String?
    /// When the measurement began, by the host's clock.
    public var startedAt: Timestamp
    /// Where.
    public var host: HostFacts
    /// How it ended.
    public var outcome: Outcome
    /// What went wrong, in words, when the outcome is not `ok`.
    public var outcomeReason: String?
    /// What ran.
    public var model: ModelReference
    /// Threads of each instance.
    public var threads: Int
    /// Instances side by side.
    public var instances: Int
    /// Instruction set used.
    public var isa: String
    /// Plan used.
    public var plan: PlanKind
    /// How queries arrived.
    public var scenario: Scenario
    /// Queries that arrived in a second on average, of `server` runs.
    public var ratePerSecond: Double?
    /// Latency of the timed queries, nil when the outcome is not `ok`.
    public var latencyNanoseconds: Latency?
    /// Queries per second over all instances, nil when the outcome is not `ok`.
    public var throughputPerSecond: Double?
    /// Memory of the process that ran the model, nil when it never reported.
    public var memory: Memory?
    /// What a memory limit did to it; nil without one, and in runs of versions that did not say.
    public var memoryLimit: MemoryLimit?
    /// Counters over the timed queries.
    public var counters: [Counter]
    /// Energy over the timed queries.
    public var energy: Energy?
    /// What went before the timed queries; nil in runs of versions that did not say, and where the outcome is not `ok`.
    public var warmUp: WarmUp?
    /// Clock and heat over the timed queries; nil likewise.
    public var heat: Heat?
    /// What others did to the timed queries; nil likewise.
    public var load: Load?
    /// Disturbances and properties, see `Flag`.
    public var flags: [Flag]
    /// How near it came to what the box allows; nil in runs of versions that did not ask, and where the outcome is not `ok`.
    public var roofline: Roofline?
    /// Time by layer, where asked for.
    public var layers: [Layer]?
    /// Version of the program that took the run.
    public var producer: String

    /// Makes a run.
    public init(
        schemaVersion: Int = Run.currentSchemaVersion,
        id: String,
        agentId: String? = nil,
        jobId: String? = nil,
        assignmentId: String? = nil,
        startedAt: Timestamp,
        host: HostFacts,
        outcome: Outcome,
        outcomeReason: String? = nil,
        model: ModelReference,
        threads: Int,
        instances: Int,
        isa: String,
        plan: PlanKind,
        scenario: Scenario,
        ratePerSecond: Double? = nil,
        latencyNanoseconds: Latency? = nil,
        throughputPerSecond: Double? = nil,
        memory: Memory? = nil,
        counters: [Counter] = [],
        energy: Energy? = nil,
        warmUp: WarmUp? = nil,
        heat: Heat? = nil,
        load: Load? = nil,
        flags: [Flag] = [],
        roofline: Roofline? = nil,
        layers: [Layer]? = nil,
        producer: String
    ) {
        self.schemaVersion = schemaVersion
        self.id = id
        self.agentId = agentId
        self.jobId = jobId
        self.assignmentId = assignmentId
        self.startedAt = startedAt
        self.host = host
        self.outcome = outcome
        self.outcomeReason = outcomeReason
        self.model = model
        self.threads = threads
        self.instances = instances
        self.isa = isa
        self.plan = plan
        self.scenario = scenario
        self.ratePerSecond = ratePerSecond
        self.latencyNanoseconds = latencyNanoseconds
        self.throughputPerSecond = throughputPerSecond
        self.memory = memory
        self.counters = counters
        self.energy = energy
        self.warmUp = warmUp
        self.heat = heat
        self.load = load
        self.flags = flags
        self.roofline = roofline
        self.layers = layers
        self.producer = producer
    }

    /// How a run ended.
    public enum Outcome: String, Codable, Sendable, CaseIterable {
        /// Measured.
        case ok
        /// The process died of a signal or a failed exit.
        case crashed
        /// The process could not get the memory it asked for.
        case oom
        /// The process did not finish in time and was ended.
        case timeout
        /// The model or the settings cannot run here.
        case refused
    }

    /// A model by name and content.
    public struct ModelReference: Codable, Sendable, Hashable {
        /// Zoo name or file name without its extension.
        public var name: String
        /// SHA-256 of the model, 64 lower-case hexadecimal digits.
        public var sha256: String
        /// Architecture family, for example `ResNet`; nil where unknown.
        public var family: String?
        /// Where the model comes from; nil in runs of versions that knew the zoo only.
        public var source: Source?

        /// Where a model comes from.
        public enum Source: String, Codable, Sendable, CaseIterable {
            /// edgeprof built it itself.
            case zoo
            /// A file of the user's own, whatever it is called.
            case file
        }

        /// Makes a reference.
        public init(name: String, sha256: String, family: String? = nil, source: Source? = nil) {
            self.name = name
            self.sha256 = sha256
            self.family = family
            self.source = source
        }

        /// Whether a text is a SHA-256 as models are identified by: 64 lower-case hexadecimal digits.
        public static func isSHA256(_ text: String) -> Bool {
            text.utf8.count == 64
                && text.utf8.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
                }
        }
    }

    /// Time spent in one step of the plan.
    public struct Layer: Codable, Sendable, Hashable {
        /// The layer's name in the network.
        public var name: String
        /// The operator.
        public var operation: String
        /// Output extents, for example `1x64x56x56`.
        public var shape: String
        /// Multiply-accumulates a query.
        public var macs: UInt64
        /// Bytes read and written a query, by the plan.
        public var memoryAccessBytes: UInt64
        /// Median time a query.
        public var nanoseconds: UInt64
        /// Time the roofline allows over the time taken; nil where no roofline is known.
        public var rooflineShare: Double?
        /// What sets the ceiling; nil where no roofline is known.
        public var boundBy: Roofline.Bound?
        /// Medians of what was counted in a query, by counter, on one thread and apart from the timed passes; nil where nothing
        /// was.
        public var counters: [String: UInt64]?

        /// Makes a layer record.
        public init(
            name: String,
            operation: String,
            shape: String,
            macs: UInt64,
            memoryAccessBytes: UInt64,
            nanoseconds: UInt64,
            rooflineShare: Double? = nil,
            boundBy: Roofline.Bound? = nil
        ) {
            self.name = name
            self.operation = operation
            self.shape = shape
            self.macs = macs
            self.memoryAccessBytes = memoryAccessBytes
            self.nanoseconds = nanoseconds
            self.rooflineShare = rooflineShare
            self.boundBy = boundBy
        }
    }
}

/// Whether something could be read.
public enum Availability: String, Codable, Sendable, CaseIterable {
    /// Read.
    case ok
    /// There, but not permitted.
    case denied
    /// Not there.
    case absent
}

/// What spoiled a run (a disturbance) or is true of it (a property).
public enum Flag: String, Codable, Sendable, CaseIterable {
    /// Disturbance: the hypervisor took more than 1 % of the CPU time.
    case stolenTime = "stolen-time"
    /// Disturbance: other processes used the CPUs measured on.
    case otherLoad = "other-load"
    /// Disturbance: the wall clock was set during the run.
    case clockStep = "clock-step"
    /// Disturbance: others swapped memory in or out.
    case swapping
    /// Disturbance: the process or the whole box stood still for a while (SIGSTOP, a frozen group, suspend).
    case stopped
    /// Disturbance: a CPU vanished, or came, during the run.
    case cpusChanged = "cpus-changed"
    /// Property: the processor was slowed for heat or power.
    case throttled
    /// Property: the clock's policy allows less than the processor can do.
    case frequencyCapped = "frequency-capped"
    /// Property: too short to get thermally steady, so that it flatters.
    case burst
    /// Property: idle power before and after differ, so that energy above idle is doubtful.
    case idleDrift = "idle-drift"
    /// Property: too few queries for the 99th percentile.
    case fewQueries = "few-queries"
    /// Property: some counters counted part of the time.
    case partialCounters = "partial-counters"
    /// Property: taken under limits that imitate a lesser box.
    case standIn = "stand-in"
    /// Property: far from what the box allows, so that the engine more than the model sets the latency.
    case engineLimited = "engine-limited"

    /// Whether a run with this flag is left out of rankings while undisturbed runs exist.
    public var isDisturbance: Bool {
        switch self {
        case .stolenTime, .otherLoad, .clockStep, .swapping, .stopped, .cpusChanged: true
        case .throttled, .frequencyCapped, .burst, .idleDrift: false
        case .fewQueries, .partialCounters, .standIn, .engineLimited: false
        }
    }
}
