public import EdgeprofAPI
public import HTTPTransport
public import Logging
public import Spool

/// Hands the spool's records over to the collector, for ever: the machine's decisions carried out.
public struct Uploader: Sendable {
    /// Sends runs, JSON each, and returns what became of them.
    public typealias Send = @Sendable ([[UInt8]]) async throws(CollectorError) -> [RunResult]

    /// Wakes an uploader that has nothing to do.
    public struct Wake: Sendable {
        fileprivate let stream: AsyncStream<Void>
        fileprivate let continuation: AsyncStream<Void>.Continuation

        /// Makes one, for one uploader.
        public init() {
            (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }

        /// Tells that there is a new record.
        public func callAsFunction() {
            continuation.yield()
        }
    }

    let spool: Spool
    private let send: Send
    private let wake: Wake
    private let turns: TurnLock
    private let connection: ConnectionLog
    private let backoff: Backoff
    let logger: Logger

    /// Makes an uploader.
    ///
    /// - Parameters:
    ///   - spool: where runs wait.
    ///   - wake: called by whoever adds a record.
    ///   - turns: held while sending, so that nothing is sent while a measurement holds it.
    ///   - connection: told how each request went.
    ///   - backoff: how to wait after failures.
    ///   - logger: told about records that are rejected or damaged.
    ///   - send: sends a batch.
    public init(
        spool: Spool,
        wake: Wake,
        turns: TurnLock,
        connection: ConnectionLog,
        backoff: Backoff = Backoff(),
        logger: Logger,
        send: @escaping Send
    ) {
        self.spool = spool
        self.send = send
        self.wake = wake
        self.turns = turns
        self.connection = connection
        self.backoff = backoff
        self.logger = logger
    }

    /// Uploads until the task is cancelled.
    public func run() async {
        var machine = UploadMachine(backoff: backoff)
        var random = SystemRandomNumberGenerator()
        var wakes = wake.stream.makeAsyncIterator()
        while !Task.isCancelled {
            let candidates = spool.pending(limit: UploadMachine.maximumRecords).map {
                UploadMachine.Candidate(id: $0.id, bytes: $0.payloadBytes)
            }
            switch machine.next(pending: candidates, now: .now) {
            case .idle: await wakes.next()
            case .wait(let instant): try? await Task.sleep(until: instant, tolerance: nil, clock: .continuous)
            case .send(let ids):
                let outcome = await attempt(ids)
                if case .refused(let reason) = outcome, let only = ids.first, ids.count == 1 {
                    answer(insteadOf: only, because: reason)
                }
                carryOut(machine.finish(outcome, now: .now, using: &random))
            }
        }
    }

    private func attempt(_ ids: [String]) async -> UploadMachine.Outcome {
        let payloads: [[UInt8]]
        do throws(SpoolError) { payloads = try read(ids) } catch {
            logger.warning("a finished run cannot be read now: \(error)")
            return .failed(serverWaitSeconds: nil)
        }
        // All were damaged and are out of the way now.
        guard !payloads.isEmpty else { return .interrupted }
        do {
            return try await turns.withTurn { await sendAndClassify(payloads) }
        } catch { return .interrupted }
    }

    private func read(_ ids: [String]) throws(SpoolError) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        for id in ids {
            do throws(SpoolError) {
                if let payload = try spool.payload(of: id) { payloads.append(payload) }
            } catch {
                guard error.code == .damaged else { throw error }
                logger.error("a finished run is lost: \(error)")
            }
        }
        return payloads
    }

    private func sendAndClassify(_ payloads: [[UInt8]]) async -> UploadMachine.Outcome {
        do throws(CollectorError) {
            let results = try await send(payloads)
            connection.succeeded(.runs)
            return .answered(results)
        } catch {
            switch error.code {
            case .cancelled: return .interrupted
            // Only the collector's own word condemns a record: a proxy's error page does not.
            case .refused(400), .refused(413), .refused(422):
                guard error.problem != nil else { break }
                connection.succeeded(.runs)
                return .refused(reason: error.message)
            case .unauthorized, .forbidden:
                connection.failed(.runs, error)
                return .unauthorized
            default: break
            }
            connection.failed(.runs, error)
            return .failed(serverWaitSeconds: error.retryAfterSeconds)
        }
    }

    private func carryOut(_ actions: [UploadMachine.Action]) {
        // At once: each removal by itself would go through the whole of a long spool.
        spool.remove(actions.compactMap { if case .remove(let id) = $0 { id } else { nil } })
        for case .reject(let id, let reason) in actions {
            logger.error("the collector rejects run \(id), which is set aside: \(reason)")
            do throws(SpoolError) { try spool.reject(id, reason: reason) } catch {
                logger.error("the rejected run cannot be set aside: \(error)")
            }
        }
    }
}
