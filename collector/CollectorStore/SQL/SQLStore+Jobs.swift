// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation

extension SQLStore {
    public func createJob(_ request: JobRequest, at now: Timestamp) async throws -> JobCreation {
        try await write { transaction in
            if let tier = request.tier, try !Self.tiers(in: transaction).tiers.contains(where: { $0.id == tier }) {
                return .unknownTier
            }
            return try Self.createJob(request, roundOf: nil, at: now, in: transaction)
        }
    }

    public func jobs(limit: Int) async throws -> [JobRecord] {
        try await read { transaction in
            let sql = Self.jobSelection + " ORDER BY position DESC LIMIT $1"
            return try transaction.rows(sql, [SQLValue(limit)]).map(Self.jobRecord)
        }
    }

    public func job(id: String) async throws -> JobRecord? {
        try await read { try Self.job(id: id, in: $0) }
    }

    public func assignments(ofJob id: String, limit: Int) async throws -> [JobAssignment] {
        try await read { transaction in
            try transaction.rows(
                """
                SELECT assignment.id, assignment.agent_id, agent.name, assignment.model, assignment.run_id, run.outcome,
                    assignment.rejected_reason
                FROM assignment JOIN agent ON agent.id = assignment.agent_id LEFT JOIN run ON run.id = assignment.run_id
                WHERE assignment.job_id = $1 ORDER BY assignment.position LIMIT $2
                """,
                [SQLValue(id), SQLValue(limit)]
            ).map { row in
                let reason = try row.optionalText("rejected_reason")
                // An outcome: its run was there, and went by retention.
                let forgotten = reason.flatMap(Run.Outcome.init(rawValue:))
                return JobAssignment(
                    id: try row.text("id"),
                    agentId: try row.text("agent_id"),
                    agentName: try row.text("name"),
                    model: try row.text("model"),
                    runId: try row.optionalText("run_id"),
                    outcome: try row.optionalText("outcome").flatMap(Run.Outcome.init(rawValue:)) ?? forgotten,
                    closedReason: forgotten == nil ? reason : nil
                )
            }
        }
    }

    public func unfinishedAssignments(agentId: String, limit: Int, at now: Timestamp) async throws -> [Assignment] {
        try await read { transaction in
            let agent = try transaction.row("SELECT utc_offset_seconds FROM agent WHERE id = $1", [SQLValue(agentId)])
            let offset = try agent?.optionalCount("utc_offset_seconds") ?? 0
            let rows = try transaction.rows(
                """
                SELECT assignment.id, assignment.job_id, assignment.model, job.request, stored_model.name AS file_name
                FROM assignment JOIN job ON job.id = assignment.job_id
                LEFT JOIN stored_model ON stored_model.sha256 = assignment.model
                WHERE assignment.agent_id = $1 AND assignment.run_id IS NULL AND assignment.rejected_reason IS NULL
                    AND (job.deadline IS NULL OR job.deadline > $2)
                    AND (job.window_from IS NULL
                        OR (job.window_from < job.window_to AND job.window_from <= $3 AND $3 < job.window_to)
                        OR (job.window_from > job.window_to AND (job.window_from <= $3 OR $3 < job.window_to)))
                ORDER BY job.priority DESC, assignment.position LIMIT $4
                """,
                [
                    SQLValue(agentId), SQLValue(now),
                    SQLValue(TimeWindow.minuteOfDay(at: now, utcOffsetSeconds: offset)), SQLValue(limit),
                ]
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

    /// Stores a job for the agents that match now; a round of a schedule, when it is one.
    static func createJob(
        _ request: JobRequest,
        roundOf schedule: (id: String, deadline: Timestamp)?,
        at now: Timestamp,
        in transaction: any SQLTransaction
    ) throws -> JobCreation {
        let agentIds = try agents(for: request, in: transaction)
        guard !agentIds.isEmpty else { return .noMatchingAgent }
        let (perAgent, overflow) = request.models.count.multipliedReportingOverflow(by: request.repetitions)
        let (total, overflowAgain) = perAgent.multipliedReportingOverflow(by: agentIds.count)
        guard !overflow, !overflowAgain, total <= JobCreation.maximumAssignments else {
            return .tooManyAssignments(overflow || overflowAgain ? .max : total)
        }
        var job = JobRecord(
            id: UUIDv7.make(at: now),
            request: request,
            createdAt: now,
            total: total,
            finished: 0,
            failed: 0
        )
        (job.closed, job.expired) = (0, 0)
        var deadline = [request.deadline, schedule?.deadline].compactMap(\.self).min()
        if let schedule {
            job.scheduleId = schedule.id
        } else if let seconds = request.everySeconds {
            job.scheduleId = job.id
            let next = now.advanced(bySeconds: seconds)
            deadline = min(deadline ?? next, next)
            if next < request.deadline ?? .distantFuture { job.nextAt = next }
        }
        try transaction.execute(
            """
            INSERT INTO job
                (id, request, created_at, priority, window_from, window_to, deadline, schedule_id, next_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                SQLValue(job.id), SQLValue(try encodeText(request)), SQLValue(now), SQLValue(request.priority ?? 0),
                SQLValue(request.window?.fromMinute), SQLValue(request.window?.toMinute), SQLValue(deadline),
                SQLValue(job.scheduleId), SQLValue(job.nextAt),
            ]
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

    static func job(id: String, in transaction: any SQLTransaction) throws -> JobRecord? {
        try transaction.row(jobSelection + " WHERE id = $1", [SQLValue(id)]).map(jobRecord)
    }

    /// Active agents that carry all the labels and whose host is of the tier.
    private static func agents(for request: JobRequest, in transaction: any SQLTransaction) throws -> [String] {
        let tiers = try request.tier.map { _ in try Self.tiers(in: transaction).tiers }
        let sql = "SELECT id, labels, host FROM agent WHERE status = 'active' ORDER BY name, id"
        return try transaction.rows(sql).compactMap { row in
            let own = try decode([String: String].self, from: row, "labels")
            guard request.labels.allSatisfy({ own[$0.key] == $0.value }) else { return nil }
            if let tier = request.tier, let tiers {
                let host = try decode(HostFacts.self, from: row, "host")
                guard host.tiers(among: tiers, labels: own).contains(tier) else { return nil }
            }
            return try row.text("id")
        }
    }

    private static let jobSelection = """
        SELECT id, request, created_at, cancelled_at, schedule_id, next_at,
            (SELECT count(*) FROM assignment WHERE job_id = job.id) AS total,
            (SELECT count(coalesce(run_id, rejected_reason)) FROM assignment WHERE job_id = job.id) AS finished,
            (SELECT count(*) FROM assignment LEFT JOIN run ON run.id = assignment.run_id
                WHERE assignment.job_id = job.id AND coalesce(run.outcome, rejected_reason) <> 'ok') AS failed,
            (SELECT count(rejected_reason) FROM assignment WHERE job_id = job.id AND run_id IS NULL
                -- An outcome: its run was there, and went by retention.
                AND rejected_reason NOT IN ('ok', 'crashed', 'oom', 'timeout', 'refused')) AS closed,
            (SELECT count(*) FROM assignment WHERE job_id = job.id AND run_id IS NULL
                AND rejected_reason LIKE 'expired%') AS expired
        FROM job
        """

    private static func jobRecord(_ row: SQLRow) throws -> JobRecord {
        JobRecord(
            id: try row.text("id"),
            request: try decode(JobRequest.self, from: row, "request"),
            createdAt: try row.timestamp("created_at"),
            total: try row.count("total"),
            finished: try row.count("finished"),
            failed: try row.count("failed"),
            closed: try row.count("closed"),
            expired: try row.count("expired"),
            cancelledAt: try row.optionalTimestamp("cancelled_at"),
            scheduleId: try row.optionalText("schedule_id"),
            nextAt: try row.optionalTimestamp("next_at")
        )
    }
}
