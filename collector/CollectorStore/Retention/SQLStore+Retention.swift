public import EdgeprofAPI

/// Old runs and layers, taken away in small steps between which others write.
extension SQLStore {
    /// Runs of one step.
    private static let batchSize = 200

    /// Carries a policy out, as of one moment.
    ///
    /// Each step is a transaction of its own and leaves everything right: a killed pass is taken up by the next one. Rollups lose
    /// what deleted runs added to them, in the same transaction. A run that is among the latest of its rollup stays, so that no
    /// ranking or summary ever changes by this.
    ///
    /// - Parameters:
    ///   - policy: What is to stay.
    ///   - now: The time.
    ///   - pause: Called after each step, with how long it took.
    /// - Returns: What was done.
    /// - Throws: `StoreError`, and what `pause` throws.
    public func apply(
        _ policy: RetentionPolicy,
        at now: Timestamp,
        pause: (Duration) async throws -> Void
    ) async throws -> RetentionOutcome {
        var outcome = RetentionOutcome()
        if let cutoff = policy.runCutoff(at: now), try await hasRuns(receivedBefore: cutoff) {
            try await deleteRuns(receivedBefore: cutoff, &outcome, pause)
            if let engine = postgreSQL {
                outcome.droppedMonths = try await engine.dropMonths(receivedBefore: cutoff)
            }
        }
        if let cutoff = policy.layerCutoff(at: now) { try await stripLayers(receivedBefore: cutoff, &outcome, pause) }
        return outcome
    }

    /// What a policy would do now; nothing is changed.
    public func forecast(_ policy: RetentionPolicy, at now: Timestamp) async throws -> RetentionOutcome {
        var outcome = RetentionOutcome()
        if let cutoff = policy.runCutoff(at: now), try await hasRuns(receivedBefore: cutoff) {
            let ranked = Array(try await rankedRuns())
            let (old, kept) = try await read { transaction in
                let old = try Self.count("received_at < $1", [SQLValue(cutoff)], in: transaction)
                var kept = 0
                for start in stride(from: 0, to: ranked.count, by: 50) {
                    let ids = (0..<50).map { SQLValue(ranked[min(start + $0, ranked.count - 1)]) }
                    let places = (2...51).map { "$\($0)" }.joined(separator: ", ")
                    let condition = "received_at < $1 AND id IN (\(places))"
                    kept += try Self.count(condition, [SQLValue(cutoff)] + ids, in: transaction)
                }
                return (old, kept)
            }
            (outcome.deletedRuns, outcome.rankedRuns) = (old - kept, kept)
        }
        if let cutoff = policy.layerCutoff(at: now) {
            let runCutoff = policy.runCutoff(at: now)
            outcome.strippedRuns = try await read { transaction in
                let start = try max(
                    Self.progress(of: "layers", in: transaction),
                    runCutoff?.millisecondsSinceEpoch ?? .min
                )
                let bounds = [SQLValue(start), SQLValue(cutoff)]
                return try Self.count("received_at >= $1 AND received_at < $2", bounds, in: transaction)
            }
        }
        return outcome
    }

    /// Whether anything is old enough for a policy to look at.
    public func hasWork(for policy: RetentionPolicy, at now: Timestamp) async throws -> Bool {
        if let cutoff = policy.layerCutoff(at: now) {
            let isDue = try await read { transaction in
                let start = try Self.progress(of: "layers", in: transaction)
                let sql = "SELECT 1 AS found FROM run WHERE received_at >= $1 AND received_at < $2 LIMIT 1"
                return try transaction.row(sql, [SQLValue(start), SQLValue(cutoff)]) != nil
            }
            if isDue { return true }
        }
        guard policy.runSeconds != nil else { return false }
        return try await forecast(RetentionPolicy(runSeconds: policy.runSeconds), at: now).deletedRuns > 0
    }

    private func hasRuns(receivedBefore cutoff: Timestamp) async throws -> Bool {
        let sql = "SELECT 1 AS found FROM run WHERE received_at < $1 LIMIT 1"
        return try await read { try $0.row(sql, [SQLValue(cutoff)]) != nil }
    }

    private static func count(
        _ condition: String,
        _ arguments: [SQLValue],
        in transaction: any SQLTransaction
    ) throws -> Int {
        try transaction.row("SELECT count(*) AS count FROM run WHERE \(condition)", arguments)?.count("count") ?? 0
    }

    // MARK: Runs

    /// Ids of the runs that rankings use: the latest of each rollup.
    private func rankedRuns() async throws -> Set<String> {
        try await read { transaction in
            var ids: Set<String> = []
            try transaction.forEachRow("SELECT key, body FROM rollup", []) { row in
                let rollup = try Self.rollup(key: row.blob("key"), body: row.blob("body"))
                ids.formUnion(rollup.latest.map(\.runId))
            }
            return ids
        }
    }

    private func deleteRuns(
        receivedBefore cutoff: Timestamp,
        _ outcome: inout RetentionOutcome,
        _ pause: (Duration) async throws -> Void
    ) async throws {
        // What is ranked when it comes to that is looked at again in the transaction; this only spares reading those runs.
        let ranked = try await rankedRuns()
        let parts = knownParts
        var start = Int64.min
        while start < cutoff.millisecondsSinceEpoch {
            let began = ContinuousClock.now
            let from = start
            let (end, runs, skipped) = try await read { transaction in
                let end = try Self.end(ofStepFrom: from, before: cutoff, in: transaction)
                let all = try Self.rows("id", from: from, to: end, in: transaction).map { try $0.text("id") }
                let ids = all.filter { !ranked.contains($0) }
                let runs = try Self.collectedRuns(ids, parts: parts, in: transaction).map { OldRun($0.run) }
                return (end, runs, all.count - ids.count)
            }
            start = end
            outcome.rankedRuns += skipped
            guard !runs.isEmpty else { continue }
            let deleted = try await write(.idempotent) { try Self.delete(runs, in: $0) }
            outcome.deletedRuns += deleted
            outcome.rankedRuns += runs.count - deleted
            try await pause(ContinuousClock.now - began)
        }
    }

    /// Deletes those of the runs that no ranking uses and takes them out of their rollups.
    private static func delete(_ runs: [OldRun], in transaction: any SQLTransaction) throws -> Int {
        let lock = transaction.dialect == .postgresql ? " FOR UPDATE" : ""
        var deleted = 0
        // In the order that deliveries lock them in.
        for (id, group) in Dictionary(grouping: runs, by: \.rollupId)
            .sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
        {
            let row = try transaction.row("SELECT key, body FROM rollup WHERE id = $1" + lock, [SQLValue(id)])
            var rollup = try row.map { try Self.rollup(key: $0.blob("key"), body: $0.blob("body")) }
            let ranked = Set((rollup?.latest ?? []).map(\.runId))
            var gone = 0
            for run in group where !ranked.contains(run.id) {
                // What became of the assignment stays known; nobody is to measure it again.
                try transaction.execute(
                    "UPDATE assignment SET run_id = NULL, rejected_reason = $1 WHERE run_id = $2",
                    [SQLValue(run.outcome.rawValue), SQLValue(run.id)]
                )
                // Another collector of the same database may have been faster.
                guard try transaction.execute("DELETE FROM run WHERE id = $1", [SQLValue(run.id)]) == 1 else {
                    continue
                }
                rollup?.remove(run.rollup)
                gone += 1
            }
            deleted += gone
            guard gone > 0, let rollup else { continue }
            if rollup.runCounts.isEmpty {
                try transaction.execute("DELETE FROM rollup WHERE id = $1", [SQLValue(id)])
            } else {
                try transaction.execute(
                    "UPDATE rollup SET body = $1, revision = revision + 1 WHERE id = $2",
                    [SQLValue(RollupCodec.encode(rollup)), SQLValue(id)]
                )
            }
        }
        if deleted > 0 { try incrementDataVersion(in: transaction) }
        return deleted
    }

    // MARK: Layers

    private func stripLayers(
        receivedBefore cutoff: Timestamp,
        _ outcome: inout RetentionOutcome,
        _ pause: (Duration) async throws -> Void
    ) async throws {
        let parts = knownParts
        var start = try await read { try Self.progress(of: "layers", in: $0) }
        while start < cutoff.millisecondsSinceEpoch {
            let began = ContinuousClock.now
            let from = start
            let (end, changes) = try await read { transaction in
                let end = try Self.end(ofStepFrom: from, before: cutoff, in: transaction)
                let rows = try Self.rows("id, document", from: from, to: end, in: transaction)
                let runs = try Self.runs(rows, parts: parts, in: transaction)
                return (end, try zip(rows, runs).compactMap { try StrippedRun($1, stored: $0.blob("document")) })
            }
            start = end
            outcome.strippedRuns += try await write(.idempotent) { transaction in
                var changed = 0
                for run in changes { changed += try run.store(in: transaction) }
                try Self.saveProgress(end, of: "layers", in: transaction)
                if changed > 0 { try Self.incrementDataVersion(in: transaction) }
                return changed
            }
            try await pause(ContinuousClock.now - began)
        }
    }

    // MARK: Steps

    /// Where a step ends: some runs on, and with all that were received in the same millisecond.
    private static func end(
        ofStepFrom start: Int64,
        before cutoff: Timestamp,
        in transaction: any SQLTransaction
    ) throws -> Int64 {
        let row = try transaction.row(
            """
            SELECT received_at FROM run WHERE received_at >= $1 AND received_at < $2
            ORDER BY received_at LIMIT 1 OFFSET \(batchSize)
            """,
            [SQLValue(start), SQLValue(cutoff)]
        )
        guard let end = try row?.integer("received_at") else { return cutoff.millisecondsSinceEpoch }
        return end > start ? end : start + 1
    }

    private static func rows(
        _ columns: String,
        from start: Int64,
        to end: Int64,
        in transaction: any SQLTransaction
    ) throws -> [SQLRow] {
        try transaction.rows(
            "SELECT \(columns) FROM run WHERE received_at >= $1 AND received_at < $2 ORDER BY received_at",
            [SQLValue(start), SQLValue(end)]
        )
    }

    private static func progress(of step: String, in transaction: any SQLTransaction) throws -> Int64 {
        try transaction.row("SELECT received_before FROM retention WHERE step = $1", [SQLValue(step)])?
            .integer("received_before") ?? .min
    }

    private static func saveProgress(_ end: Int64, of step: String, in transaction: any SQLTransaction) throws {
        try transaction.execute(
            """
            INSERT INTO retention (step, received_before) VALUES ($1, $2)
            ON CONFLICT (step) DO UPDATE SET received_before = excluded.received_before
            """,
            [SQLValue(step), SQLValue(end)]
        )
    }
}

/// A run that is to go, with what it added to its rollup.
private struct OldRun: Sendable {
    let id: String
    let outcome: Run.Outcome
    let rollup: Rollup
    let rollupId: [UInt8]

    init(_ run: Run) {
        (id, outcome, rollup) = (run.id, run.outcome, Rollup(run))
        rollupId = RollupCodec.id(ofKey: RollupCodec.encode(rollup.key))
    }
}

/// A run without its layers, to be stored in place of what there is.
private struct StrippedRun: Sendable {
    let id: String
    let before: [UInt8]
    let after: StoredRun

    /// nil for a run that has none.
    init?(_ run: Run, stored: [UInt8]) {
        guard run.layers != nil else { return nil }
        var run = run
        run.layers = nil
        (id, before, after) = (run.id, stored, RunCodec.encode(run))
    }

    func store(in transaction: any SQLTransaction) throws -> Int {
        for part in after.parts {
            try transaction.execute(
                "INSERT INTO run_part (key, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [SQLValue(part.key), SQLValue(part.bytes)]
            )
        }
        return try transaction.execute(
            "UPDATE run SET document = $1 WHERE id = $2 AND document = $3",
            [SQLValue(after.body), SQLValue(id), SQLValue(before)]
        )
    }
}

extension Rollup {
    /// Takes out a run that is not among the latest; a sum that had become as great as can be stays so.
    mutating func remove(_ other: Rollup) {
        for (outcome, count) in other.runCounts {
            runCounts[outcome] = Self.difference(runCounts[outcome] ?? 0, count)
        }
        queryCount = Self.difference(queryCount, other.queryCount) ?? 0
        for (value, count) in other.histogram { histogram[value] = Self.difference(histogram[value] ?? 0, count) }
    }

    /// What is left; nil for nothing.
    private static func difference(_ sum: UInt64, _ part: UInt64) -> UInt64? {
        guard sum < .max else { return sum }
        return sum > part ? sum - part : nil
    }
}
