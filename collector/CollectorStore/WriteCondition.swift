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
    }

    /// How long a failure counts without another try: a small write may get past what larger ones fail at.
    private static let lasting = Duration.seconds(5)

    private let state = Mutex(State())

    /// Why the latest write failed, where that was not the doing of what was written; nil when it succeeded.
    var failure: StoreError? { state.withLock { $0.damage ?? $0.failure } }

    /// As `failure`, where it is too fresh to be tried again.
    var freshFailure: StoreError? {
        state.withLock { state in
            guard let moment = state.failedAt, .now - moment < Self.lasting else { return nil }
            return state.damage ?? state.failure
        }
    }

    /// Damage that was met.
    var damage: StoreError? { state.withLock(\.damage) }

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
