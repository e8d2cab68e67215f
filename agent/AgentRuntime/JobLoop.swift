internal import EdgeprofAPI
internal import HTTPTransport
internal import Logging
internal import ServiceLifecycle
internal import Spool
internal import Uploader

/// Asks for work, does it, puts the run into the spool; one assignment after the other, for ever.
struct JobLoop: Service {
    /// Waits that tests shorten.
    struct Pace: Sendable {
        /// How long the collector may hold a request while there is no work.
        var pollSeconds = 50
        /// Least time between two requests, should the collector not hold them.
        var leastInterval = Duration.seconds(1)
        /// After requests that failed, and while the only work left is done but not handed over yet.
        var backoff = Backoff()
        /// While the collector does not accept the token.
        var unauthorizedWait = UploadMachine.unauthorizedWait
        /// While a finished run cannot be written, or nothing can be measured.
        var troubleWait = Duration.seconds(30)
        /// Set where there is one round of work and no more.
        var round: SingleRound?
    }

    let client: CollectorClient
    let agentId: String
    let spool: Spool
    let wake: Uploader.Wake
    let turns: TurnLock
    let connection: ConnectionLog
    let pace: Pace
    let startupDelay: Duration
    let heartbeats: Heartbeats
    let models: ModelFetcher
    let host: @Sendable () -> HostFacts
    let measure: Measure
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown {
            if let round = pace.round { await once(round) } else { await loop() }
        }
    }

    private func loop() async {
        await pause(startupDelay)
        var backoff = pace.backoff
        var random = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            let asked = ContinuousClock.now
            do throws(CollectorError) {
                let assignments = try await client.assignments(agentId: agentId, waitSeconds: pace.pollSeconds)
                connection.succeeded(.jobs)
                let open = assignments.filter { Spool.isName($0.id) && !spool.isAnswered($0.id) }
                if open.isEmpty && !assignments.isEmpty {
                    // All done, but the collector does not know yet: it does not hold the request then.
                    await pause(backoff.fail(using: &random))
                } else {
                    backoff.reset()
                }
                // One, then asked again: what the collector decides meanwhile counts from the next measurement on.
                if let next = open.first { await carryOut(next) }
            } catch {
                connection.failed(.jobs, error)
                switch error.code {
                case .unauthorized, .forbidden:
                    // A denial says itself when it is worth asking again.
                    let told = error.retryAfterSeconds.map { Duration.seconds(min(max($0, 0), 7200)) }
                    await pause(told ?? pace.unauthorizedWait * Double.random(in: 0.5...1, using: &random))
                default: await pause(backoff.fail(serverWaitSeconds: error.retryAfterSeconds, using: &random))
                }
            }
            await pause(pace.leastInterval - (ContinuousClock.now - asked))
        }
    }

    /// Measures and stores; the assignment is done when the run is durable.
    private func carryOut(_ assignment: Assignment) async {
        var order = MeasurementOrder(assignment, on: host())
        var run: Run
        let payload: [UInt8]
        do {
            if let refusal = try await models.supply(&order) {
                run = order.refused(because: refusal)
            } else {
                run = try await taken(order)
            }
            run.agentId = agentId
            run.jobId = assignment.jobId
            run.assignmentId = assignment.id
            payload = try CollectorClient.json(run)
        } catch {
            guard !Task.isCancelled else { return }
            if let error = error as? CollectorError { return await pause(models.wait(after: error)) }
            logger.error("\(assignment.model) cannot be measured now: \(error)")
            return await pause(pace.troubleWait)
        }
        await store(run.id, answering: assignment.id, worth: Spool.Worth(run), payload)
        logger.info("measured \(assignment.model): \(run.outcome.rawValue)\(run.outcomeReason.map { ", \($0)" } ?? "")")
    }

    /// Measures in a turn of its own.
    private func taken(_ order: MeasurementOrder) async throws -> Run {
        logger.info("measuring \(order.assignment.model) for job \(order.assignment.jobId)")
        return try await turns.withTurn {
            await heartbeats.announce(order)
            return try await measure(order)
        }
    }

    /// Makes a run durable, waiting for as long as the disk is full.
    private func store(
        _ id: String,
        answering assignmentId: String,
        worth: Spool.Worth,
        _ payload: [UInt8]
    ) async {
        var hasComplained = false
        while true {
            do throws(SpoolError) {
                let admission = try spool.append(id: id, reference: assignmentId, worth: worth, payload: payload)
                if !admission.isKept {
                    logger.warning("the spool is full of runs worth more: this one was dropped")
                } else if admission.dropped > 0 {
                    logger.warning("the spool is full: \(admission.dropped) runs of least worth were dropped")
                }
                return wake()
            } catch {
                if error.code == .duplicate || error.code == .tooLarge {
                    return logger.error("a finished run cannot be kept: \(error)")
                }
                if !hasComplained { logger.error("a finished run cannot be kept yet, trying again: \(error)") }
                hasComplained = true
            }
            await pause(pace.troubleWait)
            if Task.isCancelled || pace.round.map({ $0.timeLeft(isTroubled: true) <= .zero }) == true { return }
        }
    }

    private func pause(_ duration: Duration) async {
        if duration > .zero { try? await Task.sleep(for: duration) }
    }
}

extension JobLoop {
    /// Carries out an assignment; whether that went well, the spool knows.
    func fulfil(_ assignment: Assignment) async { await carryOut(assignment) }
}

extension Spool.Worth {
    /// What a run is worth when the spool is full: one that failed or was disturbed will not decide anything.
    init(_ run: Run) {
        if run.outcome != .ok {
            self = .low
        } else {
            self = run.flags.contains(where: \.isDisturbance) ? .middle : .high
        }
    }
}
