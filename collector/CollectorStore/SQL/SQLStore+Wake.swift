// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension SQLStore {
    public func wakes() -> AsyncStream<AgentWake> {
        guard let engine = postgreSQL else { return AsyncStream { $0.finish() } }
        return PostgreSQLListener.wakes(at: engine.location, ignoring: engine.origin)
    }

    public func announceWake(of agentIds: [String]) async throws {
        guard let engine = postgreSQL, !agentIds.isEmpty else { return }
        let payloads = WakePayload.payloads(for: agentIds, from: engine.origin)
        try await write(.idempotent) { transaction in
            for payload in payloads {
                try transaction.execute(
                    "SELECT pg_notify($1, $2)",
                    [SQLValue(WakePayload.channel), SQLValue(payload)]
                )
            }
        }
    }
}

/// What goes through PostgreSQL's NOTIFY: who sends, then ids of agents or `*`, separated by spaces.
///
/// A payload is under 8000 bytes (https://www.postgresql.org/docs/15/sql-notify.html).
enum WakePayload {
    static let channel = "edgeprof_wake"
    private static let agentsEach = 200
    /// Beyond it, all agents are as cheap to wake.
    private static let agentsAtMost = 4000

    static func payloads(for agentIds: [String], from origin: String) -> [String] {
        guard agentIds.count <= agentsAtMost else { return ["\(origin) *"] }
        return stride(from: 0, to: agentIds.count, by: agentsEach).map { start in
            ([origin] + agentIds[start..<min(start + agentsEach, agentIds.count)]).joined(separator: " ")
        }
    }

    /// What a payload says; nil when this collector sent it.
    static func wake(_ payload: String, ignoring origin: String) -> AgentWake? {
        let words = payload.split(separator: " ").map(String.init)
        guard words.first != origin else { return nil }
        return words.dropFirst().first == "*" ? .everyone : .agents(Array(words.dropFirst()))
    }
}
