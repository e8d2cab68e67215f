internal import Synchronization

/// One at a time, first come, first served: what keeps the agent off the network while it measures.
///
/// Waiting is fair, so that a long row of measurements still lets finished runs out in between.
public final class TurnLock: Sendable {
    private struct State {
        var isTaken = false
        var nextTicket = 0
        var waiting: [(ticket: Int, turn: CheckedContinuation<Bool, Never>)] = []
        var cancelledBeforeWaiting: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Makes a lock nobody holds.
    public init() {}

    /// Waits for its turn and runs a closure in it.
    ///
    /// - Parameter body: what no other turn may overlap.
    /// - Returns: what the closure returns.
    /// - Throws: `CancellationError` when the task is cancelled while it waits; otherwise what the closure throws.
    public func withTurn<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        guard await take() else { throw CancellationError() }
        defer { handOn() }
        return try await body()
    }

    private func take() async -> Bool {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                let answer: Bool? = state.withLock { state in
                    if state.cancelledBeforeWaiting.remove(ticket) != nil { return false }
                    if state.isTaken {
                        state.waiting.append((ticket, turn))
                        return nil
                    }
                    state.isTaken = true
                    return true
                }
                if let answer { turn.resume(returning: answer) }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else {
                    // Cancelled before it stood in line, or when it had its turn already: then nobody asks for this.
                    state.cancelledBeforeWaiting.insert(ticket)
                    return nil
                }
                return state.waiting.remove(at: index).turn
            }
            waiting?.resume(returning: false)
        }
    }

    private func handOn() {
        let next = state.withLock { state in
            if state.waiting.isEmpty {
                state.isTaken = false
                return nil as CheckedContinuation<Bool, Never>?
            }
            return state.waiting.removeFirst().turn
        }
        next?.resume(returning: true)
    }
}
