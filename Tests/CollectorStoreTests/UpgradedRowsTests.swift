import EdgeprofAPI
import Foundation
import GRDB
import Testing

@testable import CollectorStore

/// Rows that earlier versions left, in every table: what the steps since then make of them.
///
/// Runs of versions that kept them as documents are in `CompactUpgradeTests`.
@Suite struct UpgradedRowsTests {
    /// Numbers of steps after which runs were kept as they are kept now.
    static let versions = Array(
        ((Migration.all.firstIndex { $0.name == Migration.compactRuns.name } ?? 0) + 1)..<Migration.all.count
    )

    /// The columns of each table after so many steps.
    private func columns(afterSteps count: Int) throws -> [String: [String]] {
        let queue = try DatabaseQueue()
        try Schema.migrator.migrate(queue, upTo: Migration.all[count - 1].name)
        return try queue.read { database in
            let sql = """
                SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
                WHERE t.type = 'table' ORDER BY c.cid
                """
            let pairs = try Row.fetchAll(database, sql: sql).map {
                (try $0.decode(String.self, atIndex: 0), try $0.decode(String.self, atIndex: 1))
            }
            return Dictionary(grouping: pairs) { $0.0 }.mapValues { $0.map(\.1) }
        }
    }

    /// A store after so many steps, with another store's rows as far as it has tables and columns for them.
    private func store(
        _ kind: StoreKind,
        steps count: Int,
        rowsOf source: SQLStore,
        in directory: StoreDirectory
    ) async throws -> StoreLocation {
        let known = try columns(afterSteps: count)
        var contents: [(table: StoreTable, rows: [SQLRow])] = []
        for table in try StoreTable.all() {
            guard let columns = known[table.name] else { continue }
            let older = StoreTable(name: table.name, columns: columns, key: table.key)
            contents.append((older, try await source.read { try older.rows(after: nil, limit: 10_000, in: $0) }))
        }
        let all = contents
        return try await TemporaryStore.older(kind, steps: count, in: directory) { transaction in
            for (table, rows) in all {
                try transaction.execute("DELETE FROM \"\(table.name)\"")
                try table.insert(rows, in: transaction)
            }
        }
    }

    private func runs(_ store: SQLStore, _ filter: RunFilter) async throws -> [Run] {
        var runs: [Run] = []
        var cursor: RunCursor?
        repeat {
            let page = try await store.runs(matching: filter, after: cursor, limit: 100)
            runs += page.runs
            cursor = try page.nextCursor.map { try RunCursor($0, for: filter) }
        } while cursor != nil
        return runs
    }

    @Test(arguments: StoreKind.available, versions)
    func nothingIsLost(kind: StoreKind, steps: Int) async throws {
        let source = try await TemporaryStore.filled(.sqlite, runs: 450)
        let directory = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-rows-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        let location = try await store(kind, steps: steps, rowsOf: source.store, in: directory)
        let upgraded = try await SQLStore.open(at: location)
        let known = try columns(afterSteps: steps)
        var compared: Set<String> = []
        for table in try StoreTable.all() where known[table.name] == table.columns {
            let digest = try await TableDigest.of(table) { try await upgraded.read($0) }
            #expect(try await digest == TableDigest.of(table) { try await source.store.read($0) }, "\(table.name)")
            if digest.count > 0 { compared.insert(table.name) }
        }
        #expect(compared.isSuperset(of: ["token", "job", "assignment", "rollup", "tier_list", "model_accuracy"]))
        #expect(try await upgraded.agents() == source.store.agents())
        // Of columns that came later, these ask.
        let sha256 = String(repeating: "a", count: 64)
        let filters = [
            (RunFilter(), 452), (RunFilter(sha256: sha256), 452), (RunFilter(hostname: HostFacts.sample.hostname), 452),
            (RunFilter(model: "m1"), 1), (RunFilter(flags: [.swapping]), 0), (RunFilter(hostname: "another"), 0),
        ]
        for (filter, count) in filters {
            let found = try await runs(upgraded, filter)
            #expect(found.count == count, "\(filter)")
            #expect(try await found == runs(source.store, filter), "\(filter)")
        }
        try upgraded.close()
    }
}
