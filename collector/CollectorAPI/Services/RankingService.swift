import CollectorStore
import Economics
import EdgeprofAPI

/// Computes summaries and rankings from what is stored, and remembers the summary until the data change.
actor RankingService {
    private let store: any Store
    private var cached: Summary?

    init(store: any Store) { self.store = store }

    /// What the stored runs come to, as of now.
    func summary() async throws -> Summary {
        if let cached, try await cached.version == store.dataVersion() { return cached }
        let summary = Summary(try await store.rankingInputs())
        // Another call may have read later data meanwhile.
        if summary.version >= cached?.version ?? .min { cached = summary }
        return summary
    }

    /// Ranks what is stored for a deployment.
    ///
    /// - Throws: `ConfigurationError` with what keeps the deployment or the price list from being used.
    nonisolated func rank(_ deployment: Deployment) async throws -> RankingResult {
        let summary = try await summary()
        var result = try Economics.rank(
            measurements: summary.measurements,
            tiers: summary.tiers,
            deployment: deployment
        )
        result.warnings += summary.warnings
        return result
    }
}

/// Stored runs made into measurements of tiers.
struct Summary: Sendable {
    /// The data version it was made from.
    let version: Int64
    let tiers: TierList
    let measurements: MeasurementSet
    /// What was left out, and why.
    let warnings: [String]

    init(_ inputs: RankingInputs) {
        var warnings: [String] = []
        var facts: [RunFacts] = []
        var unusable = 0
        var withoutTier: Set<String> = []
        var inSeveralTiers: Set<String> = []
        for run in inputs.runs {
            let labels = run.agentId.flatMap { inputs.labels[$0] } ?? [:]
            let tiers = run.host.tiers(among: inputs.tiers.tiers, labels: labels)
            switch tiers.count {
            case 1:
                do {
                    if let fact = try RunFacts(run, tier: tiers[0]) { facts.append(fact) }
                } catch {
                    unusable += 1
                }
            case 0: withoutTier.insert(run.host.hostname)
            default: inSeveralTiers.insert(run.host.hostname)
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
        let all = RunAggregation.measurements(from: facts, accuracies: inputs.accuracies).measurements
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

extension HostFacts {
    /// Ids of the tiers whose rule accepts the host.
    func tiers(among tiers: [Tier], labels: [String: String]) -> [String] {
        let facts = TierMatchFacts(
            cpuModel: cpuModel,
            memoryMib: Double(effectiveMemoryBytes) / 1_048_576,
            board: board,
            labels: labels
        )
        return TierMatcher.tiers(matching: facts, in: tiers)
    }
}
