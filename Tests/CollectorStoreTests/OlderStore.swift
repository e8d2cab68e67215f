import EdgeprofAPI
import Foundation
import GRDB

@testable import CollectorStore

extension TemporaryStore {
    /// A store as the version with the first `count` steps left it, with what a closure puts into it.
    static func older(
        _ kind: StoreKind,
        steps count: Int,
        in directory: StoreDirectory,
        filledBy fill: @escaping @Sendable (any SQLTransaction) throws -> Void
    ) async throws -> StoreLocation {
        let steps = Array(Migration.all.prefix(count))
        let location = try emptyLocation(kind, directory)
        switch location {
        case .directory(let directory):
            try makeFile(directory, steps, fill)
        case .postgresql(let location):
            let engine = PostgreSQLEngine(location: location)
            try await engine.create(steps, finish: fill)
            try engine.close()
        }
        return location
    }

    private static func makeFile(
        _ directory: StoreDirectory,
        _ steps: [Migration],
        _ fill: (any SQLTransaction) throws -> Void
    ) throws {
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        // Runs and assignments refer to each other.
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: directory.databasePath, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA application_id = \(Schema.applicationID)") }
        if let last = steps.last { try Schema.migrator.migrate(queue, upTo: last.name) }
        try queue.write { try fill(SQLiteTransaction(database: $0)) }
        try queue.close()
    }
}
