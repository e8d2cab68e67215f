// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI

extension SQLStore {
    public func insert(_ runs: [Run], from uploader: RunUploader, at now: Timestamp) async throws -> [RunResult] {
        // Encoded before the transaction: the writer is held for the writing only.
        try await engine.makeRoom(forRuns: runs.map(\.id))
        return try await deliveries.store(
            RunDelivery(runs: runs.map(PreparedRun.init), uploader: uploader, receivedAt: now)
        )
    }

    public func rejectAssignments(_ rejections: [RejectedAssignment], agentId: String) async throws {
        guard !rejections.isEmpty else { return }
        try await write { transaction in
            for rejection in rejections {
                try Self.close(rejection.assignmentId, of: agentId, because: rejection.reason, in: transaction)
            }
        }
    }

    public func runs(matching filter: RunFilter, after cursor: RunCursor?, limit: Int) async throws -> RunList {
        var conditions: [String] = []
        var arguments: [SQLValue] = []
        for (column, value) in [
            ("model", filter.model), ("agent_id", filter.agentId), ("job_id", filter.jobId),
            ("outcome", filter.outcome?.rawValue),
        ] {
            guard let value else { continue }
            arguments.append(SQLValue(value))
            conditions.append("\(column) = $\(arguments.count)")
        }
        if let cursor {
            conditions.append("(started_at, id) < ($\(arguments.count + 1), $\(arguments.count + 2))")
            arguments += [SQLValue(cursor.startedAt), SQLValue(cursor.id)]
        }
        let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        // One more than asked for tells whether there is a next page.
        let values = arguments + [SQLValue(limit + 1)]
        let sql = "SELECT document FROM run\(clause) ORDER BY started_at DESC, id DESC LIMIT $\(values.count)"
        let parts = knownParts
        return try await read { transaction in
            let rows = try transaction.rows(sql, values)
            let runs = try Self.runs(Array(rows.prefix(limit)), parts: parts, in: transaction)
            let next =
                rows.count > limit ? runs.last.map { RunCursor(startedAt: $0.startedAt, id: $0.id).text } : nil
            return RunList(runs: runs, nextCursor: next)
        }
    }

    public func run(id: String) async throws -> Run? {
        let parts = knownParts
        return try await read { transaction in
            let rows = try transaction.rows("SELECT document FROM run WHERE id = $1", [SQLValue(id)])
            return try Self.runs(rows, parts: parts, in: transaction).first
        }
    }

    /// Ends an agent's open assignment without a run: the one there was can never be stored.
    static func close(
        _ assignmentId: String?,
        of agentId: String,
        because reason: String?,
        in transaction: any SQLTransaction
    ) throws {
        guard let assignmentId else { return }
        try transaction.execute(
            """
            UPDATE assignment SET rejected_reason = $1
            WHERE id = $2 AND agent_id = $3 AND run_id IS NULL AND rejected_reason IS NULL
            """,
            // Never 'ok', which failed runs are told from.
            [SQLValue("rejected: \(reason ?? "no reason")"), SQLValue(assignmentId), SQLValue(agentId)]
        )
    }
}
