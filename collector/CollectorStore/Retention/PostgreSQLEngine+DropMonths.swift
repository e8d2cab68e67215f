import EdgeprofAPI

/// Months whose runs have gone.
extension PostgreSQLEngine {
    /// Most runs that are moved out of a month's partition so that it can be dropped.
    private static let mostMoved = 10_000
    /// How often the lock on the table is asked for.
    private static let lockTries = 5

    /// Drops the partitions of months in which nothing is left but what rankings use.
    ///
    /// Deleted rows leave their room to the table; dropping the partition gives it back to the system, without VACUUM. The few runs
    /// that stay are moved to the partition for what fits nowhere. The lock is asked for for a fifth of a second at a time, so that
    /// deliveries never wait long behind somebody's long query; what is not had is had next time.
    ///
    /// - Parameter cutoff: Runs received before have been deleted.
    /// - Returns: The months, as `202611`.
    /// - Throws: `StoreError`.
    func dropMonths(receivedBefore cutoff: Timestamp) async throws -> [String] {
        let partitions = try await read { transaction in
            try transaction.rows(
                """
                SELECT c.relname AS name FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
                WHERE i.inhparent = to_regclass('run') AND c.relname <> 'run_other' ORDER BY c.relname
                """
            ).map { try $0.text("name") }
        }
        // The month of the cutoff itself still gets runs.
        let end = "run_" + RunMonth(at: cutoff).suffix
        var dropped: [String] = []
        for name in partitions where name < end && name.utf8.count == end.utf8.count {
            for _ in 0..<Self.lockTries {
                do {
                    if try await transact(.idempotent, { try Self.drop(name, receivedBefore: cutoff, in: $0) }) {
                        dropped.append(String(name.dropFirst(4)))
                    }
                    break
                } catch let error as StoreError where error.code == .locked {
                    try await Task.sleep(for: .milliseconds(500))
                }
            }
        }
        return dropped
    }

    /// Names come from the catalogue, so the statements hold nothing a client sent.
    private static func drop(
        _ name: String,
        receivedBefore cutoff: Timestamp,
        in transaction: any SQLTransaction
    ) throws -> Bool {
        func isEmptyEnough() throws -> Bool {
            let row = try transaction.row(
                "SELECT count(*) AS rest, coalesce(max(received_at), 0) AS last FROM (SELECT received_at FROM \"\(name)\" LIMIT $1) AS r",
                [SQLValue(mostMoved + 1)]
            )
            guard let row else { return false }
            return try row.count("rest") <= mostMoved && row.integer("last") < cutoff.millisecondsSinceEpoch
        }
        // Another collector of the same database may have been faster.
        let known = try transaction.row("SELECT to_regclass($1) IS NOT NULL AS known", [SQLValue(name)])
        guard try known?.flag("known") == true else { return false }
        do {
            guard try isEmptyEnough() else { return false }
        } catch let error as PostgreSQLError where error.state == "42P01" {
            throw StoreError(.locked, "the partition was dropped just now")
        }
        try transaction.execute("SET LOCAL lock_timeout = '200ms'")
        do {
            // The table before its partition, as everybody else does.
            try transaction.execute("LOCK TABLE run IN ACCESS EXCLUSIVE MODE")
        } catch let error as PostgreSQLError where error.state == "55P03" {
            // In the store's words, or it would be tried again at once.
            throw StoreError(.locked, "the table of runs is in use")
        }
        let isThere = try transaction.row("SELECT to_regclass($1) IS NOT NULL AS known", [SQLValue(name)])
        guard try isThere?.flag("known") == true, try isEmptyEnough() else { return false }
        let columns = try transaction.rows(
            """
            SELECT attname AS name FROM pg_attribute
            WHERE attrelid = to_regclass('run') AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            """
        )
        .map { "\"\(try $0.text("name"))\"" }.joined(separator: ", ")
        try transaction.execute("ALTER TABLE run DETACH PARTITION \"\(name)\"")
        try transaction.execute("INSERT INTO run_other (\(columns)) SELECT \(columns) FROM \"\(name)\"")
        try transaction.execute("DROP TABLE \"\(name)\"")
        return true
    }
}
