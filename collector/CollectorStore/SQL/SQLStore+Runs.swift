// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation

extension SQLStore {
    public func insert(_ runs: [Run], from uploader: RunUploader, at now: Timestamp) async throws -> [RunResult] {
        // Encoded before the transaction: the writer is held for the writing only.
        let documents = runs.map { run in Result { try Self.encode(run) } }
        return try await write { transaction in
            var results: [RunResult] = []
            results.reserveCapacity(runs.count)
            for (run, document) in zip(runs, documents) {
                let result = try Self.insert(run, document, from: uploader, at: now, in: transaction)
                if result.status == .rejected, case .agent(let id) = uploader {
                    try Self.close(run.assignmentId, of: id, because: result.reason, in: transaction)
                }
                results.append(result)
            }
            if results.contains(where: { $0.status == .stored }) { try Self.incrementDataVersion(in: transaction) }
            if case .agent(let id) = uploader { try Self.recordContact(agentId: id, at: now, in: transaction) }
            return results
        }
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
        return try await read { transaction in
            let rows = try transaction.rows(sql, values)
            let runs = try rows.prefix(limit).map { try Self.decode(Run.self, from: $0, "document") }
            let next =
                rows.count > limit ? runs.last.map { RunCursor(startedAt: $0.startedAt, id: $0.id).text } : nil
            return RunList(runs: runs, nextCursor: next)
        }
    }

    public func run(id: String) async throws -> Run? {
        try await read { transaction in
            try transaction.row("SELECT document FROM run WHERE id = $1", [SQLValue(id)])
                .map { try Self.decode(Run.self, from: $0, "document") }
        }
    }

    private static func insert(
        _ run: Run,
        _ document: Result<[UInt8], any Error>,
        from uploader: RunUploader,
        at now: Timestamp,
        in transaction: any SQLTransaction
    ) throws -> RunResult {
        func rejected(_ reason: String) -> RunResult { RunResult(id: run.id, status: .rejected, reason: reason) }
        guard case .success(let document) = document else { return rejected("cannot be written as JSON") }
        if case .agent(let id) = uploader, run.agentId != id {
            return rejected("agentId is not the agent this token belongs to")
        }
        if let known = try transaction.row("SELECT agent_id FROM run WHERE id = $1", [SQLValue(run.id)]) {
            return try known.optionalText("agent_id") == run.agentId
                ? RunResult(id: run.id, status: .duplicate) : rejected("id is taken by another agent's run")
        }
        if let reason = try objection(to: run, in: transaction) { return rejected(reason) }
        try transaction.execute(
            """
            INSERT INTO run (id, agent_id, job_id, assignment_id, model, outcome, started_at, received_at, document)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                SQLValue(run.id), SQLValue(run.agentId), SQLValue(run.jobId), SQLValue(run.assignmentId),
                SQLValue(run.model.name), SQLValue(run.outcome.rawValue), SQLValue(run.startedAt), SQLValue(now),
                SQLValue(document),
            ]
        )
        // The first run finishes an assignment; a second one, from an agent that lost its memory, is kept beside it.
        try transaction.execute(
            "UPDATE assignment SET run_id = $1, rejected_reason = NULL WHERE id = $2 AND run_id IS NULL",
            [SQLValue(run.id), SQLValue(run.assignmentId)]
        )
        return RunResult(id: run.id, status: .stored)
    }

    /// Ends an agent's open assignment without a run: the one there was can never be stored.
    private static func close(
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

    /// Why a run's agent, job and assignment do not fit together; nil when they do.
    private static func objection(to run: Run, in transaction: any SQLTransaction) throws -> String? {
        if let agentId = run.agentId {
            let known = try transaction.row("SELECT 1 AS known FROM agent WHERE id = $1", [SQLValue(agentId)])
            if known == nil { return "agentId names no agent" }
        }
        guard let assignmentId = run.assignmentId else {
            return run.jobId == nil ? nil : "jobId is given without assignmentId"
        }
        let assignment = try transaction.row(
            "SELECT job_id, agent_id, model FROM assignment WHERE id = $1",
            [SQLValue(assignmentId)]
        )
        guard let assignment else { return "assignmentId names no assignment" }
        if try assignment.text("agent_id") != run.agentId { return "assignmentId belongs to another agent" }
        if try assignment.text("job_id") != run.jobId { return "assignmentId belongs to another job than jobId" }
        let model = try assignment.text("model")
        if Run.ModelReference.isSHA256(model) {
            return model == run.model.sha256 ? nil : "model.sha256 is not the assignment's model"
        }
        return model == run.model.name ? nil : "model.name is not the assignment's model"
    }
}
