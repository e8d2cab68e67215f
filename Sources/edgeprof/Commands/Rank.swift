import ArgumentParser
import Economics
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof rank`.
struct Rank: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Models ranked by return on investment, each on its best tier.",
        discussion: """
            Ranks what the collector holds, or, without a collector, the files given with --tiers and --measurements \
            (what `edgeprof summary --format json` prints). Without a value of an answer in the deployment it ranks by \
            the cost of correct answers and says what each further point of accuracy must be worth.

            Examples:
              edgeprof rank --deployment examples/deployment.yaml
              edgeprof rank --deployment d.yaml --all --by net-value
              edgeprof rank --deployment d.yaml --tier raspberry-pi-5-4g --model resnet18 --model resnet50
              edgeprof rank --deployment d.yaml --what-if price.large=60,demand=x2
              edgeprof rank --deployment d.yaml --tiers t.yaml --measurements m.json --format csv
              edgeprof rank --deployment d.yaml --all --predict
            """
    )

    @OptionGroup var inputs: EconomicInputs

    @ArgumentParser.Flag(help: "Every model on every tier, not just its best.")
    var all = false

    @Option(help: "What to rank by: roi, net-value or cost-per-million-correct.")
    var by: RankingOrder?

    @Option(help: ArgumentHelp("Rank this tier only; repeatable.", valueName: "id"))
    var tier: [String] = []

    @Option(help: ArgumentHelp("Rank this model only; repeatable.", valueName: "name"))
    var model: [String] = []

    @ArgumentParser.Flag(help: "Also models on tiers they were not run on, by their rooflines; marked predicted.")
    var predict = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let deployment = try inputs.economicCase()
        let options = RankingOptions(objective: by?.objective, models: model, tiers: tier, whatIf: inputs.whatIf)
        var result: RankingResult
        var predictions: Predictions?
        switch try inputs.source() {
        case _ where predict:
            let (measurements, tiers) = try await inputs.documents()
            let found = Predictions(measurements, tiers)
            result = try Economics.rank(
                measurements: found.joined(to: measurements),
                tiers: tiers,
                deployment: deployment,
                options: options
            )
            result.warnings += found.set.notes
            predictions = found
        case .files(let measurements, let tiers):
            result = try Economics.rank(
                measurements: measurements,
                tiers: tiers,
                deployment: deployment,
                options: options
            )
        case .collector(let client):
            result = try await client.rank(RankingRequest(deployment: deployment, options: options))
        }
        let shown = all ? result.choices : result.choices.filter(\.bestTierForModel)
        switch output.resolved {
        case .json:
            Terminal.write(try JSONOutput.text(WithPredictions(result: result, predictions: predictions?.set)))
        case .csv, .markdown: Terminal.write(RankingTable.table(shown).rendered(as: output.resolved))
        case .table: Terminal.write(RankingPage(result, shown: shown, width: Terminal.width).text)
        }
        if output.resolved == .table, let predictions { Terminal.write(predictions.page(width: Terminal.width)) }
        FirstSteps.say(FirstSteps.nothingMeasured, where: result.choices.isEmpty)
    }
}

/// What `rank --by` takes.
enum RankingOrder: String, ExpressibleByArgument, CaseIterable {
    case roi
    case netValue = "net-value"
    case costPerMillionCorrect = "cost-per-million-correct"

    /// The same on the wire.
    var objective: RankingResult.Objective {
        switch self {
        case .roi: .roi
        case .netValue: .netValue
        case .costPerMillionCorrect: .usdPerMillionCorrect
        }
    }
}
