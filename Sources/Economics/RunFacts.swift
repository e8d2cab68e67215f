public import EdgeprofAPI
public import Statistics

/// What aggregation needs of one stored run.
public struct RunFacts: Sendable, Equatable {
    /// The model's name.
    public var model: String
    /// SHA-256 of the model; empty when unknown.
    public var sha256: String
    /// Whether the model is a file of the user's own: then the hash tells it from others of its name.
    public var isFile: Bool
    /// Its architecture family; nil when unknown.
    public var family: String?
    /// The host it ran on.
    public var hostId: String
    /// The tier the host belongs to.
    public var tier: String
    /// The serving configuration.
    public var settings: TierMeasurement.Settings
    /// Inferences a second of all instances.
    public var throughputPerSecond: Double
    /// Latency of the timed queries; of a summary, thinned.
    public var histogram: LatencyHistogram
    /// Mean and variance of the whole histogram, where `histogram` is thinned; nil to take them from it.
    public var moments: Moments?
    /// Serving peak of all instances, bytes.
    public var peakRssBytes: UInt64
    /// Load peak of all instances, bytes.
    public var loadPeakRssBytes: UInt64
    /// Energy of one inference above idle; nil when it was not measured.
    public var energy: TierMeasurement.Energy?
    /// Time the box allows over time taken; nil when the run does not say.
    public var rooflineShare: Double?
    /// Whether something else disturbed the run.
    public var isDisturbed: Bool
    /// Whether the run was too short to get thermally steady.
    public var isBurst: Bool
    /// Whether the host only resembles the tier.
    public var isStandIn: Bool

    /// Creates the facts of a run.
    public init(
        model: String,
        sha256: String = "",
        isFile: Bool = false,
        family: String? = nil,
        hostId: String,
        tier: String,
        settings: TierMeasurement.Settings,
        throughputPerSecond: Double,
        histogram: LatencyHistogram,
        peakRssBytes: UInt64,
        loadPeakRssBytes: UInt64,
        energy: TierMeasurement.Energy? = nil,
        rooflineShare: Double? = nil,
        isDisturbed: Bool = false,
        isBurst: Bool = false,
        isStandIn: Bool = false
    ) {
        self.model = model
        self.sha256 = sha256
        self.isFile = isFile
        self.family = family
        self.hostId = hostId
        self.tier = tier
        self.settings = settings
        self.throughputPerSecond = throughputPerSecond
        self.histogram = histogram
        self.peakRssBytes = peakRssBytes
        self.loadPeakRssBytes = loadPeakRssBytes
        self.energy = energy
        self.rooflineShare = rooflineShare
        self.isDisturbed = isDisturbed
        self.isBurst = isBurst
        self.isStandIn = isStandIn
    }

    /// Mean and variance of a run's latency.
    public struct Moments: Sendable, Equatable {
        /// Mean, ns.
        public var meanNanoseconds: Double
        /// Variance, ns².
        public var varianceSquareNanoseconds: Double

        /// Creates a pair.
        public init(meanNanoseconds: Double, varianceSquareNanoseconds: Double) {
            self.meanNanoseconds = meanNanoseconds
            self.varianceSquareNanoseconds = varianceSquareNanoseconds
        }
    }

    /// The moments, whichever they come from; nil without queries.
    var latencyMoments: Moments? {
        if let moments { return moments }
        guard let mean = histogram.meanNanoseconds, let variance = histogram.varianceSquareNanoseconds else {
            return nil
        }
        return Moments(meanNanoseconds: mean, varianceSquareNanoseconds: variance)
    }

    /// Whether the run can be ranked: it has queries, and figures a ranking can use.
    var isUsable: Bool {
        !histogram.isEmpty && throughputPerSecond.isFinite && throughputPerSecond > 0
            && (histogram.quantile(0.5) ?? 0) > 0
    }
}

extension RunFacts {
    /// Takes the facts from a stored run; nil for one not measured in the serving configuration or not ended well.
    ///
    /// - Parameters:
    ///   - run: A run of the wire.
    ///   - tier: The tier its host belongs to.
    /// - Throws: `LatencyHistogramError` when the pairs of its histogram are not in order.
    public init?(_ run: Run, tier: String) throws(LatencyHistogramError) {
        guard run.outcome == .ok, run.scenario == .offline || run.scenario == .singleStream && run.instances == 1,
            let latency = run.latencyNanoseconds, let throughput = run.throughputPerSecond, let memory = run.memory
        else { return nil }
        self.init(
            model: run.model.name,
            sha256: run.model.sha256,
            isFile: run.model.source == .file,
            family: run.model.family,
            hostId: run.agentId ?? run.host.hostname,
            tier: tier,
            settings: TierMeasurement.Settings(
                threads: run.threads,
                instances: run.instances,
                isa: run.isa,
                plan: run.plan.rawValue
            ),
            throughputPerSecond: throughput,
            histogram: try LatencyHistogram(pairs: latency.histogram),
            peakRssBytes: memory.peakRssBytes,
            loadPeakRssBytes: memory.loadPeakRssBytes,
            energy: Self.energy(of: run),
            rooflineShare: run.roofline?.share,
            isDisturbed: run.flags.contains { $0.isDisturbance },
            isBurst: run.flags.contains(.burst),
            isStandIn: run.flags.contains(.standIn)
        )
    }

    /// Energy of one inference above idle.
    ///
    /// None where idle power was not measured beside the run or something casts doubt on it, and none of a single rail: nobody
    /// can tell what it is a part of.
    private static func energy(of run: Run) -> TierMeasurement.Energy? {
        guard let energy = run.energy, energy.availability == .ok, !run.flags.contains(.idleDrift),
            energy.idle?.doubts?.isEmpty == true,
            let domain = energy.domain.flatMap(TierMeasurement.Energy.Domain.init),
            let joules = run.joulesPerQueryAboveIdle, (0...1e9).contains(joules)
        else { return nil }
        return TierMeasurement.Energy(joulesPerInference: joules, domain: domain)
    }
}
