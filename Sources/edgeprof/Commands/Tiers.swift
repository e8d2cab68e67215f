import ArgumentParser
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof tiers`.
struct Tiers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The hardware price list.",
        discussion: "Example: edgeprof tiers import examples/tiers.yaml",
        subcommands: [List.self, Hosts.self, Check.self, Import.self, Export.self]
    )

    /// The command `edgeprof tiers list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the collector's tiers.",
            discussion: "Example: edgeprof tiers list"
        )
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try CollectorConnection.saved()
            let list = try await client.tiers()
            try output.write(
                list,
                as: Table(
                    columns: [
                        .text("tier"), .number("USD"), .number("MiB"), .number("watts"), .text("priced on"),
                        .text("matches"),
                    ],
                    rows: list.tiers.map(row)
                )
            )
            FirstSteps.say(FirstSteps.noTiers, where: list.tiers.isEmpty)
            guard output.resolved == .table else { return }
            Terminal.write(TierHosts.warning(try await client.agents().agents, width: Terminal.width))
        }

        private func row(_ tier: Tier) -> [String] {
            [
                tier.id, HumanUnits.dollars(tier.priceUsd), HumanUnits.number(tier.memoryMib),
                "\(HumanUnits.number(tier.idleWatts))-\(HumanUnits.number(tier.activeWatts))", tier.pricedOn ?? "",
                rule(tier.match),
            ]
        }

        private func rule(_ match: Tier.Match) -> String {
            var parts: [String] = []
            if let cpu = match.cpuModel { parts.append(cpu) }
            if let board = match.board { parts.append(board) }
            if let memory = match.memoryMib {
                parts.append(memory.map(HumanUnits.number).joined(separator: "-") + " MiB")
            }
            parts += match.label.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
        }
    }

    /// The command `edgeprof tiers import`.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace the collector's tiers by a file's.",
            discussion: "Example: edgeprof tiers import examples/tiers.yaml"
        )

        @Argument(help: ArgumentHelp("Tiers as YAML.", valueName: "file")) var file: String

        func run() async throws {
            let tiers = try Self.load(file)
            try await CollectorConnection.saved().replaceTiers(tiers)
            Terminal.write("\(tiers.tiers.count) tiers imported from \(file)\n")
        }

        /// Reads and checks a file of tiers.
        static func load(_ path: String) throws -> TierList {
            let file = try YAMLFile<TierList>(path: path)
            try file.refuse(file.content.problems())
            return file.content
        }
    }
}
