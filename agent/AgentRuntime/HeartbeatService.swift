internal import HTTPTransport
internal import ServiceLifecycle
internal import Uploader

/// Tells the collector at intervals that the agent lives and what it costs; skips beats while a measurement runs.
struct HeartbeatService: Service {
    let heartbeats: Heartbeats
    let turns: TurnLock
    let interval: Duration
    let startupDelay: Duration

    func run() async {
        await cancelWhenGracefulShutdown {
            try? await Task.sleep(for: startupDelay)
            var rhythm = HeartbeatRhythm(interval: interval)
            var random = SystemRandomNumberGenerator()
            while !Task.isCancelled {
                // Thrown when it is cancelled while it waits for its turn.
                let error = try? await turns.withTurn { await heartbeats.beat() }
                try? await Task.sleep(for: rhythm.wait(after: error ?? nil, using: &random))
            }
        }
    }
}

/// When the next heartbeat is due: at an interval, and later and later while they fail.
struct HeartbeatRhythm {
    /// The longest wait is that many intervals, but for what the collector asks.
    private static let mostIntervals = 10

    private let interval: Duration
    private var backoff: Backoff

    init(interval: Duration) {
        self.interval = interval
        backoff = Backoff(base: interval, cap: interval * (Self.mostIntervals - 1))
    }

    /// Counts a heartbeat.
    ///
    /// - Parameters:
    ///   - error: why it failed, nil when it did not.
    ///   - generator: where the jitter comes from.
    /// - Returns: how long to wait for the next.
    mutating func wait(
        after error: CollectorError?,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        guard let error, error.code != .cancelled else {
            backoff.reset()
            return interval
        }
        return interval + backoff.fail(serverWaitSeconds: error.retryAfterSeconds, using: &generator)
    }
}
