public import EdgeprofAPI
import Statistics

/// What the runs of one host come to, of one model in one configuration, all disturbed or none, all bursts or none.
public struct HostMeasurement: Sendable, Equatable {
    /// The model's name.
    public var model: String
    /// SHA-256 of the model, sorted; more than one where a zoo model changed.
    public var sha256s: [String]
    /// Whether the model is a file of the user's own.
    public var isFile: Bool
    /// Its architecture family; nil when unknown.
    public var family: String?
    /// The host.
    public var hostId: String
    /// The tier the host belongs to.
    public var tier: String
    /// The serving configuration.
    public var settings: TierMeasurement.Settings
    /// Whether something else disturbed the runs.
    public var isDisturbed: Bool
    /// Whether they were too short to get thermally steady.
    public var isBurst: Bool
    /// Whether the host only resembles the tier.
    public var isStandIn: Bool
    /// Median of the runs, inferences a second.
    public var throughputPerSecond: Double
    /// Percentiles over the runs, equally weighted.
    public var latencyMilliseconds: TierMeasurement.Latency
    /// Squared coefficient of variation of the service time; nil at mean 0.
    public var serviceTimeCv2: Double?
    /// Median of the runs that say; nil where none does.
    public var rooflineShare: Double?
    /// Readings of the runs that have one.
    public var energies: [TierMeasurement.Energy]
    /// The runs.
    public var runs: [TierMeasurement.Run]
    /// What tells the latest run of several hosts' apart: greater is later.
    public var latestRun: String

    /// Takes runs together; nil where no run can be used.
    ///
    /// - Parameters:
    ///   - facts: Runs of one host, model, tier, configuration and kind.
    ///   - latestRun: The latest run's id.
    public init?(of facts: [RunFacts], latestRun: String = "") {
        let facts = facts.filter(\.isUsable)
        let merged = EquallyWeightedHistograms(facts.map(\.histogram))
        guard let first = facts.first, let throughput = Quantiles.median(facts.map(\.throughputPerSecond)),
            let p50 = merged.quantile(0.5), let p90 = merged.quantile(0.9), let p99 = merged.quantile(0.99)
        else { return nil }
        (model, isFile, hostId, tier, settings) = (first.model, first.isFile, first.hostId, first.tier, first.settings)
        (isDisturbed, isBurst) = (first.isDisturbed, first.isBurst)
        sha256s = Set(facts.map(\.sha256)).sorted()
        family = facts.compactMap(\.family).min()
        isStandIn = facts.contains(where: \.isStandIn)
        throughputPerSecond = throughput
        latencyMilliseconds = TierMeasurement.Latency(
            p50: Double(p50) / 1e6,
            p90: Double(p90) / 1e6,
            p99: Double(p99) / 1e6
        )
        serviceTimeCv2 = Self.squaredCoefficientOfVariation(facts.compactMap(\.latencyMoments))
        rooflineShare = Quantiles.median(facts.compactMap(\.rooflineShare))
        energies = facts.compactMap(\.energy).filter { $0.joulesPerInference.isFinite }
        runs = facts.map(Self.run)
        self.latestRun = latestRun
    }

    var peakRssMib: Double { runs.map(\.peakRssMib).max() ?? 0 }

    var host: TierMeasurement.Host {
        TierMeasurement.Host(id: hostId, runs: runs, latencyMilliseconds: latencyMilliseconds)
    }

    private static func run(_ facts: RunFacts) -> TierMeasurement.Run {
        TierMeasurement.Run(
            throughputPerSecond: facts.throughputPerSecond,
            p50: Double(facts.histogram.quantile(0.5) ?? 0) / 1e6,
            p90: Double(facts.histogram.quantile(0.9) ?? 0) / 1e6,
            p99: Double(facts.histogram.quantile(0.99) ?? 0) / 1e6,
            peakRssMib: Double(max(facts.peakRssBytes, facts.loadPeakRssBytes)) / 1_048_576
        )
    }

    /// Of queries of which each run has an equal share: the mean of variances and of squared means, less the squared mean.
    private static func squaredCoefficientOfVariation(_ moments: [RunFacts.Moments]) -> Double? {
        let count = Double(moments.count)
        let mean = moments.reduce(0) { $0 + $1.meanNanoseconds } / count
        guard count > 0, mean > 0 else { return nil }
        let variance = moments.reduce(0) { sum, run in
            let deviation = run.meanNanoseconds - mean
            return sum + (run.varianceSquareNanoseconds + deviation * deviation) / count
        }
        return variance / (mean * mean)
    }
}
