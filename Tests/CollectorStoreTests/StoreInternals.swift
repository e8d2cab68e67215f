import GRDB

@testable import CollectorStore

/// What tests look at behind the protocol.
extension SQLiteStore {
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

    /// Counts the rows of a query.
    func count(_ sql: String) throws -> Int? {
        try pool.read { try Int.fetchOne($0, sql: sql) }
    }
}
