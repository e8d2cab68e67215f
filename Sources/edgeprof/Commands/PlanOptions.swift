import ArgumentParser
import Economics
import EdgeprofAPI

/// What a plan is asked for beyond the deployment.
struct PlanOptions: ParsableArguments {
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

    func validate() throws {
        if let hurdle, !(0...1_000_000).contains(hurdle) {
            throw ValidationError("--hurdle \(HumanUnits.plain(hurdle)) is outside 0 to 1000000")
        }
        if let budget, !(0...1e15).contains(budget) {
            throw ValidationError("--budget \(HumanUnits.plain(budget)) is outside 0 to 1e15")
        }
        _ = try stockByTier()
    }

    /// The request for a plan; the list of sites may name these tiers, any where nil, as the collector checks it.
    func request(_ deployment: Deployment, tiers: [String]?, whatIf: [String]) throws -> PlanningRequest {
        var deployment = deployment
        if let hurdle { deployment.hurdle = hurdle }
        return PlanningRequest(
            deployment: deployment,
            sites: try listOfSites(tiers),
            stock: try stockByTier(),
            budgetUsd: budget,
            counterfactual: counterfactual,
            whatIf: whatIf
        )
    }

    /// The list of sites; a mistake is reported with its line.
    private func listOfSites(_ tiers: [String]?) throws -> [PlanningRequest.Site]? {
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
