import ArgumentParser
import EdgeprofAPI
import HTTPTransport

extension Agents {
    /// The command `edgeprof agents label`.
    struct Label: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set and take off labels, which jobs and tiers match.",
            discussion: "Example: edgeprof agents label ID site=attic rack-   (sets site, takes rack off)"
        )
        @Argument(help: "The agent's id, from `edgeprof agents list`.") var id: String
        @Argument(help: ArgumentHelp("key=value sets a label, key- takes one off.", valueName: "label"))
        var changes: [String]

        func validate() throws {
            try requireId(id)
            guard !changes.isEmpty else { throw ValidationError("give key=value or key-") }
            _ = try Self.apply(changes, to: [:])
        }

        func run() async throws {
            let client = try CollectorConnection.saved()
            let labels = try Self.apply(changes, to: try await client.agent(id).labels)
            let agent = try await client.label(labels, agentId: id)
            let list = agent.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            Terminal.write("\(agent.name): \(list.isEmpty ? "no labels" : list.joined(separator: ", "))\n")
        }

        /// The labels after changes.
        static func apply(_ changes: [String], to labels: [String: String]) throws -> [String: String] {
            try changes.reduce(into: labels) { labels, change in
                if let equals = change.firstIndex(of: "="), equals != change.startIndex {
                    labels[String(change[..<equals])] = String(change[change.index(after: equals)...])
                } else if change.hasSuffix("-"), change.count > 1, !change.contains("=") {
                    labels[String(change.dropLast())] = nil
                } else {
                    throw ValidationError("'\(change)' is neither key=value nor key-")
                }
            }
        }
    }

    /// The command `edgeprof agents approve`.
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an agent work that waits for approval.",
            discussion:
                "Compare its key, in `edgeprof agents show`, with what the agent said when it enrolled. Example: edgeprof agents approve ID"
        )
        @Argument(help: "The agent's id, from `edgeprof agents list`.") var id: String

        func validate() throws { try requireId(id) }

        func run() async throws {
            let agent = try await CollectorConnection.saved().approveAgent(id)
            Terminal.write("approved \(agent.name) (\(agent.id))\n")
        }
    }

    /// The command `edgeprof agents revoke`.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shut an agent out, at once and for ever; its runs stay.",
            discussion: "To come back the box enrols again, as another agent. Example: edgeprof agents revoke ID"
        )
        @Argument(help: "The agent's id, from `edgeprof agents list`.") var id: String

        func validate() throws { try requireId(id) }

        func run() async throws {
            let agent = try await CollectorConnection.saved().revokeAgent(id)
            Terminal.write("revoked \(agent.name) (\(agent.id))\n")
        }
    }
}
