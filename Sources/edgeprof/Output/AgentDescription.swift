import EdgeprofAPI
import Foundation

/// What is told of an agent's life and of what it costs its box.
enum AgentDescription {
    /// When the agent was last heard of, or what it measures meanwhile.
    ///
    /// - Parameters:
    ///   - agent: as the collector knows it.
    ///   - now: the time, by which a measurement that should have ended long ago is told from one under way.
    /// - Returns: a few words.
    static func lastSeen(_ agent: AgentRecord, at now: Date = Date()) -> String {
        guard let lastSeenAt = agent.lastSeenAt else { return "never" }
        let now = Timestamp(millisecondsSinceEpoch: Int64(now.timeIntervalSince1970 * 1000))
        if let measuring = agent.heartbeat?.measuring, !agent.isSilent(at: now) {
            return "measuring \(measuring.model)"
        }
        return lastSeenAt.shortDescription
    }

    /// How a box's clock differs from the collector's.
    static func clock(_ offsetSeconds: Double?) -> String {
        guard let offsetSeconds else { return "unknown, an older agent" }
        // The way of a message is in it too.
        if offsetSeconds.magnitude < 1 { return "right to the second" }
        return
            "\(HumanUnits.number(offsetSeconds.magnitude)) s \(offsetSeconds < 0 ? "behind" : "ahead of") the collector's"
    }

    /// What the agent itself costs: name and value by line; empty before its first heartbeat.
    static func selfCost(_ agent: AgentRecord) -> [(name: String, value: String)] {
        guard let heartbeat = agent.heartbeat else { return [] }
        let peak = heartbeat.peakRssBytes.map { ", \(HumanUnits.bytes($0)) at most" } ?? ""
        let dropped = heartbeat.droppedRecords == 0 ? "" : ", \(heartbeat.droppedRecords) dropped for want of room"
        return [
            ("memory", HumanUnits.bytes(heartbeat.rssBytes) + peak),
            ("CPU time", HumanUnits.number(heartbeat.cpuSeconds) + " s"),
            ("sent", heartbeat.sentBytes.map { HumanUnits.bytes($0) } ?? "unknown, an older agent"),
            ("unsent runs", "\(heartbeat.spoolRecords) in \(HumanUnits.bytes(heartbeat.spoolBytes))\(dropped)"),
        ]
    }
}
