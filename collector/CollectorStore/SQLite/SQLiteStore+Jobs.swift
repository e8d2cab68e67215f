// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation
import GRDB

extension SQLiteStore {
    public func createJob(_ request: JobRequest, at now: Timestamp) async throws -> JobCreation {
        let document = try Self.encodeText(request)
        return try await write { database in
            let agentIds = try Self.agents(with: request.labels, in: database)
            guard !agentIds.isEmpty else { return .noMatchingAgent }
            let (perAgent, overflow) = request.models.count.multipliedReportingOverflow(by: request.repetitions)
            let (total, overflowAgain) = perAgent.multipliedReportingOverflow(by: agentIds.count)
            guard !overflow, !overflowAgain, total <= JobCreation.maximumAssignments else {
                return .tooManyAssignments(overflow || overflowAgain ? .max : total)
            }
            let job = JobRecord(
                id: UUIDv7.make(at: now),
                request: request,
                createdAt: now,
                total: total,
                finished: 0,
                failed: 0
            )
            try database.execute(
                sql: "INSERT INTO job (id, request, created_at) VALUES (?, ?, ?)",
                arguments: [job.id, document, now.millisecondsSinceEpoch]
            )
            let insertion = try database.makeStatement(
                sql: "INSERT INTO assignment (id, job_id, agent_id, model) VALUES (?, ?, ?, ?)"
            )
            // All models before the next repetition: slow drift of a box then spreads over the models alike.
            for agentId in agentIds {
                for _ in 0..<request.repetitions {
                    for model in request.models {
                        try insertion.execute(arguments: [UUIDv7.make(at: now), job.id, agentId, model])
                    }
                }
            }
            return .created(job, agentIds: agentIds)
        }
    }

    public func jobs(limit: Int) async throws -> [JobRecord] {
        try await read { database in
            let sql = Self.jobSelection + " ORDER BY position DESC LIMIT ?"
            return try Row.fetchAll(database, sql: sql, arguments: [limit]).map(Self.jobRecord)
        }
    }

    public func job(id: String) async throws -> JobRecord? {
        try await read { database in
            try Row.fetchOne(database, sql: Self.jobSelection + " WHERE id = ?", arguments: [id]).map(Self.jobRecord)
        }
    }

    public func unfinishedAssignments(agentId: String, limit: Int) async throws -> [Assignment] {
        try await read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT assignment.id, assignment.job_id, assignment.model, job.request
                    FROM assignment JOIN job ON job.id = assignment.job_id
                    WHERE assignment.agent_id = ? AND assignment.run_id IS NULL AND assignment.rejected_reason IS NULL
                    ORDER BY assignment.position LIMIT ?
                    """,
                arguments: [agentId, limit]
            )
            var settings: [String: JobSettings] = [:]
            return try rows.map { row in
                let jobId = try row.decode(String.self, forColumn: "job_id")
                let known =
                    try settings[jobId]
                    ?? Self.decode(JobRequest.self, from: row.decode(forColumn: "request")).settings
                settings[jobId] = known
                return Assignment(
                    id: try row.decode(forColumn: "id"),
                    jobId: jobId,
                    model: try row.decode(forColumn: "model"),
                    settings: known
                )
            }
        }
    }

    /// Active agents that carry all the labels.
    private static func agents(with labels: [String: String], in database: Database) throws -> [String] {
        let sql = """
            SELECT id, labels FROM agent WHERE status = 'active' ORDER BY name, id
            """
        return try Row.fetchAll(database, sql: sql).compactMap { row in
            let own = try decode([String: String].self, from: row.decode(forColumn: "labels"))
            return labels.allSatisfy { own[$0.key] == $0.value } ? try row.decode(forColumn: "id") : nil
        }
    }

    private static let jobSelection = """
        SELECT id, request, created_at,
            (SELECT count(*) FROM assignment WHERE job_id = job.id) AS total,
            (SELECT count(coalesce(run_id, rejected_reason)) FROM assignment WHERE job_id = job.id) AS finished,
            (SELECT count(*) FROM assignment LEFT JOIN run ON run.id = assignment.run_id
                WHERE assignment.job_id = job.id AND coalesce(run.outcome, rejected_reason) <> 'ok') AS failed
        FROM job
        """

    private static func jobRecord(_ row: Row) throws -> JobRecord {
        JobRecord(
            id: try row.decode(forColumn: "id"),
            request: try decode(JobRequest.self, from: row.decode(forColumn: "request")),
            createdAt: Timestamp(column: try row.decode(forColumn: "created_at")),
            total: try row.decode(forColumn: "total"),
            finished: try row.decode(forColumn: "finished"),
            failed: try row.decode(forColumn: "failed")
        )
    }
}
