// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI

extension SQLStore: Store {
    /// Has a transaction write something, so that its commit waits for the disk, and for a standby: what it saw of others is
    /// as durable then, and a store that cannot be written shows it.
    static func touch(in transaction: any SQLTransaction) throws {
        switch transaction.dialect {
        case .sqlite:
            // A page is not written when nothing on it changes; this number serves no other purpose.
            let isOdd = try transaction.row("PRAGMA user_version")?.integer("user_version") == 1
            try transaction.execute("PRAGMA user_version = \(isOdd ? 0 : 1)")
        case .postgresql:
            try transaction.execute("UPDATE data_version SET value = value WHERE id = 1 + pg_backend_pid() % 16")
        }
    }

    public func checkReadiness() async throws { try await engine.checkReadiness() }

    public func tiers() async throws -> TierList {
        try await read { try Self.tiers(in: $0) }
    }

    public func replaceTiers(_ tiers: TierList) async throws {
        let document = try Self.encodeText(tiers)
        try await write { transaction in
            try transaction.execute(
                """
                INSERT INTO tier_list (id, document) VALUES (1, $1)
                ON CONFLICT (id) DO UPDATE SET document = excluded.document
                """,
                [SQLValue(document)]
            )
            try Self.incrementDataVersion(in: transaction)
        }
    }

    public func dataVersion() async throws -> Int64 {
        try await read { try Self.dataVersion(in: $0) }
    }

    public func rankingInputs<Digest: Sendable>(
        knowing known: [RollupId: Int64],
        _ digest: @escaping @Sendable (Rollup) throws -> Digest
    ) async throws -> RankingInputs<Digest> {
        try await read { transaction in
            let rollups = try Self.rollups(knowing: known, digest, in: transaction)
            var labels: [String: [String: String]] = [:]
            for row in try transaction.rows("SELECT id, labels FROM agent WHERE labels <> '{}'") {
                labels[try row.text("id")] = try Self.decode([String: String].self, from: row, "labels")
            }
            return RankingInputs(
                version: try Self.dataVersion(in: transaction),
                revisions: rollups.revisions,
                changed: rollups.changed,
                tiers: try Self.tiers(in: transaction),
                labels: labels,
                accuracies: try Self.int8Accuracies(in: transaction)
            )
        }
    }

    static func incrementDataVersion(in transaction: any SQLTransaction) throws {
        switch transaction.dialect {
        case .sqlite: try transaction.execute("UPDATE data_version SET value = value + 1")
        case .postgresql:
            // A row of the connection's own, or nearly, so that writers do not wait for each other's commits.
            try transaction.execute(
                "UPDATE data_version SET value = value + 1 WHERE id = 1 + pg_backend_pid() % 16"
            )
        }
    }

    static func dataVersion(in transaction: any SQLTransaction) throws -> Int64 {
        let sql = "SELECT CAST(sum(value) AS BIGINT) AS version FROM data_version"
        guard let version = try transaction.row(sql)?.optionalInteger("version") else {
            throw StoreError(.corrupt, "the store's data version is missing; restore the store from a backup")
        }
        return version
    }

    static func tiers(in transaction: any SQLTransaction) throws -> TierList {
        try transaction.row("SELECT document FROM tier_list").map { try decode(TierList.self, from: $0, "document") }
            ?? TierList(tiers: [])
    }
}
