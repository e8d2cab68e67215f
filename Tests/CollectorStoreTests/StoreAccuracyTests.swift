import CollectorStore
import EdgeprofAPI
import Testing

@Suite struct StoreAccuracyTests {
    private func accuracy(_ top1: Double, _ precision: ModelAccuracy.Precision = .int8) -> ModelAccuracy {
        ModelAccuracy(
            model: "mine",
            precision: precision,
            top1: top1,
            top1Interval: [0, 1],
            images: 100,
            dataset: "val",
            measuredAt: TemporaryStore.now,
            producer: "test"
        )
    }

    @Test(arguments: StoreKind.available)
    func oneIsKeptOfEachModelAndPrecision(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let store = temporary.store
        let (one, two) = (String(repeating: "1", count: 64), String(repeating: "2", count: 64))
        #expect(try await store.accuracies(ofModel: one) == [])
        let before = try await store.dataVersion()
        try await store.replaceAccuracy(accuracy(0.9, .float), ofModel: one, at: TemporaryStore.now)
        try await store.replaceAccuracy(accuracy(0.1), ofModel: one, at: TemporaryStore.now)
        try await store.replaceAccuracy(accuracy(0.2), ofModel: one, at: TemporaryStore.now)
        try await store.replaceAccuracy(accuracy(0.3), ofModel: two, at: TemporaryStore.now)
        #expect(try await store.dataVersion() > before)
        #expect(try await store.accuracies(ofModel: one) == [accuracy(0.2), accuracy(0.9, .float)])
        // Rankings are of int8 networks.
        #expect(try await store.rankingInputs().accuracies == [one: accuracy(0.2), two: accuracy(0.3)])

        try store.close()
        let reopened = try await SQLStore.open(at: temporary.location)
        #expect(try await reopened.accuracies(ofModel: two) == [accuracy(0.3)])
    }
}
