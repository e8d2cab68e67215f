import CollectorStore
import EdgeprofAPI
import Testing

/// Models' files and their uploads.
@Suite struct StoreModelTests {
    private let sha256 = String(repeating: "a", count: 64)

    private func model(_ name: String, _ sha256: String, bytes: UInt64, at milliseconds: Int64 = 0) -> StoredModel {
        let now = TemporaryStore.now.millisecondsSinceEpoch + milliseconds
        return StoredModel(
            sha256: sha256,
            name: name,
            bytes: bytes,
            pushedAt: Timestamp(millisecondsSinceEpoch: now)
        )
    }

    @Test func aFileIsThereOnlyWhenItIsComplete() async throws {
        let temporary = try TemporaryStore()
        let (store, now) = (temporary.store, TemporaryStore.now)
        let upload = try await store.beginModelUpload(at: now)
        for (number, bytes) in [[1, 2], [3], []].enumerated() as EnumeratedSequence<[[UInt8]]> {
            #expect(try await store.appendModelChunk(bytes, number: number, to: upload, at: now))
            #expect(try await store.storedModels().isEmpty)
            #expect(try await store.modelChunk(number, ofModel: sha256) == nil)
        }
        let stored = model("mine", sha256, bytes: 3)
        #expect(try await store.completeModelUpload(upload, as: stored) == .stored)
        #expect(try await store.storedModel(sha256: sha256) == stored)
        #expect(try await store.modelChunk(0, ofModel: sha256) == [1, 2])
        #expect(try await store.modelChunk(2, ofModel: sha256) == [])
        #expect(try await store.modelChunk(3, ofModel: sha256) == nil)
        // Complete, it is no upload any more.
        try await store.discardModelUpload(upload)
        #expect(try await store.modelChunk(0, ofModel: sha256) == [1, 2])
        #expect(try await store.completeModelUpload(upload, as: stored) == .gone)
        let isTaken = try await store.appendModelChunk([4], number: 3, to: upload, at: now)
        #expect(!isTaken)

        try store.close()
        let reopened = try SQLStore(openingIn: temporary.directory)
        #expect(try await reopened.storedModels() == [stored])
        #expect(try await reopened.modelChunk(1, ofModel: sha256) == [3])
    }

    @Test(arguments: StoreKind.available)
    func ofTwoUploadsOfTheSameContentTheFirstStays(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let (store, now) = (temporary.store, TemporaryStore.now)
        let (first, second) = (try await store.beginModelUpload(at: now), try await store.beginModelUpload(at: now))
        for upload in [first, second] {
            #expect(try await store.appendModelChunk([7], number: 0, to: upload, at: now))
        }
        let stored = model("first", sha256, bytes: 1)
        #expect(try await store.completeModelUpload(first, as: stored) == .stored)
        let end = try await store.completeModelUpload(second, as: model("second", sha256, bytes: 1))
        #expect(end == .known(stored))
        try await store.discardModelUpload(second)
        #expect(try await store.modelChunk(0, ofModel: sha256) == [7])
        #expect(try await store.storedModels() == [stored])
    }

    @Test(arguments: StoreKind.available)
    func idleUploadsGoAndOthersStay(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let (store, now) = (temporary.store, TemporaryStore.now)
        let later = Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch + 1000)
        let (idle, busy) = (try await store.beginModelUpload(at: now), try await store.beginModelUpload(at: now))
        // More than are deleted at once.
        for number in 0..<40 {
            #expect(try await store.appendModelChunk([1], number: number, to: idle, at: now))
        }
        #expect(try await store.appendModelChunk([1], number: 0, to: busy, at: later))
        try await store.discardModelUploads(idleSince: later)
        let isThere = try await store.appendModelChunk([1], number: 40, to: idle, at: later)
        #expect(!isThere)
        #expect(try await store.completeModelUpload(idle, as: model("n", sha256, bytes: 40)) == .gone)
        #expect(try await store.completeModelUpload(busy, as: model("n", sha256, bytes: 1)) == .stored)
        #expect(try await store.modelChunk(0, ofModel: sha256) == [1])
    }

    @Test(arguments: StoreKind.available)
    func filesAreListedByNameThenNewest(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let store = temporary.store
        let models = [("b", "1", 0), ("a", "2", 0), ("a", "3", 5), ("a", "4", 2)].map { name, digit, time in
            model(name, String(repeating: digit, count: 64), bytes: 1, at: Int64(time))
        }
        for model in models {
            let upload = try await store.beginModelUpload(at: TemporaryStore.now)
            #expect(try await store.completeModelUpload(upload, as: model) == .stored)
        }
        #expect(try await store.storedModels() == [models[2], models[3], models[1], models[0]])
    }
}
