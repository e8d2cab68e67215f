public import EdgeprofAPI
import Statistics

/// Stored runs made into measurements (ROI.md, Inputs).
public enum RunAggregation {
    /// Aggregates runs by model, tier and settings.
    ///
    /// A zoo model is what its name says. Files are told apart by their content: where a name stands for more than one
    /// model, files get the first digits of their hash behind it, as in `resnet18@1f0c22e9`.
    ///
    /// Disturbed runs are left out unless all of a group are, which is then marked `disturbed`; so are runs too short
    /// to get thermally steady, where steady ones exist.
    ///
    /// - Parameters:
    ///   - runs: The runs, in any order.
    ///   - accuracies: int8 accuracies by SHA-256 of the model; of several of one zoo model the latest counts. A zoo
    ///     model without one gets its published accuracy, where there is one.
    /// - Returns: One measurement for each model, tier and settings, in that order.
    /// - Complexity: O(n log n) in the number of histogram buckets.
    public static func measurements(
        from runs: [RunFacts],
        accuracies: [String: ModelAccuracy] = [:]
    ) -> MeasurementSet {
        let usable = runs.filter(\.isUsable)
        let names = ModelNames(usable)
        let groups = Dictionary(grouping: usable) {
            Group(model: names.name(of: $0), isFile: $0.isFile, tier: $0.tier, settings: $0.settings)
        }
        let ordered = groups.sorted { $0.key.sortKey < $1.key.sortKey }
        return MeasurementSet(
            measurements: ordered.compactMap { group, runs in
                measurement(
                    group,
                    runs,
                    accuracy: accuracy(of: runs, accuracies)
                        ?? PublishedAccuracy.accuracy(ofModel: group.model, from: group.isFile ? .file : .zoo)
                )
            }
        )
    }

    private struct Group: Hashable {
        var model: String
        var isFile: Bool
        var tier: String
        var settings: TierMeasurement.Settings

        var sortKey: (String, String, String) { (model, tier, settings.description) }
    }

    /// The accuracy that was counted latest for one of the runs' models.
    private static func accuracy(
        of runs: [RunFacts],
        _ accuracies: [String: ModelAccuracy]
    ) -> TierMeasurement.Accuracy? {
        let found = Set(runs.map(\.sha256)).sorted().compactMap { accuracies[$0] }
        return found.max { $0.measuredAt < $1.measuredAt }.map(TierMeasurement.Accuracy.init)
    }

    private static func measurement(
        _ group: Group,
        _ all: [RunFacts],
        accuracy: TierMeasurement.Accuracy?
    ) -> TierMeasurement? {
        let (undisturbed, isDisturbed) = preferred(all) { $0.isDisturbed }
        let (runs, isBurst) = preferred(undisturbed) { $0.isBurst }
        let hosts = Dictionary(grouping: runs, by: \.hostId).sorted { $0.key < $1.key }.map {
            HostRuns(id: $0.key, runs: $0.value)
        }
        let latencies = hosts.compactMap(\.latency)
        guard let throughput = Quantiles.median(hosts.compactMap(\.throughput)),
            let latency = mean(latencies), let peak = hosts.map(\.peakMib).max()
        else { return nil }
        let share = Quantiles.median(hosts.compactMap(\.rooflineShare))
        let isEngineLimited = share.map { $0 < Run.Roofline.engineLimitedShare } ?? false
        let variabilities = hosts.compactMap(\.serviceTimeCv2)
        let basis: TierMeasurement.Basis =
            runs.contains(where: \.isStandIn) ? .standIn : isBurst ? .burst : .measured
        return TierMeasurement(
            model: group.model,
            tier: group.tier,
            family: runs.compactMap(\.family).min(),
            source: group.isFile ? .file : nil,
            throughputPerSecond: throughput,
            latencyMilliseconds: latency,
            worstHostLatencyMilliseconds: worst(latencies),
            peakRssMib: peak,
            accuracy: accuracy,
            settings: group.settings,
            instances: group.settings.instances ?? 1,
            serviceTimeCv2: variabilities.isEmpty
                ? 0 : variabilities.reduce(0, +) / Double(variabilities.count),
            energy: energy(runs),
            rooflineShare: share,
            basis: basis,
            flags: (isDisturbed ? ["disturbed"] : []) + (isEngineLimited ? [Flag.engineLimited.rawValue] : []),
            hosts: hosts.map(\.host)
        )
    }

    /// The runs without a blemish, or all of them where every one has it.
    private static func preferred(_ runs: [RunFacts], _ blemish: (RunFacts) -> Bool) -> ([RunFacts], allHaveIt: Bool) {
        let clean = runs.filter { !blemish($0) }
        return clean.isEmpty ? (runs, true) : (clean, false)
    }

    private static func mean(_ latencies: [TierMeasurement.Latency]) -> TierMeasurement.Latency? {
        guard !latencies.isEmpty else { return nil }
        let count = Double(latencies.count)
        return TierMeasurement.Latency(
            p50: latencies.reduce(0) { $0 + $1.p50 } / count,
            p90: latencies.reduce(0) { $0 + $1.p90 } / count,
            p99: latencies.reduce(0) { $0 + $1.p99 } / count
        )
    }

    /// The worst host at each percentile.
    private static func worst(_ latencies: [TierMeasurement.Latency]) -> TierMeasurement.Latency? {
        guard let p50 = latencies.map(\.p50).max(), let p90 = latencies.map(\.p90).max(),
            let p99 = latencies.map(\.p99).max()
        else { return nil }
        return TierMeasurement.Latency(p50: p50, p90: p90, p99: p99)
    }

    /// The median of the readings that cover most.
    private static func energy(_ runs: [RunFacts]) -> TierMeasurement.Energy? {
        let readings = runs.compactMap(\.energy).filter { $0.joulesPerInference.isFinite }
        let domains = Set(readings.map(\.domain))
        let widest = TierMeasurement.Energy.Domain.allCases.first(where: domains.contains)
        let used = readings.filter { $0.domain == widest }
        guard let widest, let joules = Quantiles.median(used.map(\.joulesPerInference)) else { return nil }
        return TierMeasurement.Energy(joulesPerInference: joules, domain: widest)
    }
}

/// The runs of one host in one configuration.
private struct HostRuns {
    let id: String
    let runs: [RunFacts]
    private let merged: EquallyWeightedHistograms

    init(id: String, runs: [RunFacts]) {
        self.id = id
        self.runs = runs
        merged = EquallyWeightedHistograms(runs.map(\.histogram))
    }

    var throughput: Double? { Quantiles.median(runs.map(\.throughputPerSecond)) }
    var rooflineShare: Double? { Quantiles.median(runs.compactMap(\.rooflineShare)) }
    var serviceTimeCv2: Double? { merged.squaredCoefficientOfVariation }
    var peakMib: Double { runs.map(Self.peakMib).max() ?? 0 }

    var latency: TierMeasurement.Latency? {
        guard let p50 = merged.quantile(0.5), let p90 = merged.quantile(0.9), let p99 = merged.quantile(0.99) else {
            return nil
        }
        return TierMeasurement.Latency(p50: Double(p50) / 1e6, p90: Double(p90) / 1e6, p99: Double(p99) / 1e6)
    }

    var host: TierMeasurement.Host {
        TierMeasurement.Host(
            id: id,
            runs: runs.map { run in
                TierMeasurement.Run(
                    throughputPerSecond: run.throughputPerSecond,
                    p50: Double(run.histogram.quantile(0.5) ?? 0) / 1e6,
                    p90: Double(run.histogram.quantile(0.9) ?? 0) / 1e6,
                    p99: Double(run.histogram.quantile(0.99) ?? 0) / 1e6,
                    peakRssMib: Self.peakMib(run)
                )
            },
            latencyMilliseconds: latency
        )
    }

    private static func peakMib(_ run: RunFacts) -> Double {
        Double(max(run.peakRssBytes, run.loadPeakRssBytes)) / 1_048_576
    }
}
