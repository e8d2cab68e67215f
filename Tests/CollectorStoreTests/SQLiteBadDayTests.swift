import EdgeprofAPI
import Foundation
import Testing

@testable import CollectorStore

/// What the store tells of itself when its file is not what it was.
@Suite struct SQLiteBadDayTests {
    private func code(_ body: () async throws -> Void) async throws -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch let error as StoreError {
            return error.code
        }
    }

    @Test(arguments: ["", "-wal"])
    func aFileMovedAwayTakesNothingOnUntilItIsBack(suffix: String) async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let agent = try await temporary.enroll("a")
        let path = temporary.directory.databasePath + suffix
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        let run = Run.sample(agentId: agent)
        let lost = try await code { _ = try await store.insert([run], from: .administrator, at: TemporaryStore.now) }
        #expect(lost == .unwritable)
        #expect(try await code { try await store.checkReadiness() } != nil)
        // A new connection has made another log by now; SQLite alone could tell what that does.
        guard suffix.isEmpty else { return }
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        let again = try await store.insert([run], from: .administrator, at: TemporaryStore.now)
        // It was written, only not acknowledged.
        #expect(again.map(\.status) == [.duplicate])
        try await store.checkReadiness()
    }

    @Test func readinessWritesAfterAFailureAndChangesNothing() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let version = try await store.dataVersion()
        try await store.write(.idempotent) { try SQLStore.touch(in: $0) }
        try await store.checkReadiness()
        #expect(try await store.dataVersion() == version)
    }

    @Test func damageIsNotForgotten() {
        let condition = WriteCondition()
        condition.note(StoreError(.failed, "a fault of the program"))
        #expect(condition.failure == nil)
        condition.note(StoreError(.full, "full"))
        #expect(condition.failure?.code == .full)
        #expect(throws: StoreError.self) { try condition.requireProgress() }
        condition.noteSuccess()
        #expect(condition.failure == nil)
        #expect(throws: Never.self) { try condition.requireProgress() }
        condition.noteDamage(StoreError(.corrupt, "damaged"))
        condition.noteSuccess()
        #expect(condition.failure?.code == .corrupt && condition.damage != nil)
    }
}
