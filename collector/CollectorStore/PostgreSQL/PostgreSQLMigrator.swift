import EdgeprofAPI
import Foundation

/// Brings the tables of a PostgreSQL database up to date; one collector at a time.
extension PostgreSQLEngine {
    /// The advisory lock of everyone who changes tables: "edgeprof" in ASCII.
    private static let migrationLock: Int64 = 0x6564_6765_7072_6f66

    /// Names of the steps the database has taken; nil where it holds no store.
    func appliedMigrations() async throws -> [String]? {
        try await read { try Self.appliedMigrations(in: $0) }
    }

    /// Takes the steps that are due, each with those before it in one transaction.
    func migrate() async throws {
        try await changeTables { transaction, connection in
            guard let applied = try Self.appliedMigrations(in: transaction) else {
                throw StoreError(
                    .notInitialized,
                    "\(self.location) holds no store; run `edgeprof-collector init --store \(self.location)` first"
                )
            }
            try CopyTarget.requireFinished(transaction, "\(self.location)")
            try Self.take(Migration.all, after: applied, transaction, connection, self.location)
        }
    }

    /// Makes all tables in an empty database, with `finish` in the same transaction: wholly or not at all.
    func create(
        _ migrations: [Migration] = Migration.all,
        finish: @escaping @Sendable (any SQLTransaction) throws -> Void
    ) async throws {
        try await changeTables { transaction, connection in
            guard try Self.appliedMigrations(in: transaction) == nil else {
                throw StoreError(
                    .alreadyInitialized,
                    "\(self.location) holds a store already; for a new token run "
                        + "`edgeprof-collector token create --role admin --store \(self.location)`"
                )
            }
            guard connection.parameterStatus("server_encoding") == "UTF8" else {
                throw StoreError(.failed, "\(self.location) is not in UTF-8; create it with `createdb --encoding UTF8`")
            }
            try connection.command(
                "CREATE TABLE edgeprof_migration (name TEXT COLLATE \"C\" PRIMARY KEY, applied_at BIGINT NOT NULL)"
            )
            try Self.take(migrations, after: [], transaction, connection, self.location)
            try finish(transaction)
        }
    }

    private func changeTables(
        _ body: @escaping @Sendable (any SQLTransaction, PostgreSQLConnection) throws -> Void
    ) async throws {
        try await pool.perform { [location] worker in
            do {
                try PostgreSQLAttempts(mode: .committed).run(on: worker) { connection in
                    // Whoever waits here sees, once it goes on, what the other has done: READ COMMITTED.
                    try connection.command("SET LOCAL statement_timeout = 0")
                    try connection.command("SELECT pg_advisory_xact_lock(\(Self.migrationLock))")
                    try body(PostgreSQLTransaction(connection: connection), connection)
                }
            } catch {
                throw StoreError(error, at: location)
            }
        }
    }

    private static func take(
        _ migrations: [Migration],
        after applied: [String],
        _ transaction: any SQLTransaction,
        _ connection: PostgreSQLConnection,
        _ location: PostgreSQLLocation
    ) throws {
        let known = Set(migrations.map(\.name))
        guard applied.allSatisfy(known.contains) else {
            throw StoreError(.newerSchema, "\(location) was made by a newer edgeprof-collector; upgrade this one")
        }
        for migration in migrations where !applied.contains(migration.name) {
            try connection.command(migration.postgresql)
            try migration.finish(transaction)
            let moment = Int64(Date().timeIntervalSince1970 * 1000)
            try transaction.execute(
                "INSERT INTO edgeprof_migration (name, applied_at) VALUES ($1, $2)",
                [SQLValue(migration.name), SQLValue(moment)]
            )
        }
    }

    private static func appliedMigrations(in transaction: any SQLTransaction) throws -> [String]? {
        let sql = "SELECT CAST(to_regclass('edgeprof_migration') AS TEXT) AS name"
        guard try transaction.row(sql)?.optionalText("name") != nil else { return nil }
        return try transaction.rows("SELECT name FROM edgeprof_migration ORDER BY name").map { try $0.text("name") }
    }
}
