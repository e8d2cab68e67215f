import Synchronization

/// Since when a server cannot be reached, as the connections of a pool learn it.
final class PostgreSQLOutage: Sendable {
    private struct State {
        var beginning: ContinuousClock.Instant?
        var latest: (moment: ContinuousClock.Instant, error: PostgreSQLError)?
    }

    private let state = Mutex(State())

    /// When connecting first failed since something last succeeded.
    var beginning: ContinuousClock.Instant? { state.withLock(\.beginning) }

    func noteSuccess() { state.withLock { $0 = State() } }

    func note(_ error: PostgreSQLError) {
        let now = ContinuousClock.now
        state.withLock { $0 = State(beginning: $0.beginning ?? now, latest: (now, error)) }
    }

    /// What another connection was told a moment ago, long into an outage: asking a server that does not even refuse takes
    /// seconds, and many wait behind each other.
    func knownFailure() -> PostgreSQLError? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let beginning = state.beginning, let latest = state.latest,
                now - beginning > .seconds(PostgreSQLEngine.patienceSeconds), now - latest.moment < .seconds(1)
            else { return nil }
            return latest.error
        }
    }
}
