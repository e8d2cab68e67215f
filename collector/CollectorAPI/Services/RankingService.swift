import CollectorStore
import Comparison
import Economics
import EdgeprofAPI
import Foundation

/// Computes summaries and rankings from what is stored, and remembers them until the data change.
///
/// Of rollups it remembers what a summary needs, so that after new runs only the rollups they are in are read again.
actor RankingService {
    /// Rankings remembered of one data version.
    private static let mostRankings = 32

    private let store: any Store
    private var revisions: [RollupId: Int64] = [:]
    private var digests: [RollupId: RollupDigest] = [:]
    private var cached: Summary?
    private var encodedSummary: (version: Int64, body: Data)?
    private var encodedRankings: (version: Int64, bodies: [Data: Data]) = (.min, [:])
    private var encodedPlans: (version: Int64, bodies: [Data: Data]) = (.min, [:])
    /// How many refreshes have begun, and the one under way.
    private var begun = 0
    private var running: (number: Int, task: Task<Summary, any Error>)?

    init(store: any Store) { self.store = store }

    /// What the stored runs come to, as of now.
    func summary() async throws -> Summary {
        let before = begun
        while true {
            if let cached, try await cached.version == store.dataVersion() { return cached }
            if let running {
                // One that began after this call has seen all that this call must see.
                if let summary = try? await running.task.value, running.number > before { return summary }
                continue
            }
            begun += 1
            let task = Task { try await self.refresh() }
            running = (begun, task)
            return try await task.value
        }
    }

    private func refresh() async throws -> Summary {
        defer { running = nil }
        let inputs = try await store.rankingInputs(knowing: revisions) { RollupDigest($0) }
        for id in revisions.keys where inputs.revisions[id] == nil { digests[id] = nil }
        digests.merge(inputs.changed) { $1 }
        revisions = inputs.revisions
        let summary = Summary(digests.values, inputs)
        cached = summary
        return summary
    }

    /// What changed in the fleet, as of now, and the data version it is of.
    func changes() async throws -> (version: Int64, changes: FleetChanges) {
        let summary = try await summary()
        let digests = digests
        return (summary.version, await Task { FleetChanges(in: RunSeries.all(in: digests.values)) }.value)
    }

    /// The summary's document, and the data version it is of.
    func encodedSummary() async throws -> (version: Int64, body: Data) {
        let summary = try await summary()
        if let encodedSummary, encodedSummary.version == summary.version { return encodedSummary }
        let encoded = (summary.version, try JSONOutput.encode(summary.measurements))
        encodedSummary = encoded
        return encoded
    }

    /// The document of a ranking of what is stored, as it is asked for.
    ///
    /// - Throws: `ConfigurationError` with what keeps the question or the price list from being used.
    func encodedRanking(of request: RankingRequest) async throws -> (version: Int64, body: Data) {
        let summary = try await summary()
        let question = try JSONOutput.encode(request)
        if encodedRankings.version == summary.version, let known = encodedRankings.bodies[question] {
            return (summary.version, known)
        }
        let body = try await Task { try JSONOutput.encode(Self.rank(request, summary)) }.value
        if encodedRankings.version != summary.version || encodedRankings.bodies.count >= Self.mostRankings {
            encodedRankings = (summary.version, [:])
        }
        encodedRankings.bodies[question] = body
        return (summary.version, body)
    }

    /// The document of a plan from what is stored.
    ///
    /// - Throws: `ConfigurationError` with what keeps the request or the price list from being used.
    func encodedPlan(of request: PlanningRequest) async throws -> (version: Int64, body: Data) {
        let summary = try await summary()
        let question = try JSONOutput.encode(request)
        if encodedPlans.version == summary.version, let known = encodedPlans.bodies[question] {
            return (summary.version, known)
        }
        let body = try await Task { try JSONOutput.encode(Self.plan(request, summary)) }.value
        if encodedPlans.version != summary.version || encodedPlans.bodies.count >= Self.mostRankings {
            encodedPlans = (summary.version, [:])
        }
        encodedPlans.bodies[question] = body
        return (summary.version, body)
    }

    private static func plan(_ request: PlanningRequest, _ summary: Summary) throws -> PlanResult {
        var result = try Economics.plan(measurements: summary.measurements, tiers: summary.tiers, request: request)
        result.warnings += summary.warnings
        return result
    }

    private static func rank(_ request: RankingRequest, _ summary: Summary) throws -> RankingResult {
        var result = try Economics.rank(
            measurements: summary.measurements,
            tiers: summary.tiers,
            deployment: request.deployment,
            options: request.options
        )
        result.warnings += summary.warnings
        return result
    }
}
