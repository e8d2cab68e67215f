public import EdgeprofAPI

/// Decides what is sent when and what becomes of it; does nothing itself.
///
/// Ask `next` what to do; after a `send`, tell `finish` how it went and carry out the actions it returns.
public struct UploadMachine: Sendable {
    /// A record that waits.
    public struct Candidate: Sendable, Hashable {
        /// Names it.
        public var id: String
        /// Its size.
        public var bytes: Int

        /// Makes a candidate.
        public init(id: String, bytes: Int) {
            self.id = id
            self.bytes = bytes
        }
    }

    /// What to do now.
    public enum Step: Sendable, Hashable {
        /// Send these records, then call `finish`.
        case send([String])
        /// Do nothing until then.
        case wait(until: ContinuousClock.Instant)
        /// Do nothing until there is a record.
        case idle
    }

    /// How sending went.
    public enum Outcome: Sendable, Hashable {
        /// The collector told what became of each record.
        case answered([RunResult])
        /// The collector says that this batch as such can never be taken.
        case refused(reason: String)
        /// The collector does not accept the token.
        case unauthorized
        /// There was no usable answer.
        case failed(serverWaitSeconds: Int?)
        /// Sending was given up before its time; nothing is known.
        case interrupted
    }

    /// What is to be done with a record.
    public enum Action: Sendable, Hashable {
        /// The collector has it: take it out.
        case remove(String)
        /// The collector will never take it: set it aside with the reason.
        case reject(String, reason: String)
    }

    /// Most records in a batch.
    public static let maximumRecords = 100
    /// Most bytes in a batch of more than one record: little enough to be sent in time over a poor link.
    public static let maximumBytes = 1 << 20
    /// The longest wait after the collector did not accept the token; the shortest is half of it.
    public static let unauthorizedWait = Duration.seconds(300)

    private var backoff: Backoff
    private var earliest: ContinuousClock.Instant?
    private var inFlight: [String] = []
    /// Halved by each failure and doubled by each success: one bad record or a slow link does not hold up the rest.
    private var recordLimit = maximumRecords

    /// Makes a machine that has not sent anything.
    ///
    /// - Parameter backoff: how to wait after failures.
    public init(backoff: Backoff = Backoff()) {
        self.backoff = backoff
    }

    /// Decides what to do now.
    ///
    /// - Parameters:
    ///   - pending: the oldest records that wait, oldest first.
    ///   - now: the time.
    /// - Returns: what to do.
    public mutating func next(pending: [Candidate], now: ContinuousClock.Instant) -> Step {
        precondition(inFlight.isEmpty, "finish has to be called before next")
        guard !pending.isEmpty else { return .idle }
        if let earliest, earliest > now { return .wait(until: earliest) }
        var bytes = 0
        for candidate in pending.prefix(recordLimit) {
            let (sum, overflow) = bytes.addingReportingOverflow(candidate.bytes)
            guard inFlight.isEmpty || !overflow && sum <= Self.maximumBytes else { break }
            bytes = sum
            inFlight.append(candidate.id)
        }
        return .send(inFlight)
    }

    /// Takes in how sending went.
    ///
    /// - Parameters:
    ///   - outcome: how it went.
    ///   - now: the time.
    ///   - generator: where the jitter comes from.
    /// - Returns: what is to be done, each record at most once and only records that were sent.
    public mutating func finish(
        _ outcome: Outcome,
        now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        let sent = inFlight
        inFlight = []
        switch outcome {
        case .answered(let results):
            let actions = Self.actions(for: sent, results)
            if actions.count == sent.count { succeed() } else { fail(nil, now, &generator) }
            return actions
        case .refused(let reason):
            guard let only = sent.first, sent.count == 1 else {
                recordLimit = max(1, sent.count / 2)
                return []
            }
            succeed()
            return [.reject(only, reason: reason)]
        case .unauthorized:
            earliest = now + Self.unauthorizedWait * Double.random(in: 0.5...1, using: &generator)
            return []
        case .failed(let serverWaitSeconds):
            recordLimit = max(1, sent.count / 2)
            fail(serverWaitSeconds, now, &generator)
            return []
        case .interrupted:
            return []
        }
    }

    private mutating func succeed() {
        backoff.reset()
        earliest = nil
        recordLimit = min(Self.maximumRecords, recordLimit * 2)
    }

    private mutating func fail(
        _ serverWaitSeconds: Int?,
        _ now: ContinuousClock.Instant,
        _ generator: inout some RandomNumberGenerator
    ) {
        earliest = now + backoff.fail(serverWaitSeconds: serverWaitSeconds, using: &generator)
    }

    /// What an answer means for the records sent; what it leaves out is kept.
    private static func actions(for sent: [String], _ results: [RunResult]) -> [Action] {
        let results = Dictionary(results.map { ($0.id, $0) }) { first, _ in first }
        return sent.compactMap { id in
            results[id].map { result in
                switch result.status {
                case .stored, .duplicate: .remove(id)
                case .rejected: .reject(id, reason: result.reason ?? "the collector gave no reason")
                }
            }
        }
    }
}
