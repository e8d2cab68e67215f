import Crypto
public import EdgeprofAPI

/// Runs of one model on one host in one configuration, taken together (docs/formats/stored-run.md, "Rollups").
///
/// Two rollups of one key merge into one in any order: counts and histograms add up, and of the runs the latest by id stay.
public struct Rollup: Sendable, Equatable {
    /// Runs whose summaries are kept.
    public static let latestCount = 32

    /// What its runs have in common.
    public var key: Key
    /// How many runs there were, by outcome.
    public var runCounts: [Run.Outcome: UInt64] = [:]
    /// Queries of all of them; as many as can be counted.
    public var queryCount: UInt64 = 0
    /// Latencies of all of them: value, rounded up to two significant digits, and count.
    public var histogram: [UInt64: UInt64] = [:]
    /// Summaries of those a ranking can use, latest first.
    public var latest: [RunSummary] = []

    /// A rollup without runs.
    init(key: Key) { self.key = key }

    /// The rollup of one run.
    public init(_ run: Run) {
        key = Key(run)
        runCounts[run.outcome] = 1
        if let latency = run.latencyNanoseconds {
            for pair in latency.histogram where pair.count == 2 {
                histogram[Self.rounded(pair[0]), default: 0].add(pair[1])
                queryCount.add(pair[1])
            }
        }
        if let summary = RunSummary(run) { latest = [summary] }
    }

    /// Adds another of the same key; a run that is in both counts twice, which the store sees to that none is.
    mutating func merge(_ other: Rollup) {
        for (outcome, count) in other.runCounts { runCounts[outcome, default: 0].add(count) }
        queryCount.add(other.queryCount)
        for (value, count) in other.histogram { histogram[value, default: 0].add(count) }
        if !other.latest.isEmpty {
            latest = Array((latest + other.latest).sorted { $0.runId > $1.runId }.prefix(Self.latestCount))
        }
    }

    /// Up to two significant digits: what histograms of thousands of runs need to stay small.
    static func rounded(_ nanoseconds: UInt64) -> UInt64 {
        var unit: UInt64 = 1
        while nanoseconds / unit >= 100 { unit *= 10 }
        let steps = nanoseconds / unit + (nanoseconds % unit == 0 ? 0 : 1)
        return steps.multipliedReportingOverflow(by: unit).overflow ? .max : steps * unit
    }

    /// What runs of one rollup have in common.
    public struct Key: Sendable, Hashable {
        /// The model's name.
        public var model: String
        /// SHA-256 of a file of the user's own; nil for a model of the zoo, which is what its name says.
        public var file: String?
        /// The agent's id, or the host's name where there is none.
        public var hostId: String
        /// The agent, nil for runs that no agent took.
        public var agentId: String?
        /// What tiers match of the host, and its name.
        public var hostname: String
        /// The CPU's model.
        public var cpuModel: String
        /// The board, nil where unknown.
        public var board: String?
        /// The memory it may use.
        public var memoryBytes: UInt64
        /// Threads of each instance.
        public var threads: Int
        /// Instances side by side.
        public var instances: Int
        /// Instruction set.
        public var isa: String
        /// Plan.
        public var plan: PlanKind
        /// How queries arrived.
        public var scenario: Scenario
        /// Whether something else disturbed the runs.
        public var isDisturbed: Bool
        /// Whether they were too short to get thermally steady.
        public var isBurst: Bool

        init(_ run: Run) {
            model = run.model.name
            file = run.model.source == .file ? run.model.sha256 : nil
            hostId = run.agentId ?? run.host.hostname
            agentId = run.agentId
            hostname = run.host.hostname
            cpuModel = run.host.cpuModel
            board = run.host.board
            memoryBytes = run.host.effectiveMemoryBytes
            threads = run.threads
            instances = run.instances
            isa = run.isa
            plan = run.plan
            scenario = run.scenario
            isDisturbed = run.flags.contains { $0.isDisturbance }
            isBurst = run.flags.contains(.burst)
        }
    }
}

/// What stays of a run in its rollup: what a ranking needs.
public struct RunSummary: Sendable, Equatable {
    /// The run.
    public var runId: String
    /// SHA-256 of its model.
    public var sha256: String
    /// The model's family; nil where unknown.
    public var family: String?
    /// Queries a second of all instances.
    public var throughputPerSecond: Double
    /// Serving peak, bytes.
    public var peakRssBytes: UInt64
    /// Load peak, bytes.
    public var loadPeakRssBytes: UInt64
    /// Joules of a query above idle, where a ranking may use them.
    public var joulesAboveIdle: Double?
    /// What they were measured of.
    public var energyDomain: String?
    /// Time the box allows over time taken; nil where unknown.
    public var rooflineShare: Double?
    /// Whether the host only resembles a tier.
    public var isStandIn: Bool
    /// Mean latency of the whole histogram, ns.
    public var meanNanoseconds: Double
    /// Its variance, ns².
    public var varianceSquareNanoseconds: Double
    /// The histogram, thinned: the 50th, 90th and 99th percentile are the whole one's.
    public var histogram: [[UInt64]]

    /// The summary of a run; nil for one that no ranking uses.
    init?(_ run: Run) {
        guard run.outcome == .ok, run.scenario == .offline || run.scenario == .singleStream && run.instances == 1,
            let latency = run.latencyNanoseconds, let throughput = run.throughputPerSecond, let memory = run.memory,
            let moments = ThinnedHistogram.moments(of: latency.histogram)
        else { return nil }
        runId = run.id
        sha256 = run.model.sha256
        family = run.model.family
        throughputPerSecond = throughput
        peakRssBytes = memory.peakRssBytes
        loadPeakRssBytes = memory.loadPeakRssBytes
        if let energy = run.energy, energy.availability == .ok, !run.flags.contains(.idleDrift),
            energy.idle?.doubts?.isEmpty == true
        {
            joulesAboveIdle = run.joulesPerQueryAboveIdle
            energyDomain = energy.domain
        }
        rooflineShare = run.roofline?.share
        isStandIn = run.flags.contains(.standIn)
        (meanNanoseconds, varianceSquareNanoseconds) = moments
        histogram = ThinnedHistogram.pairs(latency.histogram)
    }

    /// A summary whose every field is read anew.
    init() {
        (runId, sha256, family) = ("", "", nil)
        (throughputPerSecond, peakRssBytes, loadPeakRssBytes) = (0, 0, 0)
        (joulesAboveIdle, energyDomain, rooflineShare, isStandIn) = (nil, nil, nil, false)
        (meanNanoseconds, varianceSquareNanoseconds, histogram) = (0, 0, [])
    }
}

extension UInt64 {
    /// Adds, up to what fits.
    mutating func add(_ other: UInt64) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }
}
