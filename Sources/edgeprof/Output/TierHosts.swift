import EdgeprofAPI

/// Which tiers the hosts of a fleet are of.
struct TierHosts: Encodable {
    /// One host.
    struct Host: Encodable, Equatable {
        var agentId: String
        var name: String
        var tiers: [String]
        /// The tier it is declared to stand in for.
        var standInFor: NullOr<String>
        var cpuModel: String
        var memoryMib: Double
        var board: NullOr<String>

        static func == (left: Host, right: Host) -> Bool { left.agentId == right.agentId }
    }

    /// Those of no tier first, then of several, then the others.
    let hosts: [Host]

    /// Sorts the active agents of a fleet.
    init(_ agents: [AgentRecord], unmatchedOnly: Bool) {
        hosts = agents.filter { $0.status == .active && !(unmatchedOnly && $0.tiers.count == 1) }
            .sorted { (Self.rank($0), $0.name, $0.id) < (Self.rank($1), $1.name, $1.id) }
            .map { agent in
                Host(
                    agentId: agent.id,
                    name: agent.name,
                    tiers: agent.tiers,
                    standInFor: NullOr(agent.labels[TierMatcher.standInLabel]),
                    cpuModel: agent.host.cpuModel,
                    memoryMib: Double(agent.host.effectiveMemoryBytes >> 20),
                    board: NullOr(agent.host.board)
                )
            }
    }

    private static func rank(_ agent: AgentRecord) -> Int { agent.tiers.count == 1 ? 2 : agent.tiers.isEmpty ? 0 : 1 }

    /// One line a host.
    func table(isNarrow: Bool) -> Table {
        let fields: [Table.Field<Host>] = [
            (.text("host"), false, { $0.name }),
            (.text("tier"), false, Self.words),
            (.text("cpu"), false, { $0.cpuModel }),
            (.number("MiB"), false, { HumanUnits.number($0.memoryMib) }),
            (.text("board"), true, { $0.board.value ?? "" }),
            (.text("agent"), true, { $0.agentId }),
        ]
        return Table(hosts, fields: fields, showsOptional: !isNarrow)
    }

    private static func words(_ host: Host) -> String {
        if host.tiers.isEmpty {
            return host.standInFor.value.map { "none: there is no tier \($0) to stand in for" } ?? "none"
        }
        return host.tiers.joined(separator: " and ") + (host.standInFor.value == nil ? "" : " (stand-in)")
    }

    /// What to say below a list of tiers; empty where every host is of one tier.
    static func warning(_ agents: [AgentRecord], width: Int) -> String {
        let hosts = TierHosts(agents, unmatchedOnly: true).hosts
        let (none, several) = (hosts.filter { $0.tiers.isEmpty }, hosts.filter { !$0.tiers.isEmpty })
        var text = ""
        if !none.isEmpty {
            text += TextLayout.paragraph("\nOf no tier: \(none.map(\.name).joined(separator: ", ")).", width: width)
        }
        if !several.isEmpty {
            let names = several.map { "\($0.name) (\($0.tiers.joined(separator: ", ")))" }.joined(separator: ", ")
            text += TextLayout.paragraph("\nOf several tiers: \(names).", width: width)
        }
        return text.isEmpty ? "" : text + "Their runs are left out of rankings; see: edgeprof tiers hosts --unmatched\n"
    }
}
