internal import Synchronization

/// One round of work, and how it went: what `edgeprof-agent run --once` is about.
///
/// The round is given up when nothing has gone forward for `patience`: no measurement ended, no run was handed over.
final class SingleRound: Sendable {
    /// Every request ends within this of its own; so it is waited for, unless a request has failed already.
    private static let leastPatience = Duration.seconds(60)

    private struct State {
        var progressed = ContinuousClock.now
        var isComplete = false
        var trouble: String?
    }

    /// How long nothing may go forward.
    let patience: Duration
    private let state = Mutex(State())

    init(patience: Duration) { self.patience = patience }

    /// Takes note that something went forward.
    func progress() {
        state.withLock { $0.progressed = .now }
    }

    /// Takes note of what stands in the way.
    func note(_ trouble: String) {
        state.withLock { $0.trouble = trouble }
    }

    /// Takes note that nothing is left to be done.
    func complete() {
        state.withLock { $0.isComplete = true }
    }

    /// Whether all assignments were carried out and all runs handed over.
    var isComplete: Bool { state.withLock { $0.isComplete } }

    /// What stood in the way last.
    var trouble: String? { state.withLock { $0.trouble } }

    /// How long to go on waiting.
    ///
    /// - Parameter isTroubled: whether a request has failed since the last that did not.
    /// - Returns: zero when it is time to give up.
    func timeLeft(isTroubled: Bool) -> Duration {
        let waited = ContinuousClock.now - state.withLock { $0.progressed }
        return max(.zero, (isTroubled ? patience : max(patience, Self.leastPatience)) - waited)
    }
}
