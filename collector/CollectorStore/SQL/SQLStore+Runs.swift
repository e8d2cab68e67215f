// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI

extension SQLStore {
    public func insert(
        _ runs: [Run],
        from uploader: RunUploader,
        sentAt: Timestamp?,
        at now: Timestamp
    ) async throws -> [RunResult] {
        if uploader == .importer {
            let runs = runs.map(Self.withoutJob)
            try await makeAgents(of: runs, at: now)
            return try await insert(runs, from: .administrator, sentAt: sentAt, at: now)
        }
        // Encoded before the transaction: the writer is held for the writing only.
        try await engine.makeRoom(forRuns: runs.map(\.id))
        return try await deliveries.store(
            RunDelivery(
                runs: runs.map(PreparedRun.init),
                uploader: uploader,
                receivedAt: now,
                clockOffset: sentAt.map { $0.millisecondsSinceEpoch - now.millisecondsSinceEpoch }
            )
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
