import EdgeprofAPI

@testable import CollectorStore

extension Store {
    /// Everything a ranking is made from, with the rollups themselves.
    func rankingInputs() async throws -> RankingInputs<Rollup> { try await rankingInputs(knowing: [:]) { $0 } }
}

extension RankingInputs<Rollup> {
    /// Runs that ended well.
    var measuredRuns: UInt64 { changed.values.reduce(0) { $0 + ($1.runCounts[.ok] ?? 0) } }
}
