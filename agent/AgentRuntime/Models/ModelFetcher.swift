internal import EdgeprofAPI
internal import HTTPTransport
internal import Logging
internal import Synchronization
internal import Uploader

/// Has a job's model on the disk before it is measured.
///
/// One file at a time. What a broken connection leaves is kept and continued; what turns out to be something else is deleted and
/// fetched anew, once.
final class ModelFetcher: Sendable {
    private struct State: Sendable {
        /// Kept between two tries, so that it is hashed once.
        var part: ModelPart?
        /// The model whose content was wrong when it was fetched last.
        var suspect: String?
        var backoff: Backoff
    }

    /// Longest time of one try: between two, the agent asks whether the model is still wanted.
    private static let tryTimeoutSeconds = 600.0
    /// A try that brought this much was worth it, and is followed by another.
    private static let progressBytes: UInt64 = 64 << 10

    private let client: CollectorClient
    private let cache: ModelCache
    private let connection: ConnectionLog
    private let logger: Logger
    private let turns = TurnLock()
    private let state: Mutex<State>

    init(client: CollectorClient, cache: ModelCache, connection: ConnectionLog, backoff: Backoff, logger: Logger) {
        self.client = client
        self.cache = cache
        self.connection = connection
        self.logger = logger
        state = Mutex(State(backoff: backoff))
        cache.trim()
    }

    /// Puts the file of an order's model on the disk.
    ///
    /// - Parameter order: Told where the file is; left alone where the model is the zoo's.
    /// - Returns: Why the run is refused; nil when it can be taken.
    /// - Throws: `CollectorError` when the collector cannot be asked now, `CancellationError`, and whatever keeps this box from
    ///   keeping files.
    func supply(_ order: inout MeasurementOrder) async throws -> String? {
        guard let sha256 = order.assignment.modelSha256 else { return nil }
        let name = order.assignment.model
        do {
            order.modelPath = try await turns.withTurn { try await self.path(sha256, named: name) }
            return nil
        } catch let trouble as ModelTrouble where trouble.kind != .box && trouble.kind != .stranger {
            state.withLock { $0.suspect = nil }
            logger.warning("\(name) is refused: \(trouble)")
            return trouble.description
        }
    }

    /// How long to wait after the collector could not be asked.
    func wait(after error: CollectorError) -> Duration {
        var random = SystemRandomNumberGenerator()
        return state.withLock { $0.backoff.fail(serverWaitSeconds: error.retryAfterSeconds, using: &random) }
    }

    private func path(_ sha256: String, named name: String) async throws -> String {
        guard Run.ModelReference.isSHA256(sha256) else {
            throw ModelTrouble(.refused, "the collector names the model's file by something else than a SHA-256")
        }
        if let path = cache.use(sha256) { return path }
        let began = ContinuousClock.now
        while true {
            try Task.checkCancellation()
            let part = try part(of: sha256)
            do {
                if part.bytes == 0 || !part.isWhole { try await transfer(part) }
                guard part.isWhole else {
                    throw ModelTrouble(.wrongContent, "what came has \(part.bytes) bytes and another SHA-256")
                }
                let path = try part.keep()
                state.withLock { state in
                    (state.part, state.suspect) = (nil, nil)
                    state.backoff.reset()
                }
                let seconds = (ContinuousClock.now - began) / .seconds(1)
                logger.info("fetched \(name): \(part.bytes) bytes in \((seconds * 10).rounded() / 10) s")
                return path
            } catch let trouble as ModelTrouble {
                if trouble.kind == .stranger { throw trouble }
                // Nothing of it is of use; on a full disk its room is needed for runs.
                part.discard()
                let isSecond = state.withLock { state in
                    defer { if trouble.kind == .wrongContent { state.suspect = sha256 } }
                    state.part = nil
                    return state.suspect == sha256
                }
                guard trouble.kind == .wrongContent else { throw trouble }
                guard !isSecond else {
                    throw ModelTrouble(
                        .refused,
                        "the collector does not send the model with SHA-256 \(sha256): \(trouble), twice"
                    )
                }
                logger.warning("\(name) is fetched anew: \(trouble)")
            }
        }
    }

    /// Asks for the rest of a part until it is there, as long as every try brings some of it.
    private func transfer(_ part: ModelPart) async throws {
        while true {
            let before = part.taken
            do throws(CollectorError) {
                _ = try await client.model(
                    part.sha256,
                    from: part.bytes,
                    into: part,
                    timeoutSeconds: Self.tryTimeoutSeconds
                )
                return connection.succeeded(.models)
            } catch {
                let hasProgress = part.taken &- before >= Self.progressBytes
                switch error.code {
                case .unreachable(.sinkFailed): throw part.trouble ?? ModelTrouble(.box, error.message)
                case .unreachable(.responseTooLarge): throw cache.tooLarge(nil)
                // Only the collector's own word condemns a model: a login page's or a proxy's answer does not.
                case .notFound where error.problem != nil:
                    connection.succeeded(.models)
                    throw ModelTrouble(
                        .refused,
                        "the collector has no model with SHA-256 \(part.sha256); push it again"
                    )
                case .refused(416):
                    throw ModelTrouble(.wrongContent, "it has less than the \(part.bytes) bytes that came before")
                case .refused where error.problem != nil: throw ModelTrouble(.refused, error.message)
                case .unreachable(let reason) where hasProgress && reason != .timedOut:
                    // The wait is short: what comes is worth more than the collector's rest.
                    state.withLock { $0.backoff.reset() }
                    try await Task.sleep(for: wait(after: error))
                default:
                    connection.failed(.models, error)
                    if hasProgress { state.withLock { $0.backoff.reset() } }
                    throw error
                }
            }
        }
    }

    /// The part that was begun, or a new one.
    private func part(of sha256: String) throws(ModelTrouble) -> ModelPart {
        if let kept = state.withLock({ $0.part }), kept.sha256 == sha256, kept.isIntact { return kept }
        try cache.makeFolder()
        let part = try ModelPart(sha256, in: cache)
        state.withLock { $0.part = part }
        return part
    }
}
