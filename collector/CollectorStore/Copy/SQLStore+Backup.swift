import Foundation
import GRDB
import Glibc

extension SQLStore {
    /// Writes everything, as of one moment, into a new SQLite file, while collectors go on serving.
    ///
    /// - Parameter path: Where the file is to be; it appears when it is complete.
    /// - Throws: `StoreError`; `alreadyInitialized` when there is something already.
    public func backUp(to path: String) async throws {
        guard access(path, F_OK) != 0 else {
            throw StoreError(.alreadyInitialized, "\(path) is there already; choose another name")
        }
        let draft = path + ".part"
        func discard() { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) } }
        discard()
        defer { discard() }
        do {
            try FileSystem.makeEmptyFile(draft)
            if let engine = engine as? SQLiteEngine {
                let file = try DatabaseQueue(path: draft)
                try engine.pool.backup(to: file)
                try file.close()
            } else {
                try await read { try Self.dump($0, into: draft) }
            }
            try FileSystem.synchronize(file: draft)
            guard link(draft, path) == 0 else { throw FileSystem.lastError() }
            try FileSystem.synchronize(directory: URL(fileURLWithPath: path).deletingLastPathComponent().path)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Copies within one snapshot, and compares what arrived with what was read.
    private static func dump(_ source: any SQLTransaction, into path: String) throws {
        var configuration = SQLiteEngine.configuration
        configuration.foreignKeysEnabled = false
        let file = try DatabaseQueue(path: path, configuration: configuration)
        try file.writeWithoutTransaction { try $0.execute(sql: "PRAGMA application_id = \(Schema.applicationID)") }
        try Schema.migrator.migrate(file)
        let tables = try StoreTable.all()
        try file.write { database in
            let target = SQLiteTransaction(database: database)
            for table in tables { _ = try target.execute("DELETE FROM \"\(table.name)\"") }
            for table in tables {
                var (read, written) = (TableDigest(), TableDigest())
                try forEachBatch(of: table, in: source) { rows in
                    for row in rows { read.add(row) }
                    try table.insert(rows, in: target)
                }
                try forEachBatch(of: table, in: target) { rows in for row in rows { written.add(row) } }
                guard read == written else {
                    throw StoreError(.failed, "\(table.name) did not arrive whole in \(path)")
                }
            }
            let version = try dataVersion(in: source)
            _ = try target.execute("UPDATE data_version SET value = $1", [SQLValue(version)])
        }
        try file.close()
    }

    private static func forEachBatch(
        of table: StoreTable,
        in transaction: any SQLTransaction,
        _ body: ([SQLRow]) throws -> Void
    ) throws {
        var size = BatchSize()
        var last: [SQLValue]?
        while true {
            let rows = try table.rows(after: last, limit: size.rows, in: transaction)
            guard let end = rows.last else { return }
            try body(rows)
            size.learn(from: rows)
            last = try table.key(of: end)
        }
    }

    /// Makes a store from a backup, at a place where there is none.
    ///
    /// - Throws: `StoreError`; `corrupt` when the file is damaged or none of ours, `alreadyInitialized` when the place is
    ///   taken.
    public static func restore(from path: String, to location: StoreLocation) async throws {
        guard (try? FileManager.default.attributesOfItem(atPath: path + "-wal"))?[.size] as? Int ?? 0 == 0 else {
            throw StoreError(
                .failed,
                "\(path) is a store in use, not a backup; make one with `edgeprof-collector backup`"
            )
        }
        switch location {
        case .directory(let directory):
            try directory.make()
            try place(path, in: directory)
        case .postgresql:
            // Opening it brings it up to date, which a backup is to be spared.
            let folder = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-restore-" + UUID().uuidString)
            defer { try? FileManager.default.removeItem(atPath: folder.path) }
            try folder.make()
            try place(path, in: folder)
            _ = try await StoreCopy(from: .directory(folder), to: location).run()
        }
    }

    /// Puts a checked copy of a file where a folder's store belongs.
    private static func place(_ path: String, in directory: StoreDirectory) throws {
        guard try !directory.holdsStore() else {
            throw StoreError(.alreadyInitialized, "\(directory.path) holds a store already; choose an empty folder")
        }
        let draft = directory.path + "/restore-\(getpid()).sqlite"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) } }
        do {
            try FileManager.default.copyItem(atPath: path, toPath: draft)
            guard chmod(draft, 0o600) == 0 else { throw FileSystem.lastError() }
        } catch {
            throw StoreError(.failed, "cannot copy \(path) to \(directory.path)", cause: error.localizedDescription)
        }
        let engine: SQLiteEngine
        do {
            engine = try SQLiteEngine(path: draft)
        } catch let error as StoreError {
            throw StoreError(error.code, error.message.replacing(draft, with: path), cause: error.cause)
        }
        do {
            let problems = try engine.pool.read { try String.fetchAll($0, sql: "PRAGMA integrity_check(1)") }
            guard problems == ["ok"] else {
                throw StoreError(.corrupt, "\(path) is damaged", cause: problems.first)
            }
        } catch {
            try? engine.close()
            throw StoreError(error, path: path)
        }
        try engine.close()
        try FileSystem.synchronize(file: draft)
        guard link(draft, directory.databasePath) == 0 else {
            if errno == EEXIST { throw StoreError(.alreadyInitialized, "\(directory.path) holds a store already") }
            throw FileSystem.lastError()
        }
        try FileSystem.synchronize(directory: directory.path)
    }
}
