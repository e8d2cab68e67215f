import GRDB

/// A place a copy goes to.
enum CopyTarget {
    /// Makes a store that says it is unfinished, or opens one that a copy of the same source began.
    static func open(at location: StoreLocation, for fingerprint: String) async throws -> any SQLEngine {
        let engine: any SQLEngine
        switch location {
        case .directory(let directory):
            if try !directory.holdsStore() {
                try SQLStore.create(in: directory) { try CopyProgress.begin(source: fingerprint, in: $0) }
            }
            // Runs and assignments refer to each other: checked at the end instead.
            engine = try SQLiteEngine(path: directory.databasePath, forCopying: true)
        case .postgresql(let location):
            let database = PostgreSQLEngine(location: location)
            if try await database.appliedMigrations() == nil {
                try await database.create { try CopyProgress.begin(source: fingerprint, in: $0) }
            }
            engine = database
        }
        let found = try await engine.read { transaction in
            try isUnfinished(transaction) ? try CopyProgress.fingerprint(in: transaction) : nil
        }
        guard found == fingerprint else {
            try? engine.close()
            throw StoreError(
                .alreadyInitialized,
                "\(location) holds a store, or an unfinished copy of another one; choose an empty place"
            )
        }
        return engine
    }

    /// Whether a copy into this store has not come to its end.
    static func isUnfinished(_ transaction: any SQLTransaction) throws -> Bool {
        switch transaction.dialect {
        case .sqlite:
            let sql = "SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = $1"
            return try transaction.row(sql, [SQLValue(CopyProgress.table)]) != nil
        case .postgresql:
            let sql = "SELECT CAST(to_regclass($1) AS TEXT) AS name"
            return try transaction.row(sql, [SQLValue(CopyProgress.table)])?.optionalText("name") != nil
        }
    }

    static func requireFinished(_ transaction: any SQLTransaction, _ place: String) throws {
        guard try isUnfinished(transaction) else { return }
        throw StoreError(
            .notInitialized,
            "a copy into \(place) has not come to its end; run `edgeprof-collector copy` again to go on, or delete it"
        )
    }

    /// Makes an unfinished copy a store.
    static func finish(version: Int64, in transaction: any SQLTransaction) throws {
        try transaction.execute("UPDATE data_version SET value = 0")
        try transaction.execute("UPDATE data_version SET value = $1 WHERE id = 1", [SQLValue(version)])
        if transaction.dialect == .postgresql { try advanceSequences(transaction) }
        try transaction.execute("DROP TABLE \(CopyProgress.table)")
    }

    /// Rows came with their numbers: new ones count on from there.
    private static func advanceSequences(_ transaction: any SQLTransaction) throws {
        let columns = try transaction.rows(
            """
            SELECT c.relname AS table_name, a.attname AS column_name
            FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
            WHERE a.attidentity <> '' AND c.relkind IN ('r', 'p')
                AND c.relnamespace = CAST(current_schema() AS regnamespace)
            """
        )
        for row in columns {
            let (table, column) = (try row.text("table_name"), try row.text("column_name"))
            try transaction.execute(
                """
                SELECT setval(pg_get_serial_sequence($1, $2), (SELECT coalesce(max("\(column)"), 0) + 1 FROM "\(table)"),
                    false)
                """,
                [SQLValue(table), SQLValue(column)]
            )
        }
    }
}
