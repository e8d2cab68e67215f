public import EdgeprofAPI
import GRDB
import Glibc

extension SQLStore {
    /// Opens the store in a folder, bringing its tables up to date.
    ///
    /// - Throws: `StoreError`: `notInitialized`, `unwritable`, `locked`, `corrupt`, `newerSchema` or `failed`.
    public convenience init(openingIn directory: StoreDirectory) throws {
        try directory.requireStore()
        self.init(engine: try SQLiteEngine(path: directory.databasePath))
    }

    /// Makes the store of a new collector with its first token, or nothing.
    ///
    /// It is put together under another name and linked into place complete, so that a killed `init` leaves no half a
    /// store and of two at once one fails.
    ///
    /// - Throws: `StoreError`: `alreadyInitialized`, `unwritable`, `full` or `failed`.
    public static func create(in directory: StoreDirectory, firstToken token: NewToken, at now: Timestamp) throws {
        try create(in: directory) { _ = try insertToken(token, at: now, in: $0) }
    }

    /// Makes a store with what `finish` puts into it, or nothing.
    static func create(in directory: StoreDirectory, finish: (any SQLTransaction) throws -> Void) throws {
        try directory.make()
        let taken = StoreError(
            .alreadyInitialized,
            "\(directory.path) holds a store already; for a new token run "
                + "`edgeprof-collector token create --role admin --data-dir \(directory.path)`"
        )
        guard try !directory.holdsStore() else { throw taken }
        let draft = directory.path + "/init-\(UInt64.random(in: .min ... .max)).sqlite"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) } }
        do {
            try FileSystem.makeEmptyFile(draft)
            let queue = try DatabaseQueue(path: draft, configuration: SQLiteEngine.configuration)
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            }
            try Schema.migrator.migrate(queue)
            try queue.write { try finish(SQLiteTransaction(database: $0)) }
            try queue.close()
            guard link(draft, directory.databasePath) == 0 else {
                if errno == EEXIST { throw taken }
                throw FileSystem.lastError()
            }
            try FileSystem.synchronize(directory: directory.path)
        } catch {
            throw StoreError(error, path: directory.databasePath)
        }
    }
}
