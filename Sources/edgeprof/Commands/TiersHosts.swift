import ArgumentParser
import EdgeprofAPI
import HTTPTransport
import Yams

extension Tiers {
    /// The command `edgeprof tiers hosts`.
    struct Hosts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hosts and the tiers whose rules accept them; first those of none or several.",
            discussion: """
                A host must be of one tier for its runs to be ranked. Mend a rule and import the tiers again, or choose \
                with a label a tier's rule names. A box held down by --isa, --cpus and --memory-limit stands in for a \
                lesser tier when its agent says so.

                Examples:
                  edgeprof tiers hosts --unmatched
                  edgeprof agents label ID stand-in-for=raspberry-pi-4b-2g
                """
        )

        @ArgumentParser.Flag(help: "Only hosts of no tier or several.")
        var unmatched = false

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let agents = try await CollectorConnection.saved().agents().agents
            let hosts = TierHosts(agents, unmatchedOnly: unmatched)
            try output.write(hosts, as: hosts.table(isNarrow: output.isNarrow))
            FirstSteps.say(FirstSteps.noAgents, where: agents.isEmpty)
        }
    }

    /// The command `edgeprof tiers check`.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a file of tiers, with the line of every problem; needs no collector.",
            discussion: "Example: edgeprof tiers check examples/tiers.yaml"
        )

        @Argument(help: ArgumentHelp("Tiers as YAML.", valueName: "file")) var file: String

        func run() throws {
            let list = try Import.load(file)
            Terminal.write("\(file): \(list.tiers.count) tiers, sound\n")
            for line in list.remarks() { Terminal.complain("\(file): \(line)") }
        }
    }

    /// The command `edgeprof tiers export`.
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the collector's tiers as YAML, as `tiers import` reads them.",
            discussion: "Example: edgeprof tiers export > tiers.yaml"
        )

        func run() async throws {
            let list = try await CollectorConnection.saved().tiers()
            Terminal.write(try YAMLEncoder().encode(list))
        }
    }
}
