import EdgeprofAPI
import Foundation
import PostgreSQLTestServer
import Testing

@testable import CollectorStore

/// Copies, backups and restores between all kinds of store.
@Suite struct StoreCopyTests {
    /// From where to where.
    static let ways = StoreKind.available.flatMap { from in StoreKind.available.map { (from, $0) } }

    private final class Folder: Sendable {
        let path = NSTemporaryDirectory() + "edgeprof-copy-" + UUID().uuidString
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private func digests(_ location: StoreLocation) async throws -> [String: TableDigest] {
        let store = try await SQLStore.open(at: location)
        defer { try? store.close() }
        var digests: [String: TableDigest] = [:]
        for table in try StoreTable.all() { digests[table.name] = try await .of(table) { try await store.read($0) } }
        var version = TableDigest()
        version.add(SQLRow(columns: ["version"], values: [SQLValue(try await store.dataVersion())]))
        digests["data_version"] = version
        return digests
    }

    @Test(arguments: ways)
    func aCopyOfACopyIsEqual(from: StoreKind, to: StoreKind) async throws {
        let source = try await TemporaryStore.filled(from)
        try source.store.close()
        let folders = (try Folder(), try Folder())
        let there = try TemporaryStore.emptyLocation(to, StoreDirectory(path: folders.0.path + "/d"))
        let back = try TemporaryStore.emptyLocation(from, StoreDirectory(path: folders.1.path + "/d"))
        let result = try await StoreCopy(from: source.location, to: there).run()
        #expect(result.rows.first { $0.table == "run" }?.count == 702)
        let tried = Set(result.rows.filter { $0.count > 0 }.map(\.table))
        let tables: Set = [
            "agent", "token", "job", "assignment", "run", "tier_list", "model_accuracy", "challenge_secret",
            "used_challenge",
        ]
        #expect(tried.isSuperset(of: tables), "\(tables.subtracting(tried))")
        _ = try await StoreCopy(from: there, to: back).run()
        let expected = try await digests(source.location)
        #expect(try await digests(there) == expected)
        #expect(try await digests(back) == expected)
        // It works: numbers of new rows follow those that were copied.
        let store = try await SQLStore.open(at: there)
        let jobs = try await store.jobs(limit: 9)
        let job = try await store.createSampleJob(models: ["m3"])
        #expect(try await store.jobs(limit: 9).map(\.id) == [job.id] + jobs.map(\.id))
        #expect(try await store.grant(for: source.adminSecret.hash, at: TemporaryStore.now)?.role == .admin)
        await #expect(throws: StoreError.self) { _ = try await StoreCopy(from: source.location, to: there) }
    }

    @Test(arguments: ways)
    func anInterruptedCopyGoesOn(from: StoreKind, to: StoreKind) async throws {
        let source = try await TemporaryStore.filled(from, runs: 3000)
        try source.store.close()
        let folder = try Folder()
        let target = try TemporaryStore.emptyLocation(to, StoreDirectory(path: folder.path + "/d"))
        var interruptions = 0
        for milliseconds in [1, 5, 20, 40, 80] {
            let copy = try await StoreCopy(from: source.location, to: target)
            let task = Task { try await copy.run() }
            try await Task.sleep(for: .milliseconds(milliseconds))
            task.cancel()
            guard case .failure = await task.result else { break }
            interruptions += 1
            let error = await #expect(throws: StoreError.self) { _ = try await SQLStore.open(at: target) }
            #expect(error?.message.contains("copy") == true)
        }
        #expect(interruptions > 0)
        // Another store cannot go on with it.
        let other = try await TemporaryStore(.sqlite)
        try other.store.close()
        await #expect(throws: StoreError.self) { _ = try await StoreCopy(from: other.location, to: target) }
        if interruptions == 5 { _ = try await StoreCopy(from: source.location, to: target).run() }
        #expect(try await digests(target) == digests(source.location))
    }

    @Test(arguments: StoreKind.available)
    func changesDuringACopyAreNoticed(kind: StoreKind) async throws {
        let source = try await TemporaryStore.filled(kind, runs: 10)
        let folder = try Folder()
        let target = StoreLocation.directory(StoreDirectory(path: folder.path + "/d"))
        let copy = try await StoreCopy(from: source.location, to: target)
        // A run earlier than those that were copied.
        let error = await #expect(throws: StoreError.self) {
            _ = try await copy.run { table, _ in
                guard table == "run" else { return }
                let old = Run.sample(agentId: nil, startedAt: Timestamp(millisecondsSinceEpoch: 1))
                let store = source.store
                let done = DispatchSemaphore(value: 0)
                Task.detached {
                    _ = try await store.insert([old], from: .administrator, at: TemporaryStore.now)
                    done.signal()
                }
                done.wait()
            }
        }
        #expect(error?.message.contains(" differs: ") == true)
        await #expect(throws: StoreError.self) { _ = try await SQLStore.open(at: target) }
    }

    @Test(arguments: ways)
    func aBackupMadeWhileServingRestores(from: StoreKind, to: StoreKind) async throws {
        let source = try await TemporaryStore.filled(from)
        let folder = try Folder()
        let file = folder.path + "/backup.sqlite"
        let writer = Task {
            while !Task.isCancelled {
                let run = Run.sample(agentId: nil)
                _ = try await source.store.insert([run, run], from: .administrator, at: TemporaryStore.now)
            }
        }
        try await source.store.backUp(to: file)
        writer.cancel()
        _ = await writer.result
        await #expect(throws: StoreError.self) { try await source.store.backUp(to: file) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["backup.sqlite"])
        let target = try TemporaryStore.emptyLocation(to, StoreDirectory(path: folder.path + "/d"))
        try await SQLStore.restore(from: file, to: target)
        let (restored, whole) = (try await digests(target), try await digests(source.location))
        for (table, digest) in whole where !["run", "rollup", "data_version"].contains(table) {
            #expect(restored[table] == digest, "\(table)")
        }
        #expect(restored["run"]?.count ?? 0 >= 702)
        await #expect(throws: StoreError.self) { try await SQLStore.restore(from: file, to: target) }
    }

    @Test(arguments: [Data(), Data("garbage".utf8), Data(repeating: 7, count: 50_000)])
    func otherFilesAreNotRestored(content: Data) async throws {
        let folder = try Folder()
        let file = folder.path + "/file"
        try content.write(to: URL(fileURLWithPath: file))
        let target = StoreDirectory(path: folder.path + "/d")
        let error = await #expect(throws: StoreError.self) {
            try await SQLStore.restore(from: file, to: .directory(target))
        }
        #expect(error?.code == .corrupt && error?.message.contains(file) == true)
        #expect(try !target.holdsStore())
    }

    @Test func damagedBackupsAreNotRestored() async throws {
        let source = try await TemporaryStore.filled(.sqlite)
        let folder = try Folder()
        let file = folder.path + "/backup.sqlite"
        try await source.store.backUp(to: file)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        for index in bytes.indices.dropFirst(bytes.count / 3).prefix(9000) { bytes[index] = 0xa5 }
        try bytes.write(to: URL(fileURLWithPath: file))
        let error = await #expect(throws: StoreError.self) {
            try await SQLStore.restore(from: file, to: .directory(StoreDirectory(path: folder.path + "/d")))
        }
        #expect(error?.code == .corrupt)
    }
}
