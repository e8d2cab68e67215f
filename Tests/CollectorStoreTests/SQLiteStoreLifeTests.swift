import CollectorStore
import EdgeprofAPI
import Foundation
import Testing

@Suite struct SQLiteStoreLifeTests {
    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    /// Expects a `StoreError` of a code and returns its message.
    @discardableResult
    private func expect(_ code: StoreError.Code, _ body: () throws -> Void) throws -> String {
        let error = try #require(throws: StoreError.self, performing: body)
        #expect(error.code == code, "\(error)")
        #expect(!error.description.contains("\n"))
        return error.message
    }

    @Test func filesArePrivate() async throws {
        let temporary = try TemporaryStore()
        _ = try await temporary.store.createToken(
            NewToken(hash: TokenHash(of: "x"), role: .viewer),
            at: TemporaryStore.now
        )
        #expect(try mode(temporary.directory.path) == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: temporary.directory.path) {
            #expect(try mode(temporary.directory.path + "/" + name) == 0o600, "\(name)")
        }
    }

    @Test func creationLeavesOneFileOrNone() throws {
        let temporary = try TemporaryStore()
        try temporary.store.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: temporary.directory.path)
        #expect(names.filter { !$0.hasPrefix("collector.sqlite") } == [])
        let token = NewToken(hash: TokenHash(of: "y"), role: .admin)
        let message = try expect(.alreadyInitialized) {
            try SQLStore.create(in: temporary.directory, firstToken: token, at: TemporaryStore.now)
        }
        #expect(message.contains("edgeprof-collector token create --role admin"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: temporary.directory.path).sorted() == names.sorted()
        )
    }

    @Test func oneOfManyCreationsAtOnceSucceeds() async throws {
        let directory = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-race-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        let secrets = (0..<6).map { _ in TokenSecret(role: .admin) }
        let winners = await withTaskGroup(of: TokenHash?.self) { group in
            for secret in secrets {
                group.addTask {
                    let token = NewToken(hash: secret.hash, role: .admin)
                    do {
                        try SQLStore.create(in: directory, firstToken: token, at: TemporaryStore.now)
                        return secret.hash
                    } catch { return nil }
                }
            }
            return await group.reduce(into: [TokenHash]()) { list, hash in if let hash { list.append(hash) } }
        }
        #expect(winners.count == 1)
        let store = try SQLStore(openingIn: directory)
        let winner = try #require(winners.first)
        #expect(try await store.grant(for: winner, at: TemporaryStore.now)?.role == .admin)
        #expect(try await store.tokens().count == 1)
    }

    @Test func missingUnwritableAndForeignPlacesAreNamed() throws {
        let message = try expect(.notInitialized) {
            _ = try SQLStore(openingIn: StoreDirectory(path: "/nonexistent/edgeprof"))
        }
        #expect(message.contains("edgeprof-collector init --data-dir /nonexistent/edgeprof"))
        let token = NewToken(hash: TokenHash(of: "x"), role: .admin)
        for path in ["/dev/null/store", "/dev/null", "/proc/edgeprof"] {
            try expect(.unwritable) {
                try SQLStore.create(in: StoreDirectory(path: path), firstToken: token, at: TemporaryStore.now)
            }
        }
    }

    @Test func servingIsForOne() throws {
        let temporary = try TemporaryStore()
        var lock: ServingLock? = try temporary.directory.lockForServing()
        let message = try expect(.locked) { _ = try temporary.directory.lockForServing() }
        #expect(message.contains(temporary.directory.path))
        withExtendedLifetime(lock) {}
        lock = nil
        _ = try temporary.directory.lockForServing()
    }

    @Test(arguments: [Data(), Data("garbage".utf8), Data(repeating: 7, count: 100_000)])
    func foreignFilesAreRefusedAndLeftAlone(content: Data) throws {
        let temporary = try TemporaryStore()
        try temporary.store.close()
        try content.write(to: URL(fileURLWithPath: temporary.directory.databasePath))
        try expect(.corrupt) { _ = try SQLStore(openingIn: temporary.directory) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: temporary.directory.databasePath)) == content)
    }

    @Test func newerSchemaIsRefused() throws {
        let temporary = try TemporaryStore()
        try temporary.store.addMigrationOfTheFuture()
        try temporary.store.close()
        let message = try expect(.newerSchema) { _ = try SQLStore(openingIn: temporary.directory) }
        #expect(message.contains("made by a newer edgeprof-collector"))
    }

    @Test func openingAgainChangesNothing() async throws {
        let temporary = try TemporaryStore()
        _ = try await temporary.enroll("a")
        let before = try temporary.store.schema()
        try temporary.store.close()
        for _ in 0..<3 {
            let store = try SQLStore(openingIn: temporary.directory)
            #expect(try store.schema() == before)
            #expect(try await store.agents().map(\.name) == ["a"])
            try store.close()
        }
    }

    @Test func acknowledgedRunsSurviveTheProcess() async throws {
        let temporary = try TemporaryStore()
        let agentId = try await temporary.enroll("a")
        let copy = StoreDirectory(path: temporary.directory.path + "-copy")
        defer { try? FileManager.default.removeItem(atPath: copy.path) }
        var stored: [String] = []
        for _ in 0..<5 {
            let run = Run.sample(agentId: agentId)
            let results = try await temporary.store.insert([run], from: .agent(id: agentId), at: TemporaryStore.now)
            #expect(results.map(\.status) == [.stored])
            stored.append(run.id)
            // The files as a kill -9 at this very moment would leave them: open connections, log not folded in.
            try? FileManager.default.removeItem(atPath: copy.path)
            try FileManager.default.copyItem(atPath: temporary.directory.path, toPath: copy.path)
            try? FileManager.default.removeItem(atPath: copy.databasePath + "-shm")
            let store = try SQLStore(openingIn: copy)
            for id in stored { #expect(try await store.run(id: id) != nil) }
            try store.close()
        }
        #expect(try temporary.store.pragma("journal_mode") == "wal")
        #expect(try temporary.store.pragma("synchronous") == "2")
        #expect(try temporary.store.pragma("foreign_keys") == "1")
    }
}
