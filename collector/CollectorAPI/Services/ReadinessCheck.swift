import CollectorStore

/// Asks the store whether it is ready, and answers probes in time even when the store does not.
actor ReadinessCheck {
    /// How long a probe waits.
    static let patience = Duration.seconds(2)

    private let store: any Store
    /// The question under way: probes that come meanwhile share it.
    private var current: Task<Void, any Error>?
    private var lastFailure: String?

    init(store: any Store) { self.store = store }

    /// What a probe found.
    struct Finding: Sendable {
        /// Why the store is not ready; nil when it is.
        var failure: StoreError?
        /// Whether the probe before found something else.
        var isNews: Bool
    }

    /// Whether the store can be used now, or that it did not say so in time.
    func finding() async -> Finding {
        let failure: StoreError?
        do {
            try await answer()
            failure = nil
        } catch {
            failure = error as? StoreError ?? StoreError(.failed, "the store was not asked", cause: "\(error)")
        }
        let words = failure?.description
        defer { lastFailure = words }
        return Finding(failure: failure, isNews: words != lastFailure)
    }

    private func answer() async throws {
        let question = current ?? ask()
        let (answers, first) = AsyncStream<Result<Void, any Error>>.makeStream(bufferingPolicy: .bufferingOldest(1))
        Task { first.yield(await question.result) }
        let late = StoreError(.locked, "the store did not answer within \(Self.patience)")
        let timer = Task {
            try await Task.sleep(for: Self.patience)
            first.yield(.failure(late))
        }
        defer { timer.cancel() }
        for await answer in answers { return try answer.get() }
        throw CancellationError()
    }

    private func ask() -> Task<Void, any Error> {
        let question = Task {
            defer { current = nil }
            try await store.checkReadiness()
        }
        current = question
        return question
    }
}
