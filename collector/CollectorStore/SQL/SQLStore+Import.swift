import EdgeprofAPI

/// Runs of another collector.
extension SQLStore {
    /// A run without what means nothing here.
    static func withoutJob(_ run: Run) -> Run {
        var run = run
        (run.jobId, run.assignmentId) = (nil, nil)
        return run
    }

    /// Makes those agents of runs that are not known: without a key and revoked, so that nobody can act as one.
    func makeAgents(of runs: [Run], at now: Timestamp) async throws {
        var hosts: [String: HostFacts] = [:]
        for run in runs { if let id = run.agentId { hosts[id] = run.host } }
        guard !hosts.isEmpty else { return }
        let agents = try hosts.sorted { $0.key < $1.key }.map {
            ($0.key, $0.value.hostname, try Self.encodeText($0.value))
        }
        try await write(.idempotent) { transaction in
            for (id, name, host) in agents {
                try transaction.execute(
                    """
                    INSERT INTO agent (id, name, labels, host, enrolled_at, status) VALUES ($1, $2, '{}', $3, $4, 'revoked')
                    ON CONFLICT DO NOTHING
                    """,
                    [SQLValue(id), SQLValue(name), SQLValue(host), SQLValue(now)]
                )
            }
        }
    }
}
