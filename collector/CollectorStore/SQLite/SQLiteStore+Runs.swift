// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation
import GRDB

extension SQLiteStore {
    public func insert(_ runs: [Run], from uploader: RunUploader, at now: Timestamp) async throws -> [RunResult] {
        // Encoded before the transaction: the writer is held for the writing only.
        let documents = runs.map { run in Result { try Self.encode(run) } }
        return try await write { database in
            var results: [RunResult] = []
            results.reserveCapacity(runs.count)
            for (run, document) in zip(runs, documents) {
                let result = try Self.insert(run, document, from: uploader, at: now, in: database)
                if result.status == .rejected, case .agent(let id) = uploader {
                    try Self.close(run.assignmentId, of: id, because: result.reason, in: database)
                }
                results.append(result)
            }
            if results.contains(where: { $0.status == .stored }) { try Self.incrementDataVersion(in: database) }
            if case .agent(let id) = uploader { try Self.recordContact(agentId: id, at: now, in: database) }
            return results
        }
    }

    public func rejectAssignments(_ rejections: [RejectedAssignment], agentId: String) async throws {
        guard !rejections.isEmpty else { return }
        try await write { database in
            for rejection in rejections {
                try Self.close(rejection.assignmentId, of: agentId, because: rejection.reason, in: database)
            }
        }
    }

    public func runs(matching filter: RunFilter, after cursor: RunCursor?, limit: Int) async throws -> RunList {
        var conditions: [String] = []
        var arguments: [(any DatabaseValueConvertible & Sendable)?] = []
        for (column, value) in [
            ("model", filter.model), ("agent_id", filter.agentId), ("job_id", filter.jobId),
            ("outcome", filter.outcome?.rawValue),
        ] {
            guard let value else { continue }
            conditions.append("\(column) = ?")
            arguments.append(value)
        }
        if let cursor {
            conditions.append("(started_at, id) < (?, ?)")
            arguments += [cursor.startedAt.millisecondsSinceEpoch, cursor.id]
        }
        let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        // One more than asked for tells whether there is a next page.
        let sql = "SELECT document FROM run\(clause) ORDER BY started_at DESC, id DESC LIMIT ?"
        let values = arguments + [limit + 1]
        return try await read { database in
            let documents = try Data.fetchAll(database, sql: sql, arguments: StatementArguments(values))
            let runs = try documents.prefix(limit).map { try Self.decode(Run.self, from: $0) }
            let next =
                documents.count > limit ? runs.last.map { RunCursor(startedAt: $0.startedAt, id: $0.id).text } : nil
            return RunList(runs: runs, nextCursor: next)
        }
    }

    public func run(id: String) async throws -> Run? {
        try await read { database in
            try Row.fetchOne(database, sql: "SELECT document FROM run WHERE id = ?", arguments: [id])
                .map { try Self.decode(Run.self, from: $0.decode(forColumn: "document")) }
        }
    }

    private static func insert(
        _ run: Run,
        _ document: Result<Data, any Error>,
        from uploader: RunUploader,
        at now: Timestamp,
        in database: Database
    ) throws -> RunResult {
        func rejected(_ reason: String) -> RunResult { RunResult(id: run.id, status: .rejected, reason: reason) }
        guard case .success(let document) = document else { return rejected("cannot be written as JSON") }
        if case .agent(let id) = uploader, run.agentId != id {
            return rejected("agentId is not the agent this token belongs to")
        }
        if let known = try Row.fetchOne(database, sql: "SELECT agent_id FROM run WHERE id = ?", arguments: [run.id]) {
            return try known.decode(String?.self, forColumn: "agent_id") == run.agentId
                ? RunResult(id: run.id, status: .duplicate) : rejected("id is taken by another agent's run")
        }
        if let reason = try objection(to: run, in: database) { return rejected(reason) }
        try database.execute(
            sql: """
                INSERT INTO run
                    (id, agent_id, job_id, assignment_id, model, outcome, started_at, received_at, document)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                run.id, run.agentId, run.jobId, run.assignmentId, run.model.name, run.outcome.rawValue,
                run.startedAt.millisecondsSinceEpoch, now.millisecondsSinceEpoch, document,
            ]
        )
        // The first run finishes an assignment; a second one, from an agent that lost its memory, is kept beside it.
        try database.execute(
            sql: "UPDATE assignment SET run_id = ?, rejected_reason = NULL WHERE id = ? AND run_id IS NULL",
            arguments: [run.id, run.assignmentId]
        )
        return RunResult(id: run.id, status: .stored)
    }

    /// Ends an agent's open assignment without a run: the one there was can never be stored.
    private static func close(
        _ assignmentId: String?,
        of agentId: String,
        because reason: String?,
        in database: Database
    ) throws {
        guard let assignmentId else { return }
        try database.execute(
            sql: """
                UPDATE assignment SET rejected_reason = ?
                WHERE id = ? AND agent_id = ? AND run_id IS NULL AND rejected_reason IS NULL
                """,
            // Never 'ok', which failed runs are told from.
            arguments: ["rejected: \(reason ?? "no reason")", assignmentId, agentId]
        )
    }

    /// Why a run's agent, job and assignment do not fit together; nil when they do.
    private static func objection(to run: Run, in database: Database) throws -> String? {
        if let agentId = run.agentId {
            let known = try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM agent WHERE id = ?)",
                arguments: [agentId]
            )
            if known != true { return "agentId names no agent" }
        }
        guard let assignmentId = run.assignmentId else {
            return run.jobId == nil ? nil : "jobId is given without assignmentId"
        }
        let assignment = try Row.fetchOne(
            database,
            sql: "SELECT job_id, agent_id, model FROM assignment WHERE id = ?",
            arguments: [assignmentId]
        )
        guard let assignment else { return "assignmentId names no assignment" }
        let agentId = try assignment.decode(String.self, forColumn: "agent_id")
        if agentId != run.agentId { return "assignmentId belongs to another agent" }
        let jobId = try assignment.decode(String.self, forColumn: "job_id")
        if jobId != run.jobId { return "assignmentId belongs to another job than jobId" }
        let model = try assignment.decode(String.self, forColumn: "model")
        return model == run.model.name ? nil : "model.name is not the assignment's model"
    }
}
