import Synchronization

/// Wakes agents that wait for work, without anyone asking the store in between.
final class JobBell: Sendable {
    private struct State {
        var nextID: UInt64 = 0
        var listeners: [String: [UInt64: AsyncStream<Void>.Continuation]] = [:]
    }

    private let state = Mutex(State())
    /// Tells other collectors of the store.
    private let announce: @Sendable ([String]) -> Void

    init(announce: @escaping @Sendable ([String]) -> Void = { _ in }) { self.announce = announce }

    /// Rings from now on for an agent: listen first, then look into the store, and no job slips between.
    ///
    /// The stream remembers one ring; it ends when its task is cancelled.
    func rings(for agentId: String) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.nextID &+= 1
            state.listeners[agentId, default: [:]][state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.remove(id, of: agentId) }
        return stream
    }

    /// Wakes everyone who waits for these agents, at other collectors of the store too.
    func ring(for agentIds: [String]) {
        ringHere(for: agentIds)
        announce(agentIds)
    }

    /// Wakes everyone who waits here.
    func ringHere() { ringHere(for: state.withLock { Array($0.listeners.keys) }) }

    /// Wakes everyone who waits here for these agents.
    func ringHere(for agentIds: [String]) {
        let listeners = state.withLock { state in agentIds.flatMap { state.listeners[$0, default: [:]].values } }
        for listener in listeners { listener.yield() }
    }

    /// How many wait now.
    var listenerCount: Int { state.withLock { state in state.listeners.values.reduce(0) { $0 + $1.count } } }

    private func remove(_ id: UInt64, of agentId: String) {
        state.withLock { state in
            state.listeners[agentId]?[id] = nil
            if state.listeners[agentId]?.isEmpty == true { state.listeners[agentId] = nil }
        }
    }
}
