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
    /// to get thermally steady, where steady ones exist, and stand-ins, where the model was measured on the tier itself.
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
        let names = ModelNames(usable.map { ($0.model, $0.isFile, $0.sha256) })
        let hosts = Dictionary(grouping: usable) { run in
            Host(
                group: Group(
                    model: names.name(run.model, isFile: run.isFile, sha256: run.sha256),
                    isFile: run.isFile,
                    tier: run.tier,
                    settings: run.settings
                ),
                id: run.hostId,
                isDisturbed: run.isDisturbed,
                isBurst: run.isBurst
            )
        }
        return measurements(
            from: hosts.compactMap { host, runs in
                HostMeasurement(of: runs).map { (host.group, $0) }
            },
            accuracies
        )
    }

    /// Aggregates what was measured on each host.
    ///
    /// As of runs; of several measurements of one host, model, tier and settings (the host was changed in between) the one with
    /// the latest run counts.
    ///
    /// - Parameters:
    ///   - hosts: What was measured on each host, in any order.
    ///   - accuracies: int8 accuracies by SHA-256 of the model.
    /// - Returns: One measurement for each model, tier and settings, in that order.
    public static func measurements(
        fromHosts hosts: [HostMeasurement],
        accuracies: [String: ModelAccuracy] = [:]
    ) -> MeasurementSet {
        let names = ModelNames(hosts.flatMap { host in host.sha256s.map { (host.model, host.isFile, $0) } })
        return measurements(
            from: hosts.map { host in
                let sha256 = host.sha256s.first ?? ""
                let group = Group(
                    model: names.name(host.model, isFile: host.isFile, sha256: sha256),
                    isFile: host.isFile,
                    tier: host.tier,
                    settings: host.settings
                )
                return (group, host)
            },
            accuracies
        )
    }

    private static func measurements(
        from hosts: [(group: Group, host: HostMeasurement)],
        _ accuracies: [String: ModelAccuracy]
    ) -> MeasurementSet {
        let groups = Dictionary(grouping: withoutNeedlessStandIns(hosts), by: \.group)
        let ordered = groups.map { (key: $0.key.sortKey, group: $0.key, hosts: $0.value) }.sorted { $0.key < $1.key }
        return MeasurementSet(
            measurements: ordered.compactMap { _, group, hosts in
                measurement(
                    group,
                    hosts.map(\.host),
                    accuracy: accuracy(of: hosts.map(\.host), accuracies)
                        ?? PublishedAccuracy.accuracy(ofModel: group.model, from: group.isFile ? .file : .zoo)
                )
            }
        )
    }

    /// Stand-ins count only for models that nobody measured on the tier itself, in whatever settings.
    private static func withoutNeedlessStandIns(
        _ hosts: [(group: Group, host: HostMeasurement)]
    ) -> [(group: Group, host: HostMeasurement)] {
        let measured = Set(hosts.filter { !$0.host.isStandIn }.map { [$0.group.model, $0.group.tier] })
        return hosts.filter { !$0.host.isStandIn || !measured.contains([$0.group.model, $0.group.tier]) }
    }

    private struct Host: Hashable {
        var group: Group
        var id: String
        var isDisturbed: Bool
        var isBurst: Bool
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
        of hosts: [HostMeasurement],
        _ accuracies: [String: ModelAccuracy]
    ) -> TierMeasurement.Accuracy? {
        guard !accuracies.isEmpty else { return nil }
        let found = Set(hosts.flatMap(\.sha256s)).sorted().compactMap { accuracies[$0] }
        return found.max { $0.measuredAt < $1.measuredAt }.map(TierMeasurement.Accuracy.init)
    }

    private static func measurement(
        _ group: Group,
        _ all: [HostMeasurement],
        accuracy: TierMeasurement.Accuracy?
    ) -> TierMeasurement? {
        let (undisturbed, isDisturbed) = preferred(all) { $0.isDisturbed }
        let (steady, isBurst) = preferred(undisturbed) { $0.isBurst }
        let hosts = Dictionary(grouping: steady, by: \.hostId).sorted { $0.key < $1.key }.compactMap {
            $0.value.max { $0.latestRun < $1.latestRun }
        }
        let latencies = hosts.map(\.latencyMilliseconds)
        guard let throughput = Quantiles.median(hosts.map(\.throughputPerSecond)),
            let latency = mean(latencies), let peak = hosts.map(\.peakRssMib).max()
        else { return nil }
        let share = Quantiles.median(hosts.compactMap(\.rooflineShare))
        let isEngineLimited = share.map { $0 < Run.Roofline.engineLimitedShare } ?? false
        let variabilities = hosts.compactMap(\.serviceTimeCv2)
        let basis: TierMeasurement.Basis =
            hosts.contains(where: \.isStandIn) ? .standIn : isBurst ? .burst : .measured
        return TierMeasurement(
            model: group.model,
            tier: group.tier,
            family: hosts.compactMap(\.family).min(),
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
            energy: energy(hosts.flatMap(\.energies)),
            rooflineShare: share,
            basis: basis,
            flags: (isDisturbed ? ["disturbed"] : []) + (isEngineLimited ? [Flag.engineLimited.rawValue] : []),
            hosts: hosts.map(\.host)
        )
    }

    /// Those without a blemish, or all of them where every one has it.
    private static func preferred(
        _ hosts: [HostMeasurement],
        _ blemish: (HostMeasurement) -> Bool
    ) -> ([HostMeasurement], allHaveIt: Bool) {
        let clean = hosts.filter { !blemish($0) }
        return clean.isEmpty ? (hosts, true) : (clean, false)
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
    private static func energy(_ readings: [TierMeasurement.Energy]) -> TierMeasurement.Energy? {
        let domains = Set(readings.map(\.domain))
        let widest = TierMeasurement.Energy.Domain.allCases.first(where: domains.contains)
        let used = readings.filter { $0.domain == widest }
        guard let widest, let joules = Quantiles.median(used.map(\.joulesPerInference)) else { return nil }
        return TierMeasurement.Energy(joulesPerInference: joules, domain: widest)
    }
}
