import GRDB

/// The tables as GRDB makes them.
enum Schema {
    /// Marks the file as ours (`PRAGMA application_id`): "EPRF" in ASCII.
    static let applicationID: Int32 = 0x4550_5246

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in Migration.all {
            migrator.registerMigration(migration.name) { database in
                try database.execute(sql: migration.sqlite)
                try migration.finish(SQLiteTransaction(database: database))
            }
        }
        return migrator
    }
}
