internal import EdgeprofAPI
internal import HTTPTransport
internal import Logging
internal import ServiceLifecycle
internal import Spool
internal import Uploader

/// Tells the collector at intervals that the agent lives and what it costs; skips beats while a measurement runs.
struct HeartbeatService: Service {
    let client: CollectorClient
    let agentId: String
    let spool: Spool
    let turns: TurnLock
    let connection: ConnectionLog
    let interval: Duration
    let startupDelay: Duration
    let host: @Sendable () -> HostFacts

    func run() async {
        await cancelWhenGracefulShutdown {
            try? await Task.sleep(for: startupDelay)
            while !Task.isCancelled {
                await beat()
                try? await Task.sleep(for: interval)
            }
        }
    }

    private func beat() async {
        do {
            try await turns.withTurn {
                let (statistics, cost) = (spool.statistics, SelfCost.current())
                let heartbeat = Heartbeat(
                    version: Edgeprof.version,
                    host: host(),
                    spoolRecords: statistics.records,
                    spoolBytes: statistics.bytes,
                    droppedRecords: min(statistics.dropped, 1 << 53),
                    rssBytes: cost.rssBytes,
                    cpuSeconds: cost.cpuSeconds
                )
                try await client.heartbeat(heartbeat, agentId: agentId)
            }
            connection.succeeded(.heartbeat)
        } catch let error as CollectorError {
            connection.failed(.heartbeat, error)
        } catch {
            // Cancelled while waiting for its turn.
        }
    }
}
