public import EdgeprofAPI
import Foundation
import GRDB

/// The store in one SQLite file.
///
/// Write-ahead log with `synchronous=FULL`: a committed transaction survives the death of the process and of the power
/// (https://www.sqlite.org/pragma.html#pragma_synchronous). One writer, many readers; others that use the file at the
/// same time (`token create`) wait for each other up to `busySeconds`.
public final class SQLiteStore: Sendable {
    /// How long a transaction waits for another process.
    static let busySeconds = 10.0

    let pool: DatabasePool
    let path: String

    /// Opens the store in a folder, bringing its tables up to date.
    ///
    /// - Throws: `StoreError`: `notInitialized`, `unwritable`, `locked`, `corrupt`, `newerSchema` or `failed`.
    public convenience init(openingIn directory: StoreDirectory) throws {
        try directory.requireStore()
        try self.init(path: directory.databasePath)
    }

    init(path: String) throws {
        do {
            try Self.examine(path: path)
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            // After opening: GRDB sets NORMAL when it turns the log on.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Schema.migrator.migrate(pool)
            self.pool = pool
            self.path = path
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Makes the store of a new collector with its first token, or nothing.
    ///
    /// It is put together under another name and linked into place complete, so that a killed `init` leaves no half a
    /// store and of two at once one fails.
    ///
    /// - Throws: `StoreError`: `alreadyInitialized`, `unwritable`, `full` or `failed`.
    public static func create(in directory: StoreDirectory, firstToken token: NewToken, at now: Timestamp) throws {
        try directory.make()
        let taken = StoreError(
            .alreadyInitialized,
            "\(directory.path) holds a store already; for a new token run "
                + "`edgeprof-collector token create --role admin --data-dir \(directory.path)`"
        )
        guard try !directory.holdsStore() else { throw taken }
        let draft = directory.path + "/init-\(UUIDv7.make(at: now)).sqlite"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) } }
        do {
            try FileSystem.makeEmptyFile(draft)
            let queue = try DatabaseQueue(path: draft, configuration: configuration)
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            }
            try Schema.migrator.migrate(queue)
            try queue.write { _ = try insertToken(token, at: now, in: $0) }
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

    /// Closes all connections, waiting for what is under way, and folds the log into the file.
    public func close() throws {
        do {
            // Tidiness only: another process that reads just now keeps the log, and nothing is lost.
            _ = try? pool.barrierWriteWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
        } catch {
            throw StoreError(error, path: path)
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

    /// Refuses, before anything is written, files that are not ours or are from a later version.
    private static func examine(path: String) throws {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.read { database in
            guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID else {
                throw StoreError(.corrupt, "\(path) is not an edgeprof-collector store; restore it from a backup")
            }
            guard try !Schema.migrator.hasBeenSuperseded(database) else {
                throw StoreError(.newerSchema, "\(path) was made by a newer edgeprof-collector; upgrade this one")
            }
        }
        try queue.close()
    }
}

// Columns are read with `Row.decode`, never with a subscript of the row, which traps on what a damaged file may hold.
extension SQLiteStore {
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.read(body)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw StoreError(error, path: path)
        }
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.write(body)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// The JSON of a document column.
    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    static func encodeText(_ value: some Encodable) throws -> String {
        String(decoding: try encode(value), as: UTF8.self)
    }

    /// Reads a document column; one that cannot be read means a damaged file, for only valid ones are written.
    static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw StoreError(
                .corrupt,
                "a stored \(type) cannot be read; restore the store from a backup",
                cause: "\(error)"
            )
        }
    }
}

extension Timestamp {
    init(column milliseconds: Int64) { self.init(millisecondsSinceEpoch: milliseconds) }
}
