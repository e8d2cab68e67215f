internal import EdgeprofAPI
internal import FoundationEssentials
internal import HTTPTransport
internal import Spool
internal import Uploader

/// What the agent tells of itself, at intervals and before each measurement.
struct Heartbeats: Sendable {
    /// Most seconds a measurement is held up by telling of it.
    private static let announcementSeconds = 5.0

    let client: CollectorClient
    let agentId: String
    let spool: Spool
    let connection: ConnectionLog
    let sentBytes: @Sendable () -> UInt64
    let host: @Sendable () -> HostFacts

    /// Tells that the agent lives; call it in a turn.
    ///
    /// - Returns: why the collector does not know, nil when it does.
    func beat() async -> CollectorError? {
        await send(nil, timeoutSeconds: 30)
    }

    /// Tells that nothing will be heard for a while; call it in the measurement's own turn, before the measurement.
    func announce(_ order: MeasurementOrder) async {
        let measuring = Heartbeat.Measuring(
            model: order.assignment.model,
            expectedSeconds: Self.expectedSeconds(order.settings)
        )
        _ = await send(measuring, timeoutSeconds: Self.announcementSeconds)
    }

    /// How long a measurement may take all in all: what fills the queue and warms up comes on top of what is timed, and
    /// making and packing the largest zoo model takes half a minute on a slow box.
    static func expectedSeconds(_ settings: MeasurementSettings) -> Double {
        min(max(0, settings.durationSeconds), 3600) * 1.2 + 60
    }

    private func send(_ measuring: Heartbeat.Measuring?, timeoutSeconds: Double) async -> CollectorError? {
        let (statistics, cost) = (spool.statistics, SelfCost.current())
        let heartbeat = Heartbeat(
            version: Edgeprof.version,
            host: host(),
            spoolRecords: statistics.records,
            spoolBytes: statistics.bytes,
            droppedRecords: min(statistics.dropped, 1 << 53),
            rssBytes: cost.rssBytes,
            cpuSeconds: cost.cpuSeconds,
            peakRssBytes: cost.peakRssBytes,
            sentBytes: min(sentBytes(), 1 << 53),
            measuring: measuring,
            utcOffsetSeconds: LocalTime.utcOffsetSeconds(),
            sentAt: Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
        )
        do throws(CollectorError) {
            try await client.heartbeat(heartbeat, agentId: agentId, timeoutSeconds: timeoutSeconds)
            connection.succeeded(.heartbeat)
            return nil
        } catch {
            connection.failed(.heartbeat, error)
            return error
        }
    }
}
