import ArgumentParser
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof agents`.
struct Agents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The fleet: hosts, tiers, last seen.",
        discussion: "Example: edgeprof agents list",
        subcommands: [List.self, Show.self, Label.self, Approve.self, Revoke.self]
    )

    /// The command `edgeprof agents list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List enrolled agents and the tier each belongs to.",
            discussion: "Example: edgeprof agents list --format json"
        )
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list = try await CollectorConnection.saved().agents()
            let isWide = output.resolved != .table || Terminal.width >= 140
            try output.write(
                list,
                as: Table(
                    columns: [
                        .text("agent"), .text("tier"), .text("cpu"), .number("cpus"), .number("memory"), .text("isa"),
                        .text("last seen"),
                    ] + (isWide ? [.text("id"), .text("status"), .text("labels")] : []),
                    rows: list.agents.map { row($0) + (isWide ? [$0.id, $0.status.rawValue, labels($0)] : []) }
                )
            )
            FirstSteps.say(FirstSteps.noAgents, where: list.agents.isEmpty)
        }

        private func labels(_ agent: AgentRecord) -> String {
            agent.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
        }

        private func row(_ agent: AgentRecord) -> [String] {
            [
                agent.name, agent.tiers.isEmpty ? "none" : agent.tiers.joined(separator: " and "), agent.host.cpuModel,
                String(agent.host.limits?.cpus?.count ?? agent.host.usableCpus),
                HumanUnits.bytes(agent.host.effectiveMemoryBytes), agent.host.limits?.isa ?? agent.host.isa,
                // In place of a column of its own, which 80 columns have no room for.
                agent.status == .active ? AgentDescription.lastSeen(agent) : agent.status.rawValue,
            ]
        }
    }
}
