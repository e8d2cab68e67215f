import ArgumentParser
import EdgeprofAPI
import HTTPTransport

extension Agents {
    /// The command `edgeprof agents show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one agent: its host, when it was last heard of, and what it costs itself.",
            discussion: "Example: edgeprof agents show ID"
        )

        @Argument(help: "The agent's id, as 'edgeprof agents list --format json' gives it.") var id: String
        @OptionGroup var output: OutputOptions

        func validate() throws { try requireId(id) }

        func run() async throws {
            let agent = try await CollectorConnection.saved().agent(id)
            try output.write(
                agent,
                as: Table(
                    columns: [.text(""), .text(agent.name)],
                    rows: (Self.facts(of: agent) + AgentDescription.selfCost(agent)).map { [$0.name, $0.value] }
                )
            )
        }

        private static func facts(of agent: AgentRecord) -> [(name: String, value: String)] {
            let labels = agent.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return [
                ("id", agent.id), ("status", agent.status.rawValue), ("key", agent.keyFingerprint ?? "none"),
                ("tier", agent.tiers.isEmpty ? "none" : agent.tiers.joined(separator: " and ")),
                ("labels", labels.isEmpty ? "none" : labels.joined(separator: ", ")),
                ("CPU", "\(agent.host.cpuModel), \(agent.host.usableCpus) usable, \(agent.host.isa)"),
                ("box's memory", HumanUnits.bytes(agent.host.effectiveMemoryBytes)),
                ("version", agent.heartbeat?.version ?? "unknown"), ("enrolled", agent.enrolledAt.shortDescription),
                ("last seen", AgentDescription.lastSeen(agent)),
                ("clock", AgentDescription.clock(agent.clockOffsetSeconds)),
            ]
        }
    }
}
