import EdgeprofAPI
import Foundation
import PostgreSQLTestServer
import Testing

@testable import CollectorStore

/// Databases of every version, on both engines.
@Suite struct MigrationTests {
    /// A store as the version with the first `count` steps left it, with a token, an agent and a run.
    private func store(_ kind: StoreKind, steps count: Int, _ directory: StoreDirectory) async throws -> StoreLocation {
        let host = try SQLStore.encodeText(HostFacts.sample)
        return try await TemporaryStore.older(kind, steps: count, in: directory) { transaction in
            try transaction.execute(
                "INSERT INTO agent (id, name, labels, host, enrolled_at) VALUES ('a', 'old', '{}', $1, 1)",
                [SQLValue(host)]
            )
            try transaction.execute(
                "INSERT INTO token (id, hash, role, created_at) VALUES ('t', $1, 'admin', 1)",
                [SQLValue(TokenHash(of: "admin").bytes)]
            )
        }
    }

    @Test(arguments: StoreKind.available, 1...Migration.all.count)
    func everyVersionComesUpToDate(kind: StoreKind, steps: Int) async throws {
        let directory = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-old-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        let location = try await store(kind, steps: steps, directory)
        let due = Migration.all.dropFirst(steps).map(\.name)
        #expect(try await SQLStore.dueMigrations(at: location) == due)
        let store = try await SQLStore.open(at: location)
        #expect(try await SQLStore.dueMigrations(at: location) == [])
        #expect(try await store.agent(id: "a")?.host == .sample)
        #expect(try await store.grant(for: TokenHash(of: "admin"), at: TemporaryStore.now)?.role == .admin)
        let run = Run.sample(agentId: "a")
        let results = try await store.insert([run], from: .agent(id: "a"), at: TemporaryStore.now)
        #expect(results.map(\.status) == [.stored])
        #expect(try await store.run(id: run.id) == run)
        try store.close()
    }

    /// A copy goes by what SQLite has, so PostgreSQL must have the same.
    @Test(.enabled(if: PostgreSQLTestServer.shared != nil))
    func bothDialectsHaveTheSameTables() async throws {
        let store = try await TemporaryStore(.postgresql).store
        let rows = try await store.read { transaction in
            try transaction.rows(
                """
                SELECT c.relname::text AS t, a.attname::text AS c FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
                WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND a.attgenerated = ''
                    AND NOT a.attisdropped AND c.relnamespace = CAST(current_schema() AS regnamespace)
                """
            )
            .map { (try $0.text("t"), try $0.text("c")) }
        }
        let found = Dictionary(grouping: rows) { $0.0 }.mapValues { Set($0.map(\.1)) }
            .filter { !["edgeprof_migration", "data_version"].contains($0.key) }
        let tables = try StoreTable.all()
        #expect(found == Dictionary(uniqueKeysWithValues: tables.map { ($0.name, Set($0.columns)) }))
        #expect(tables.filter { $0.key.isEmpty }.map(\.name) == [], "a table without a key cannot be copied")
    }

    /// Steps that stores have taken stay as they are, word for word: a change of mind is another step.
    @Test func stepsOnceTakenAreNeverChanged() {
        let taken = Migration.all.prefix(Self.digests.count).map { step in
            // Four bits of each of eight bytes of SHA-256 do to notice a change.
            TokenHash(of: step.sqlite + step.postgresql).bytes.prefix(8).map { String($0 >> 4, radix: 16) }.joined()
        }
        #expect(taken == Self.digests)
    }

    private static let digests = ["c8aa4573", "09fd3e55", "67c564ed", "b651b6ac", "679df942", "15930557"]

    @Test func namesAreNumberedInOrder() {
        // A number may have been left out; none comes twice or out of turn.
        var last = 0
        for migration in Migration.all {
            let number = Int(migration.name.prefix(4)) ?? 0
            #expect(number > last && migration.name.dropFirst(4).first == " ")
            last = number
        }
    }
}
