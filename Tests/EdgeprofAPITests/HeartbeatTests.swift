import EdgeprofAPI
import Testing

@Suite struct HeartbeatTests {
    private func agent(lastSeen milliseconds: Int64?, measuring seconds: Double? = nil) -> AgentRecord {
        let host = HostFacts(
            hostname: "h",
            architecture: "arm64",
            cpuModel: "c",
            kernel: "6",
            operatingSystem: "Debian",
            usableCpus: 4,
            onlineCpus: 4,
            memoryBytes: 1,
            isa: "neon"
        )
        return AgentRecord(
            id: "a",
            name: "a",
            labels: [:],
            host: host,
            tiers: [],
            enrolledAt: Timestamp(millisecondsSinceEpoch: 0),
            lastSeenAt: milliseconds.map { Timestamp(millisecondsSinceEpoch: $0) },
            heartbeat: Heartbeat(
                version: "1",
                host: host,
                spoolRecords: 0,
                spoolBytes: 0,
                droppedRecords: 0,
                rssBytes: 1,
                cpuSeconds: 1,
                measuring: seconds.map { Heartbeat.Measuring(model: "m", expectedSeconds: $0) }
            )
        )
    }

    /// Regression: an agent that measured for ten minutes looked dead.
    @Test func anAgentThatMeasuresIsNotSilent() {
        let now = Timestamp(millisecondsSinceEpoch: 1_000_000)
        #expect(!agent(lastSeen: 910_000).isSilent(at: now))
        #expect(agent(lastSeen: 900_000).isSilent(at: now))
        #expect(!agent(lastSeen: 300_000, measuring: 780).isSilent(at: now))
        #expect(agent(lastSeen: 100_000, measuring: 780).isSilent(at: now))
        #expect(agent(lastSeen: nil).isSilent(at: now))
        #expect(!agent(lastSeen: 2_000_000).isSilent(at: now), "a collector's clock may have been set back")
    }
}
