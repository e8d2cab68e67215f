import Synchronization

/// What the latest writes told about the store.
///
/// A failure that is the store's own is remembered until a write succeeds; damage until the collector is started again,
/// for more must not be promised on top of it.
final class WriteCondition: Sendable {
    private struct State {
        var failure: StoreError?
        var failedAt: ContinuousClock.Instant?
        var damage: StoreError?
        var count: UInt64 = 0
        /// When writes that have not ended began.
        var underWay: [UInt64: ContinuousClock.Instant] = [:]
    }

    /// How long a write may take before the store counts as stuck: nothing it does at a time takes as much.
    private static let longestWrite = Duration.seconds(10)

    /// How long a failure counts without another try: a small write may get past what larger ones fail at.
    private static let lasting = Duration.seconds(5)

    private let state = Mutex(State())

    /// Why the latest write failed, where that was not the doing of what was written; nil when it succeeded.
    var failure: StoreError? { state.withLock { $0.damage ?? $0.failure } }

    /// As `failure`, where it is too fresh to be tried again.
    private var freshFailure: StoreError? {
        state.withLock { state in
            guard let moment = state.failedAt, .now - moment < Self.lasting else { return nil }
            return state.damage ?? state.failure
        }
    }

    /// Damage that was met.
    var damage: StoreError? { state.withLock(\.damage) }

    /// Carries out a write and remembers how it went.
    func observe<Value>(_ write: () async throws -> Value) async throws -> Value {
        let now = ContinuousClock.now
        let number = state.withLock { state in
            state.count += 1
            state.underWay[state.count] = now
            return state.count
        }
        defer { state.withLock { _ = $0.underWay.removeValue(forKey: number) } }
        do {
            let value = try await write()
            noteSuccess()
            return value
        } catch {
            note(error)
            throw error
        }
    }

    /// - Throws: `StoreError` where writes fail just now, or do not end: for want of a standby that must have them, say.
    func requireProgress() throws {
        if let freshFailure { throw freshFailure }
        let now = ContinuousClock.now
        guard let oldest = state.withLock({ $0.underWay.values.min() }), now - oldest > Self.longestWrite else {
            return
        }
        throw StoreError(.locked, "a write has waited for \((now - oldest).components.seconds) s")
    }

    func noteSuccess() { state.withLock { ($0.failure, $0.failedAt) = (nil, nil) } }

    func note(_ error: any Error) {
        guard let error = error as? StoreError, error.code.concernsTheWholeStore else { return }
        state.withLock { ($0.failure, $0.failedAt) = (error, .now) }
    }

    func noteDamage(_ error: StoreError) { state.withLock { $0.damage = error } }
}

extension StoreError.Code {
    /// Whether other transactions would fail in the same way just now.
    var concernsTheWholeStore: Bool {
        switch self {
        case .locked, .unwritable, .unavailable, .full, .disk, .corrupt: true
        case .notInitialized, .alreadyInitialized, .newerSchema, .failed: false
        }
    }

    /// As `concernsTheWholeStore`, but for those that something smaller may get past.
    var stopsEveryone: Bool { concernsTheWholeStore && self != .full && self != .corrupt }
}
