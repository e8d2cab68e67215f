import CollectorStore
import EdgeprofAPI
import Hummingbird
import ServiceLifecycle

/// A long poll: an agent's unfinished assignments, as soon as there are any.
struct JobWait: Sendable {
    /// Most assignments handed out at once.
    static let limit = 100

    let store: any Store
    let bell: JobBell
    let clock: @Sendable () -> Timestamp

    /// Waits until the agent has work, the time is over, the client hangs up or the collector shuts down.
    ///
    /// - Returns: The work, none in the last three cases, and whether the connection was used up by watching it.
    func assignments(
        for agentId: String,
        waiting seconds: Int,
        on request: Request
    ) async throws -> (work: [Assignment], connectionUsed: Bool) {
        let rings = bell.rings(for: agentId)
        // Looked at after listening: a revocation either is seen here or rings.
        guard try await store.agentKey(id: agentId)?.status == .active else { return ([], false) }
        let work = try await store.unfinishedAssignments(agentId: agentId, limit: Self.limit, at: clock())
        guard work.isEmpty, seconds > 0 else { return (work, false) }
        RequestSlot.current?.hold()
        do {
            let later = try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await cancelWhenGracefulShutdown {
                    try await nextWork(for: agentId, rings, until: .now + .seconds(seconds))
                }
            }
            return (later, true)
        } catch is CancellationError {
            return ([], true)
        }
    }

    private func nextWork(
        for agentId: String,
        _ rings: AsyncStream<Void>,
        until deadline: ContinuousClock.Instant
    ) async throws -> [Assignment] {
        try await withThrowingTaskGroup(of: [Assignment].self) { group in
            group.addTask {
                for await _ in rings {
                    let work = try await store.unfinishedAssignments(agentId: agentId, limit: Self.limit, at: clock())
                    if !work.isEmpty { return work }
                    // Rung for another reason than work: the agent may have been revoked, and its token is gone then.
                    guard try await store.agentKey(id: agentId)?.status == .active else { return [] }
                }
                throw CancellationError()
            }
            group.addTask {
                try await Task.sleep(until: deadline)
                return []
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}
