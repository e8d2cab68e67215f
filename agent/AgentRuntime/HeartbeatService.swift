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
            while !Task.isCancelled {
                // Thrown when it is cancelled while it waits for its turn.
                try? await turns.withTurn { await heartbeats.beat() }
                try? await Task.sleep(for: interval)
            }
        }
    }
}
