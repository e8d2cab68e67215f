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

    @Option(
        help: ArgumentHelp(
            "Sites as CSV: site,inferences_per_second and, where wanted, duty and owned:TIER.",
            valueName: "file"
        )
    )
    var sites: String?

    @Option(help: ArgumentHelp("Units in stock that any site can have; repeatable.", valueName: "tier=units"))
    var stock: [String] = []

    @Option(help: ArgumentHelp("Most the plan may cost in all, running costs included.", valueName: "USD"))
    var budget: Double?

    @Option(help: ArgumentHelp("Return asked of every dollar beyond its own repayment.", valueName: "fraction"))
    var hurdle: Double?

    @Option(
        help: ArgumentHelp(
            "What this model would have to gain to be bought; else one of each family that is not.",
            valueName: "model"
        )
    )
    var counterfactual: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let hurdle, !(0...1_000_000).contains(hurdle) {
            throw ValidationError("--hurdle \(HumanUnits.plain(hurdle)) is outside 0 to 1000000")
        }
        if let budget, !(0...1e15).contains(budget) {
            throw ValidationError("--budget \(HumanUnits.plain(budget)) is outside 0 to 1e15")
        }
        _ = try stockByTier()
    }

    func run() async throws {
        var deployment = try inputs.economicCase()
        if let hurdle { deployment.hurdle = hurdle }
        var request = PlanningRequest(
            deployment: deployment,
            stock: try stockByTier(),
            budgetUsd: budget,
            counterfactual: counterfactual,
            whatIf: inputs.whatIf
        )
        let result: PlanResult
        switch try inputs.source() {
        case .files(let measurements, let tiers):
            request.sites = try listOfSites(tiers: tiers.tiers.map(\.id))
            result = try Economics.plan(measurements: measurements, tiers: tiers, request: request)
        case .collector(let client):
            request.sites = try listOfSites(tiers: nil)
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
        if result.choices.isEmpty { Terminal.complain(FirstSteps.nothingMeasured) }
    }

    /// The list of sites; a mistake is reported with its line.
    private func listOfSites(tiers: [String]?) throws -> [PlanningRequest.Site]? {
        guard let sites else { return nil }
        do {
            return try SiteList.parse(try InputFile.text(path: sites), tiers: tiers)
        } catch let error as ConfigurationError {
            throw InputError(error.problems.map { "\(sites):\($0)" }.joined(separator: "\n"))
        }
    }

    private func stockByTier() throws -> [String: Int] {
        var units: [String: Int] = [:]
        for text in stock {
            let parts = text.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, let count = Int(parts[1]), (0...10_000_000).contains(count)
            else {
                throw ValidationError("--stock \(text): write TIER=UNITS, such as small=40")
            }
            guard units.updateValue(count, forKey: String(parts[0])) == nil else {
                throw ValidationError("--stock \(parts[0]) is given twice")
            }
        }
        return units
    }
}
