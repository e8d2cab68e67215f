public import CollectorStore
public import EdgeprofAPI
public import Logging
public import ServiceLifecycle

/// Takes away what a policy does not keep, in the background.
///
/// After each small step it rests as long as the step took, so that half of the store's time at most goes into it.
public struct RetentionService: Service {
    private let store: SQLStore
    private let policy: RetentionPolicy
    private let clock: @Sendable () -> Timestamp
    private let interval: Duration
    private let logger: Logger

    /// Makes a service; it does nothing where the policy keeps everything.
    ///
    /// - Parameters:
    ///   - store: What it looks after.
    ///   - policy: What is to stay.
    ///   - interval: Between the end of one pass and the next.
    ///   - clock: The time of day.
    ///   - logger: Told of what was done.
    public init(
        store: SQLStore,
        policy: RetentionPolicy,
        every interval: Duration = .seconds(3600),
        clock: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.store = store
        self.policy = policy
        self.interval = interval
        self.clock = clock
        self.logger = logger
    }

    /// Makes passes until the collector shuts down.
    public func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if !policy.keepsEverything {
                    do {
                        let outcome = try await Self.pass(store, policy, at: clock()) { try await Self.rest($0) }
                        if !outcome.isEmpty { logger.notice("Retention", metadata: ["done": "\(outcome.summary)"]) }
                    } catch {
                        // What is done is done; the next pass goes on from there.
                        if !Task.isCancelled { logger.error("Retention waits", metadata: ["error": "\(error)"]) }
                    }
                }
                try? await Task.sleep(for: interval)
            }
        }
    }

    /// One pass, on record in the audit log where there is something to do.
    ///
    /// - Parameters:
    ///   - store: What is looked after.
    ///   - policy: What is to stay.
    ///   - now: The time.
    ///   - pause: Called after each step with how long it took.
    /// - Returns: What was done.
    /// - Throws: `StoreError`, `CancellationError`.
    public static func pass(
        _ store: SQLStore,
        _ policy: RetentionPolicy,
        at now: Timestamp,
        pause: (Duration) async throws -> Void
    ) async throws -> RetentionOutcome {
        guard try await store.hasWork(for: policy, at: now) else { return RetentionOutcome() }
        let words = [("layers", policy.layerSeconds), ("runs", policy.runSeconds)].compactMap { name, seconds in
            seconds.map { "keep-\(name)=\($0)s" }
        }
        let detail = words.joined(separator: " ")
        let entry = try await store.beginAudit(AuditEntry(at: now, action: "retention", detail: detail))
        let outcome = try await store.apply(policy, at: now, pause: pause)
        try await store.endAudit(id: entry, target: nil, detail: "\(detail) \(outcome.summary)", status: 200)
        return outcome
    }

    /// As long as the step took, for others.
    ///
    /// - Parameter duration: How long a step took.
    /// - Throws: `CancellationError`.
    public static func rest(_ duration: Duration) async throws {
        try await Task.sleep(for: max(duration, .milliseconds(10)))
    }
}
