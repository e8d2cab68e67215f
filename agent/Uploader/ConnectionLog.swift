internal import EdgeprofAPI
public import HTTPTransport
public import Logging
internal import Synchronization

/// Says once when the collector goes out of reach and once when it is back, however many requests fail in between.
public final class ConnectionLog: Sendable {
    /// What can be troubled by itself.
    public enum Channel: String, Sendable, Hashable {
        /// Asking for work.
        case jobs
        /// Handing over runs.
        case runs
        /// Telling that the agent lives.
        case heartbeat
        /// Fetching models.
        case models
    }

    private enum Trouble: Int, Comparable {
        /// No answer: true of all channels until one gets an answer.
        case unreachable
        /// An answer that is of no use, on this channel.
        case unusable
        /// The collector answers, and asks for patience.
        case pending
        case unauthorized

        static func < (left: Trouble, right: Trouble) -> Bool { left.rawValue < right.rawValue }
    }

    private let logger: Logger
    private let troubled = Mutex<[Channel: Trouble]>([:])

    /// Makes a log that believes all is well.
    public init(logger: Logger) {
        self.logger = logger
    }

    /// Takes note of a request that was answered.
    ///
    /// - Parameter channel: what it was for.
    public func succeeded(_ channel: Channel) {
        note(nil, channel, "")
    }

    /// Takes note of a request that was not answered as it should be.
    ///
    /// - Parameters:
    ///   - channel: what it was for.
    ///   - error: why; cancelled requests are passed over.
    public func failed(_ channel: Channel, _ error: CollectorError) {
        switch error.code {
        case .cancelled: break
        case .forbidden where error.problem?.code == AgentStatus.pending.rawValue:
            note(.pending, channel, error.message)
        case .unauthorized, .forbidden: note(.unauthorized, channel, error.message)
        case .unreachable: note(.unreachable, channel, error.message)
        case .notFound, .refused, .unavailable, .unexpectedAnswer: note(.unusable, channel, error.message)
        }
    }

    /// Whether anything has failed since it last went well.
    public var isTroubled: Bool { troubled.withLock { !$0.isEmpty } }

    private func note(_ trouble: Trouble?, _ channel: Channel, _ message: String) {
        let (before, after) = troubled.withLock { troubled in
            let before = troubled.values.max()
            // A long poll that has begun well says so a minute later; another channel's answer proves it now.
            if trouble != .unreachable { troubled = troubled.filter { $0.value != .unreachable } }
            troubled[channel] = trouble
            return (before, troubled.values.max())
        }
        guard before != after else { return }
        switch after {
        case nil: logger.notice("the collector answers again")
        case .unreachable, .unusable:
            logger.warning("\(message); finished runs are kept, trying again until it answers")
        case .pending: logger.notice("\(message)")
        case .unauthorized:
            logger.error("\(message); finished runs are kept: enrol again with 'edgeprof-agent enroll --force'")
        }
    }
}
