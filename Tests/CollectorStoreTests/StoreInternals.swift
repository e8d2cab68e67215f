import Foundation
import GRDB

@testable import CollectorStore

/// What tests look at behind the protocol.
extension SQLStore {
    /// The pool of a store in SQLite.
    var pool: DatabasePool {
        get throws {
            guard let engine = engine as? SQLiteEngine else { throw StoreError(.failed, "not a store in SQLite") }
            return engine.pool
        }
    }

    /// A setting of the writing connection.
    func pragma(_ name: String) throws -> String? {
        try pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }

    /// All definitions in the file, and the steps that made them.
    func schema() throws -> [String] {
        try pool.read { database in
            try String.fetchAll(database, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
                + String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
        }
    }

    /// Pretends that a later version has been here.
    func addMigrationOfTheFuture() throws {
        try pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999 from the future')") }
    }

    /// Puts an SQL value into all rows of a column, past every rule of the schema, as damage would.
    func overwrite(_ table: String, _ column: String, with value: String) throws {
        try pool.barrierWriteWithoutTransaction { database in
            func defineTable(_ sql: String) throws {
                let update = "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?"
                try database.execute(sql: update, arguments: [sql, table])
                let version = try Int.fetchOne(database, sql: "PRAGMA schema_version") ?? 0
                try database.execute(sql: "PRAGMA schema_version = \(version + 1)")
            }
            try database.execute(
                sql: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON"
            )
            let lookup = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
            let strict = try String.fetchOne(database, sql: lookup, arguments: [table]) ?? ""
            let lax = strict.replacingOccurrences(of: " STRICT", with: "")
            try defineTable(lax.replacing(/(TEXT|INTEGER|BLOB) NOT NULL/) { $0.1 })
            try database.execute(sql: "UPDATE OR IGNORE \(table) SET \(column) = \(value)")
            try defineTable(strict)
        }
    }

    /// The columns of the application's tables, but for those that stand for the row's number.
    func columns() throws -> [(table: String, column: String)] {
        try pool.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
                    WHERE t.type = 'table' AND t.name NOT LIKE 'grdb%' AND NOT (c.pk = 1 AND c.type = 'INTEGER')
                    ORDER BY t.name, c.cid
                    """
            ).map { (try $0.decode(atIndex: 0), try $0.decode(atIndex: 1)) }
        }
    }

    /// Counts the rows of a query.
    func count(_ sql: String) async throws -> Int? {
        try await read { transaction in
            guard case .integer(let count)? = try transaction.row(sql)?.values.first else { return nil }
            return Int(count)
        }
    }
}
