import ArgumentParser
import Economics
import EdgeprofAPI
import Foundation
import HTTPTransport

/// The command `edgeprof rank`.
struct Rank: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Models ranked by return on investment, each on its best tier.",
        discussion: """
            Ranks what the collector holds, or, without a collector, the files given with --tiers and --measurements \
            (what `edgeprof summary --format json` prints).

            Example: edgeprof rank --deployment examples/deployment.yaml
            """
    )

    @Option(help: ArgumentHelp("The economic case as YAML.", valueName: "file"))
    var deployment: String

    @Option(help: ArgumentHelp("Tiers as YAML, instead of the collector's.", valueName: "file"))
    var tiers: String?

    @Option(help: ArgumentHelp("Measurements as JSON, instead of the collector's.", valueName: "file"))
    var measurements: String?

    @ArgumentParser.Flag(help: "Every model on every tier, not just its best.")
    var all = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (tiers == nil) != (measurements == nil) {
            throw ValidationError("give both --tiers and --measurements, or neither to ask the collector")
        }
    }

    func run() async throws {
        let file = try YAMLFile<Deployment>(path: deployment)
        try file.refuse(file.content.problems())
        let result = try await ranking(for: file.content)
        let shown = all ? result.choices : result.choices.filter(\.bestTierForModel)
        switch output.resolved {
        case .json: Terminal.write(try JSONOutput.text(result))
        case .csv, .markdown: Terminal.write(RankingTable.table(shown).rendered(as: output.resolved))
        case .table: Terminal.write(RankingTable.page(result, shown: shown, width: Terminal.width))
        }
    }

    private func ranking(for deployment: Deployment) async throws -> RankingResult {
        guard let tiers, let measurements else {
            return try await CollectorConnection.saved().rank(RankingRequest(deployment: deployment))
        }
        let list = try Tiers.Import.load(tiers)
        let set = try InputFile.json(
            path: measurements,
            as: MeasurementSet.self,
            remedy: "give what `edgeprof summary --format json` prints"
        )
        let problems = set.problems()
        guard problems.isEmpty else {
            throw InputError(problems.map { "\(measurements): \($0)" }.joined(separator: "\n"))
        }
        return try Economics.rank(measurements: set, tiers: list, deployment: deployment)
    }
}
