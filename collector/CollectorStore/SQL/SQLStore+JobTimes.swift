// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI

/// What becomes of jobs when somebody or the clock says so.
extension SQLStore {
    public func cancelJob(id: String, at now: Timestamp) async throws -> JobRecord? {
        try await write { transaction in
            // The first job of a schedule stands for the schedule: all of its rounds end. What is done stays done.
            let open = "SELECT job_id FROM assignment WHERE run_id IS NULL AND rejected_reason IS NULL"
            try transaction.execute(
                """
                UPDATE job SET cancelled_at = coalesce(cancelled_at, $1), next_at = NULL
                WHERE (id = $2 OR schedule_id = $2) AND (next_at IS NOT NULL OR id IN (\(open)))
                """,
                [SQLValue(now), SQLValue(id)]
            )
            try transaction.execute(
                """
                UPDATE assignment SET rejected_reason = 'cancelled'
                WHERE job_id IN (SELECT id FROM job WHERE id = $1 OR schedule_id = $1)
                    AND run_id IS NULL AND rejected_reason IS NULL
                """,
                [SQLValue(id)]
            )
            return try Self.job(id: id, in: transaction)
        }
    }

    public func expireAssignments(at now: Timestamp) async throws {
        let due = "SELECT id FROM job WHERE deadline <= $1 AND deadline IS NOT NULL AND expired_at IS NULL"
        guard try await read({ try $0.row(due + " LIMIT 1", [SQLValue(now)]) }) != nil else { return }
        try await write { transaction in
            for row in try transaction.rows(due, [SQLValue(now)]) {
                let id = try row.text("id")
                try transaction.execute("UPDATE job SET expired_at = $1 WHERE id = $2", [SQLValue(now), SQLValue(id)])
                try transaction.execute(
                    """
                    UPDATE assignment SET rejected_reason = 'expired: not begun in time'
                    WHERE job_id = $1 AND run_id IS NULL AND rejected_reason IS NULL
                    """,
                    [SQLValue(id)]
                )
            }
        }
    }

    public func makeDueRounds(at now: Timestamp) async throws -> [ScheduleRound] {
        let due =
            "SELECT id, request, next_at FROM job WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id"
        guard try await read({ try $0.row(due + " LIMIT 1", [SQLValue(now)]) }) != nil else { return [] }
        return try await write { transaction in
            try transaction.rows(due, [SQLValue(now)]).compactMap { row in
                let (id, dueAt) = (try row.text("id"), try row.timestamp("next_at"))
                let request = try Self.decode(JobRequest.self, from: row, "request")
                guard let seconds = request.everySeconds, (1...31_536_000).contains(seconds) else {
                    throw StoreError(.corrupt, "a stored schedule has no interval; restore the store from a backup")
                }
                // Rounds missed while nobody looked are made up for once.
                let missed = (now.millisecondsSinceEpoch - dueAt.millisecondsSinceEpoch) / (Int64(seconds) * 1000)
                let next = dueAt.advanced(bySeconds: (Int(missed) + 1) * seconds)
                let goesOn = next < request.deadline ?? .distantFuture
                // Of several collectors on one store, whose statement finds the row as it was makes the round.
                let isOurs = try transaction.execute(
                    "UPDATE job SET next_at = $1 WHERE id = $2 AND next_at = $3",
                    [SQLValue(goesOn ? next : nil), SQLValue(id), SQLValue(dueAt)]
                )
                guard isOurs == 1 else { return nil }
                let creation = try Self.createJob(request, roundOf: (id, next), at: now, in: transaction)
                return ScheduleRound(scheduleId: id, creation: creation)
            }
        }
    }
}
