import EdgeprofAPI
import Foundation
import GRDB
import Testing

@testable import CollectorStore

/// Runs that the version before compact ones stored as JSON.
@Suite struct CompactUpgradeTests {
    private func storeOfDocuments(_ runs: [Run], in directory: StoreDirectory) throws {
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: directory.databasePath)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA application_id = \(Schema.applicationID)") }
        try Schema.migrator.migrate(queue, upTo: "0004 keys of agents")
        try queue.write { database in
            for run in runs {
                try database.execute(
                    sql: """
                        INSERT INTO run (id, model, outcome, started_at, received_at, document) VALUES (?, ?, ?, ?, 1, ?)
                        """,
                    arguments: [
                        run.id, run.model.name, run.outcome.rawValue, run.startedAt.millisecondsSinceEpoch,
                        try JSONEncoder().encode(run),
                    ]
                )
            }
        }
        try queue.close()
    }

    @Test func storedDocumentsBecomeCompactAndNothingIsLost() async throws {
        let directory = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-compact-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        // More than a batch of the conversion.
        let runs = RollupTests.runs(450, seed: 12)
        try storeOfDocuments(runs, in: directory)
        let store = try SQLStore(openingIn: directory)
        var seen: [Run] = []
        var cursor: RunCursor?
        repeat {
            let page = try await store.runs(matching: RunFilter(), after: cursor, limit: 100)
            seen += page.runs
            cursor = try page.nextCursor.map { try RunCursor($0, for: RunFilter()) }
        } while cursor != nil
        #expect(seen == runs.sorted { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) })
        #expect(try await store.count("SELECT count(*) FROM run WHERE substr(document, 1, 1) <> x'01'") == 0)
        let sql = "SELECT id, key, body FROM rollup ORDER BY id"
        let before = try await store.read { try $0.rows(sql).map(\.values) }
        #expect(try await store.rebuildRollups().runs == 450)
        #expect(try await store.read { try $0.rows(sql).map(\.values) } == before)
        try store.close()
    }
}
