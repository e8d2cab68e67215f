import CollectorStore
import Comparison
import Economics
import EdgeprofAPI
import Statistics

/// One rollup as a ranking needs it, small enough to keep all of them in memory.
struct RollupDigest: Sendable {
    let key: Rollup.Key
    /// What its runs come to, in no tier yet; nil where no run can be ranked.
    let measurement: HostMeasurement?
    /// Whether runs were left out for a histogram that cannot be read.
    let unusableRuns: Int
    /// Its undisturbed runs' medians, by which changes are found.
    let points: [RunSeries.Point]

    init(_ rollup: Rollup) {
        key = rollup.key
        var unusable = 0
        // Oldest first, as measurements list them.
        let facts = rollup.latest.reversed().compactMap { summary -> RunFacts? in
            do {
                return try RunFacts(summary, of: rollup.key)
            } catch {
                unusable += 1
                return nil
            }
        }
        measurement = HostMeasurement(of: facts, latestRun: rollup.latest.first?.runId ?? "")
        unusableRuns = unusable
        points = rollup.points
    }
}

extension RunFacts {
    /// The facts of a run whose summary a rollup keeps, in no tier yet.
    init(_ summary: RunSummary, of key: Rollup.Key) throws(LatencyHistogramError) {
        self.init(
            model: key.model,
            sha256: summary.sha256,
            isFile: key.file != nil,
            family: summary.family,
            hostId: key.hostId,
            tier: "",
            settings: TierMeasurement.Settings(
                threads: key.threads,
                instances: key.instances,
                isa: key.isa,
                plan: key.plan.rawValue
            ),
            throughputPerSecond: summary.throughputPerSecond,
            histogram: try LatencyHistogram(pairs: summary.histogram),
            peakRssBytes: summary.peakRssBytes,
            loadPeakRssBytes: summary.loadPeakRssBytes,
            energy: Self.energy(summary),
            rooflineShare: summary.rooflineShare,
            isDisturbed: key.isDisturbed,
            isBurst: key.isBurst,
            isStandIn: summary.isStandIn
        )
        moments = Moments(
            meanNanoseconds: summary.meanNanoseconds,
            varianceSquareNanoseconds: summary.varianceSquareNanoseconds
        )
    }

    private static func energy(_ summary: RunSummary) -> TierMeasurement.Energy? {
        guard let domain = summary.energyDomain.flatMap(TierMeasurement.Energy.Domain.init),
            let joules = summary.joulesAboveIdle, (0...1e9).contains(joules)
        else { return nil }
        return TierMeasurement.Energy(joulesPerInference: joules, domain: domain)
    }
}

/// Rollups made into measurements of tiers.
struct Summary: Sendable {
    /// The data version it was made from.
    let version: Int64
    let tiers: TierList
    let measurements: MeasurementSet
    /// What was left out, and why.
    let warnings: [String]

    init(_ digests: some Sequence<RollupDigest>, _ inputs: RankingInputs<RollupDigest>) {
        var warnings: [String] = []
        var hosts: [HostMeasurement] = []
        var unusable = 0
        var withoutTier: Set<String> = []
        var inSeveralTiers: Set<String> = []
        var matched: [TierMatch: [String]] = [:]
        for digest in digests where digest.measurement != nil || digest.unusableRuns > 0 {
            let host = TierMatch(digest.key, labels: inputs.labels)
            let tiers = matched[host] ?? host.tiers(among: inputs.tiers.tiers)
            matched[host] = tiers
            switch tiers.count {
            case 1:
                unusable += digest.unusableRuns
                if var measurement = digest.measurement {
                    measurement.tier = tiers[0]
                    if host.isDeclaredStandIn { measurement.isStandIn = true }
                    hosts.append(measurement)
                }
            case 0: withoutTier.insert(digest.key.hostname)
            default: inSeveralTiers.insert(digest.key.hostname)
            }
        }
        if !withoutTier.isEmpty {
            warnings.append(
                "no tier's rule accepts \(Self.list(withoutTier)); their runs are left out until an imported tier does"
            )
        }
        if !inSeveralTiers.isEmpty {
            warnings.append(
                "several tiers' rules accept \(Self.list(inSeveralTiers)); their runs are left out until only one does"
            )
        }
        if unusable > 0 { warnings.append("runs left out for a histogram that cannot be read: \(unusable)") }
        // One absurd measurement must not keep all others from being ranked.
        let all = RunAggregation.measurements(fromHosts: hosts, accuracies: inputs.accuracies).measurements
        let sound = all.filter { MeasurementSet(measurements: [$0]).problems().isEmpty }
        if sound.count < all.count {
            warnings.append("measurements left out for figures out of range: \(all.count - sound.count)")
        }
        version = inputs.version
        tiers = inputs.tiers
        measurements = MeasurementSet(measurements: sound)
        self.warnings = warnings
    }

    private static func list(_ hosts: Set<String>) -> String {
        let sorted = hosts.sorted()
        let rest = sorted.count - 5
        return sorted.prefix(5).joined(separator: ", ") + (rest > 0 ? " and \(rest) more hosts" : "")
    }
}

/// What decides a host's tier.
private struct TierMatch: Hashable {
    let cpuModel: String
    let memoryBytes: UInt64
    let board: String?
    let labels: [String: String]

    init(_ key: Rollup.Key, labels: [String: [String: String]]) {
        (cpuModel, memoryBytes, board) = (key.cpuModel, key.memoryBytes, key.board)
        self.labels = key.agentId.flatMap { labels[$0] } ?? [:]
    }

    var isDeclaredStandIn: Bool { labels[TierMatcher.standInLabel] != nil }

    func tiers(among tiers: [Tier]) -> [String] {
        TierMatcher.tiers(
            matching: TierMatchFacts(
                cpuModel: cpuModel,
                memoryMib: Double(memoryBytes) / 1_048_576,
                board: board,
                labels: labels
            ),
            in: tiers
        )
    }
}
