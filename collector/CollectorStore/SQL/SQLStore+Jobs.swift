// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation

extension SQLStore {
    public func createJob(_ request: JobRequest, at now: Timestamp) async throws -> JobCreation {
        let document = try Self.encodeText(request)
        return try await write { transaction in
            let agentIds = try Self.agents(with: request.labels, in: transaction)
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
            try transaction.execute(
                "INSERT INTO job (id, request, created_at) VALUES ($1, $2, $3)",
                [SQLValue(job.id), SQLValue(document), SQLValue(now)]
            )
            let insertion = "INSERT INTO assignment (id, job_id, agent_id, model) VALUES ($1, $2, $3, $4)"
            // All models before the next repetition: slow drift of a box then spreads over the models alike.
            for agentId in agentIds {
                for _ in 0..<request.repetitions {
                    for model in request.models {
                        try transaction.execute(
                            insertion,
                            [SQLValue(UUIDv7.make(at: now)), SQLValue(job.id), SQLValue(agentId), SQLValue(model)]
                        )
                    }
                }
            }
            return .created(job, agentIds: agentIds)
        }
    }

    public func jobs(limit: Int) async throws -> [JobRecord] {
        try await read { transaction in
            let sql = Self.jobSelection + " ORDER BY position DESC LIMIT $1"
            return try transaction.rows(sql, [SQLValue(limit)]).map(Self.jobRecord)
        }
    }

    public func job(id: String) async throws -> JobRecord? {
        try await read { transaction in
            try transaction.row(Self.jobSelection + " WHERE id = $1", [SQLValue(id)]).map(Self.jobRecord)
        }
    }

    public func unfinishedAssignments(agentId: String, limit: Int) async throws -> [Assignment] {
        try await read { transaction in
            let rows = try transaction.rows(
                """
                SELECT assignment.id, assignment.job_id, assignment.model, job.request, stored_model.name AS file_name
                FROM assignment JOIN job ON job.id = assignment.job_id
                LEFT JOIN stored_model ON stored_model.sha256 = assignment.model
                WHERE assignment.agent_id = $1 AND assignment.run_id IS NULL AND assignment.rejected_reason IS NULL
                ORDER BY assignment.position LIMIT $2
                """,
                [SQLValue(agentId), SQLValue(limit)]
            )
            var settings: [String: JobSettings] = [:]
            return try rows.map { row in
                let jobId = try row.text("job_id")
                let known = try settings[jobId] ?? Self.decode(JobRequest.self, from: row, "request").settings
                settings[jobId] = known
                let (model, fileName) = (try row.text("model"), try row.optionalText("file_name"))
                return Assignment(
                    id: try row.text("id"),
                    jobId: jobId,
                    model: fileName ?? model,
                    modelSha256: fileName == nil ? nil : model,
                    settings: known
                )
            }
        }
    }

    /// Active agents that carry all the labels.
    private static func agents(with labels: [String: String], in transaction: any SQLTransaction) throws -> [String] {
        let sql = "SELECT id, labels FROM agent WHERE status = 'active' ORDER BY name, id"
        return try transaction.rows(sql).compactMap { row in
            let own = try decode([String: String].self, from: row, "labels")
            return labels.allSatisfy { own[$0.key] == $0.value } ? try row.text("id") : nil
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

    private static func jobRecord(_ row: SQLRow) throws -> JobRecord {
        JobRecord(
            id: try row.text("id"),
            request: try decode(JobRequest.self, from: row, "request"),
            createdAt: try row.timestamp("created_at"),
            total: try row.count("total"),
            finished: try row.count("finished"),
            failed: try row.count("failed")
        )
    }
}
