/// What the measuring process tells its parent: docs/formats/record.md.
public enum MeasurementRecord: Sendable, Hashable {
    /// The model was measured.
    case measured(MeasuredRecord)
    /// What the host can do was measured.
    case ceilings(RecordedCeilings)
    /// It was not, and why: one clause for people; the exit code says what kind of failure it was.
    case failed(reason: String)

    /// The format's version, in the file's second field.
    public static let version: UInt32 = 3

    /// No record is longer, in bytes: a reader stops there.
    public static let longest = 16 << 20
}

/// Everything observed of one measured model.
public struct MeasuredRecord: Sendable, Hashable {
    /// Instruction set the plan was made for.
    public var isa = ""
    /// Length of the timed window, nanoseconds.
    public var windowNanoseconds: UInt64 = 0
    /// Queries before the window, all instances.
    public var warmUpQueries: UInt64 = 0
    /// Time from the first query to the window, nanoseconds.
    public var warmUpNanoseconds: UInt64 = 0
    /// Whether every instance's latency had settled before the warm-up's time was up.
    public var warmUpSettled = false
    /// Whether clock and heat had become steady, where that was waited for.
    public var tail = RecordedTail.notAskedFor
    /// Latencies of the queries that ended inside the window, all instances.
    public var latency = RecordedLatency()
    /// Memory of the process.
    public var memory = RecordedMemory()
    /// CPU time around the window.
    public var processor = RecordedProcessorTime()
    /// How far the wall clock moved against the monotonic clock across the window, nanoseconds.
    public var clockStepNanoseconds: Int64 = 0
    /// Counters over the window.
    public var counters: [RecordedCounter] = []
    /// Energy over the window.
    public var energy = RecordedEnergy()
    /// Clock and heat over the window.
    public var heat = RecordedHeat()
    /// What others did to the window.
    public var load = RecordedLoad()
    /// What a control group's limit did to the window; nil outside of one.
    public var memoryLimit: RecordedMemoryLimit?
    /// What each step of the plan has to do, in the order they run.
    public var steps: [RecordedStep] = []
    /// Time by layer, nil when not asked for.
    public var layers: [RecordedLayer]?

    /// Makes a record with nothing observed.
    public init() {}
}

/// Latencies in nanoseconds.
public struct RecordedLatency: Sendable, Hashable {
    /// Shortest and longest, exact; 0 without queries.
    public var minimum: UInt64 = 0
    /// Longest, exact; 0 without queries.
    public var maximum: UInt64 = 0
    /// Sum of all, exact.
    public var sum: UInt64 = 0
    /// How many queries took about so long, ascending in nanoseconds.
    public var bins: [Bin] = []
    /// Queries by part of the window, in order, each by rung of one ladder of latencies; empty where not counted.
    public var stretches: [[UInt32]] = []

    /// Makes a summary of no queries.
    public init() {}

    /// Queries whose latencies the histogram does not tell apart.
    public struct Bin: Sendable, Hashable {
        /// The longest latency in the bin, at three significant digits.
        public var nanoseconds: UInt64
        /// Queries; at least 1.
        public var count: UInt64

        /// Makes a bin.
        public init(nanoseconds: UInt64, count: UInt64) {
            self.nanoseconds = nanoseconds
            self.count = count
        }
    }
}

/// CPU time over a stretch that covers the window and little more, on the CPUs the process may run on.
public struct RecordedProcessorTime: Sendable, Hashable {
    /// Whether the system's share could be read; if not, all but `ownNanoseconds` is 0.
    public var isKnown = false
    /// CPUs the process may run on.
    public var cpus: UInt32 = 0
    /// Length of the stretch, nanoseconds.
    public var stretchNanoseconds: UInt64 = 0
    /// Time these CPUs ran anything, nanoseconds.
    public var busyNanoseconds: UInt64 = 0
    /// Time the hypervisor kept from them, nanoseconds.
    public var stolenNanoseconds: UInt64 = 0
    /// Time this process ran, nanoseconds.
    public var ownNanoseconds: UInt64 = 0
    /// Resolution of `busyNanoseconds` and `stolenNanoseconds`, for each CPU.
    public var tickNanoseconds: UInt64 = 0

    /// Makes a record of nothing.
    public init() {}
}

/// Whether something could be read.
public enum RecordedAvailability: UInt8, Sendable, Hashable, CaseIterable {
    /// Read.
    case ok = 0
    /// There, but not permitted.
    case denied = 1
    /// Not there.
    case absent = 2
}

/// What one step of the plan has to do, whoever does it.
public struct RecordedStep: Sendable, Hashable {
    /// Multiply-accumulates a query.
    public var macs: UInt64
    /// Bytes of activations that must be read or written at least once a query.
    public var activationBytes: UInt64
    /// Bytes of weights and the like that must be read at least once a query.
    public var constantBytes: UInt64

    /// Makes a step.
    public init(macs: UInt64, activationBytes: UInt64, constantBytes: UInt64) {
        self.macs = macs
        self.activationBytes = activationBytes
        self.constantBytes = constantBytes
    }
}

/// One step of the plan, timed.
public struct RecordedLayer: Sendable, Hashable {
    /// The layer's name in the network.
    public var name: String
    /// The operator.
    public var operation: String
    /// Output extents.
    public var shape: String
    /// Multiply-accumulates a query.
    public var macs: UInt64
    /// Bytes read and written a query.
    public var memoryAccessBytes: UInt64
    /// Median time a query.
    public var nanoseconds: UInt64
    /// Medians of what was counted in a query, by counter, in passes apart from the timed ones; only those that were live.
    public var counters: [String: UInt64] = [:]

    /// Makes a layer.
    public init(
        name: String,
        operation: String,
        shape: String,
        macs: UInt64,
        memoryAccessBytes: UInt64,
        nanoseconds: UInt64
    ) {
        self.name = name
        self.operation = operation
        self.shape = shape
        self.macs = macs
        self.memoryAccessBytes = memoryAccessBytes
        self.nanoseconds = nanoseconds
    }
}
