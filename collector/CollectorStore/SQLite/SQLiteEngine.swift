import Foundation
import GRDB

/// One SQLite file.
///
/// Write-ahead log with `synchronous=FULL`: a committed transaction survives the death of the process and of the power
/// (https://www.sqlite.org/pragma.html#pragma_synchronous). One writer, many readers; others that use the file at the
/// same time (`token create`) wait for each other up to `busySeconds`.
final class SQLiteEngine: SQLEngine {
    /// How long a transaction waits for another process.
    static let busySeconds = 10.0

    let pool: DatabasePool
    let path: String
    /// The file and its log as they were opened.
    private let files: [FileIdentity]
    private let condition = WriteCondition()

    /// Opens a store's file, bringing its tables up to date.
    ///
    /// With `forCopying`, one that a copy has not finished is taken too, and rows may come before those they refer to.
    init(path: String, forCopying: Bool = false) throws {
        do {
            try Self.examine(path: path, forCopying: forCopying)
            var configuration = Self.configuration
            configuration.foreignKeysEnabled = !forCopying
            let pool = try DatabasePool(path: path, configuration: configuration)
            // After opening: GRDB sets NORMAL when it turns the log on.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Schema.migrator.migrate(pool)
            self.pool = pool
            self.path = path
            files = [path, path + "-wal"].compactMap(FileIdentity.init(of:))
        } catch {
            throw StoreError(error, path: path)
        }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await mappingErrors { try await pool.read { try body(SQLiteTransaction(database: $0)) } }
    }

    func write<Value: Sendable>(
        _ kind: SQLWriteKind,
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        // What is stored on damaged pages may be lost with them: nothing more is taken on.
        if let damage = condition.damage { throw damage }
        return try await condition.observe {
            let value = try await mappingErrors { try await pool.write { try body(SQLiteTransaction(database: $0)) } }
            for file in files { try file.requireInPlace() }
            return value
        }
    }

    func checkReadiness() async throws {
        _ = try await read { try SQLStore.dataVersion(in: $0) }
        for file in files { try file.requireInPlace() }
        try condition.requireProgress()
        guard condition.failure != nil else { return }
        // Whether it is over, as the least of writes shows.
        try await write(.idempotent) { try SQLStore.touch(in: $0) }
    }

    func makeRoom(forRuns ids: [String]) async throws {}

    /// Also folds the log into the file.
    func close() throws {
        do {
            // Tidiness only: another process that reads just now keeps the log, and nothing is lost.
            _ = try? pool.barrierWriteWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private func mappingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as CancellationError {
            throw error
        } catch {
            let mapped = StoreError(error, path: path)
            if let error = error as? DatabaseError,
                [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
            {
                condition.noteDamage(mapped)
            }
            throw mapped
        }
    }

    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "CollectorStore"
        configuration.busyMode = .timeout(busySeconds)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            // A damaged page is reported rather than believed, and no schema can call functions of ours.
            try database.execute(sql: "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }

    /// Names of the steps a file has taken; nothing is changed.
    static func appliedMigrations(path: String) throws -> [String] {
        do {
            try examine(path: path, forCopying: false)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            return try queue.read { try Schema.migrator.appliedMigrations($0) }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Refuses, before anything is written, files that are not ours or are from a later version.
    private static func examine(path: String, forCopying: Bool) throws {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.read { database in
            guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID else {
                throw StoreError(.corrupt, "\(path) is not an edgeprof-collector store; restore it from a backup")
            }
            guard try !Schema.migrator.hasBeenSuperseded(database) else {
                throw StoreError(.newerSchema, "\(path) was made by a newer edgeprof-collector; upgrade this one")
            }
            if !forCopying { try CopyTarget.requireFinished(SQLiteTransaction(database: database), path) }
        }
        try queue.close()
    }
}
