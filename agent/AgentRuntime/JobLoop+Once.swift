internal import EdgeprofAPI
internal import HTTPTransport
internal import Spool
internal import Uploader

extension JobLoop {
    /// How often a spool that is being emptied is looked at.
    private static let lookInterval = Duration.milliseconds(50)

    /// Carries out what is open, one assignment after the other, and waits until the uploader has handed over the runs.
    ///
    /// - Parameter round: told how it went, and when to give up.
    func once(_ round: SingleRound) async {
        defer { if Task.isCancelled, !round.isComplete { round.note("stopped before the end") } }
        try? await Task.sleep(for: startupDelay)
        round.progress()
        var backoff = pace.backoff
        var random = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            do throws(CollectorError) {
                let assignments = try await client.assignments(agentId: agentId, waitSeconds: 0)
                connection.succeeded(.jobs)
                backoff.reset()
                if let next = assignments.first(where: { Spool.isName($0.id) && !spool.isAnswered($0.id) }) {
                    guard await carriedOut(next, round) else { return }
                } else if assignments.isEmpty || spool.statistics.records == 0 {
                    return await drain(round)
                } else {
                    // All done, but the collector does not know yet; others may be open when it does.
                    guard await handedOver(round) else { return }
                }
            } catch {
                guard error.code != .cancelled else { return }
                connection.failed(.jobs, error)
                round.note(error.message)
                let left = round.timeLeft(isTroubled: true)
                guard left > .zero else { return }
                let wait = backoff.fail(serverWaitSeconds: error.retryAfterSeconds, using: &random)
                try? await Task.sleep(for: min(wait, left))
            }
        }
    }

    /// Carries out an assignment; false when the round is to be given up.
    private func carriedOut(_ assignment: Assignment, _ round: SingleRound) async -> Bool {
        await fulfil(assignment)
        guard !Task.isCancelled else { return false }
        if spool.isAnswered(assignment.id) {
            round.progress()
            return true
        }
        round.note("\(assignment.model) cannot be measured now")
        return round.timeLeft(isTroubled: true) > .zero
    }

    /// Waits for an empty spool, which completes the round.
    private func drain(_ round: SingleRound) async {
        while spool.statistics.records > 0 {
            guard await handedOver(round) else { return }
        }
        round.complete()
    }

    /// Waits until the spool holds fewer runs than now; false when the round is to be given up.
    private func handedOver(_ round: SingleRound) async -> Bool {
        let before = spool.statistics.records
        while !Task.isCancelled {
            if spool.statistics.records < before || before == 0 {
                round.progress()
                return true
            }
            guard round.timeLeft(isTroubled: connection.isTroubled) > .zero else {
                round.note("finished runs cannot be handed over")
                return false
            }
            try? await Task.sleep(for: Self.lookInterval)
        }
        return false
    }
}
