import CollectorStore
import EdgeprofAPI
import Logging
public import ServiceLifecycle

/// Does what jobs are due for by the collector's clock: rounds of schedules, deadlines.
public struct JobTicker: Service {
    private let store: any Store
    private let bell: JobBell
    private let clock: @Sendable () -> Timestamp
    private let interval: Duration
    private let logger: Logger

    init(
        store: any Store,
        bell: JobBell,
        clock: @escaping @Sendable () -> Timestamp,
        interval: Duration,
        logger: Logger
    ) {
        self.store = store
        self.bell = bell
        self.clock = clock
        self.interval = interval
        self.logger = logger
    }

    /// Looks at intervals until the collector shuts down.
    public func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await tick()
                } catch {
                    // The store says what it is about to every request as well; the next look makes up for this one.
                    if !Task.isCancelled { logger.error("Jobs that are due wait", metadata: ["error": "\(error)"]) }
                }
                try? await Task.sleep(for: interval)
            }
        }
    }

    /// Makes due rounds, wakes their agents, and gives up what did not begin in time.
    func tick() async throws {
        for round in try await store.makeDueRounds(at: clock()) {
            switch round.creation {
            case .created(_, let agentIds): bell.ring(for: agentIds)
            case .noMatchingAgent, .unknownTier, .tooManyAssignments:
                logger.warning(
                    "A round is left out",
                    metadata: ["schedule": "\(round.scheduleId)", "reason": "\(round.creation)"]
                )
            }
        }
        try await store.expireAssignments(at: clock())
    }
}
