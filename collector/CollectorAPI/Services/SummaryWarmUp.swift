public import ServiceLifecycle

/// Reads all rollups once, when the collector has started: with 10 million runs that takes seconds, which the first to ask
/// for a summary or a ranking would wait.
public struct SummaryWarmUp: Service {
    let ranking: RankingService

    /// Reads them and waits for the end; a store that fails is reported to who asks.
    public func run() async throws {
        _ = try? await ranking.summary()
        try await gracefulShutdown()
    }
}
