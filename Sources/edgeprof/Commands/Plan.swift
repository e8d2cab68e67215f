import ArgumentParser
import Economics
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof plan`.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What to buy, what it costs, and what would change the answer.",
        discussion: """
            Picks the model and tier, or nothing, whose value exceeds (1 + hurdle) times its cost most, from what the \
            collector holds, or, without a collector, from files. With --sites every site is decided by itself, and \
            hardware that stands there costs nothing; with --budget the plan costs no more in all.

            Examples:
              edgeprof plan --deployment examples/deployment.yaml
              edgeprof plan --deployment d.yaml --hurdle 20 --counterfactual densenet121
              edgeprof plan --deployment d.yaml --sites sites.csv --budget 50000 --stock small=40
              edgeprof plan --deployment d.yaml --what-if price.large=60,demand=x2
              edgeprof plan --deployment d.yaml --tiers t.yaml --measurements m.json --format json
            """
    )

    @OptionGroup var inputs: EconomicInputs

    @OptionGroup var options: PlanOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let deployment = try inputs.economicCase()
        let request: PlanningRequest
        let result: PlanResult
        switch try inputs.source() {
        case .files(let measurements, let tiers):
            request = try options.request(deployment, tiers: tiers.tiers.map(\.id), whatIf: inputs.whatIf)
            result = try Economics.plan(measurements: measurements, tiers: tiers, request: request)
        case .collector(let client):
            request = try options.request(deployment, tiers: nil, whatIf: inputs.whatIf)
            result = try await client.plan(request)
        }
        switch output.resolved {
        case .json: Terminal.write(try JSONOutput.text(result))
        case .csv, .markdown:
            // A list of sites is answered by a list of sites.
            let table = request.sites == nil ? nil : result.sitePlan.map(PlanSiteTable.table)
            Terminal.write((table ?? PlanTable.table(result)).rendered(as: output.resolved))
        case .table: Terminal.write(PlanPage.text(result, width: Terminal.width))
        }
        FirstSteps.say(FirstSteps.nothingMeasured, where: result.choices.isEmpty)
    }
}
