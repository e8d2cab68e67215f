import Synchronization

/// What the latest writes told about the store.
///
/// A failure that is the store's own is remembered until a write succeeds; damage until the collector is started again,
/// for more must not be promised on top of it.
final class WriteCondition: Sendable {
    private struct State {
        var failure: StoreError?
        var damage: StoreError?
    }

    private let state = Mutex(State())

    /// Why the latest write failed, where that was not the doing of what was written; nil when it succeeded.
    var failure: StoreError? { state.withLock { $0.damage ?? $0.failure } }

    /// Damage that was met.
    var damage: StoreError? { state.withLock(\.damage) }

    func noteSuccess() { state.withLock { $0.failure = nil } }

    func note(_ error: any Error) {
        guard let error = error as? StoreError, error.code.concernsTheWholeStore else { return }
        state.withLock { $0.failure = error }
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
