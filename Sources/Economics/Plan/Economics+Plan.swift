public import EdgeprofAPI

extension Economics {
    /// Decides what to buy: the feasible choice, or nothing, whose value exceeds (1 + hurdle) times its cost most.
    ///
    /// Without a value of an answer it is the feasible choice with the cheapest correct answers.
    ///
    /// - Parameters:
    ///   - measurements: What was measured, one for each model, tier and settings.
    ///   - tiers: The price list.
    ///   - deployment: The economic case.
    /// - Returns: What to buy, the frontier it was chosen from, and what would change the answer.
    /// - Throws: `ConfigurationError` with every problem of the three inputs.
    public static func plan(
        measurements: MeasurementSet,
        tiers: TierList,
        deployment: Deployment
    ) throws(ConfigurationError) -> PlanResult {
        try plan(measurements: measurements, tiers: tiers, request: PlanningRequest(deployment: deployment))
    }

    /// Decides what to buy, as a request asks.
    ///
    /// - Parameters:
    ///   - measurements: What was measured, one for each model, tier and settings.
    ///   - tiers: The price list.
    ///   - request: The economic case and what else is asked.
    /// - Returns: What to buy, the frontier it was chosen from, and what would change the answer.
    /// - Throws: `ConfigurationError` with every problem of the inputs.
    public static func plan(
        measurements: MeasurementSet,
        tiers: TierList,
        request: PlanningRequest
    ) throws(ConfigurationError) -> PlanResult {
        let whatIf = try WhatIf(request.whatIf)
        let supposed = try whatIf.applied(to: request.deployment, tiers: tiers)
        var asked = request
        asked.deployment = supposed.deployment
        let problems = asked.ownProblems() + unknownTiers(asked, tiers) + listed(whatIf, request)
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        var result = try decide(measurements, supposed.tiers, asked)
        guard !whatIf.isEmpty else { return result }
        result.hypothesis = try hypothesis(supposed.changes, result, measurements, tiers, request)
        result.headline = (result.hypothesis?.sentences ?? []) + result.headline
        return result
    }

    /// What is supposed and what would be bought without it.
    private static func hypothesis(
        _ changes: [Hypothesis.Change],
        _ result: PlanResult,
        _ measurements: MeasurementSet,
        _ tiers: TierList,
        _ request: PlanningRequest
    ) throws(ConfigurationError) -> Hypothesis {
        let first = Hypothesis.sentence(changes)
        // A value may be among what is supposed, and a budget needs one.
        guard request.ownProblems().isEmpty else {
            return Hypothesis(changes: changes, sentences: [first], firstWithout: nil, differences: [])
        }
        let (ranking, decision) = try decision(measurements, tiers, request)
        let choice = decision.index.map { ranking.chosen[$0].alternative }
        let words = PlanResult.SitePlan.answer(in: decision.headline) ?? "Buy nothing."
        let quoted = words.prefix(1).lowercased() + words.dropFirst()
        let isSame = choice == result.choice?.alternative
        return Hypothesis(
            changes: changes,
            sentences: [first, isSame ? "The choice is the same without it." : "Without it: \(quoted)"],
            firstWithout: choice,
            differences: []
        )
    }

    /// Changes that a list of sites leaves without effect.
    private static func listed(_ whatIf: WhatIf, _ request: PlanningRequest) -> [ConfigurationProblem] {
        guard request.sites != nil else { return [] }
        return whatIf.edits.map(\.key).filter { $0 == "sites" || $0 == "demand" || $0.hasPrefix("demand.inf") }.map {
            ConfigurationProblem(path: "what-if \($0)", message: "has no effect: the list of sites says it")
        }
    }

    private static func decision(
        _ measurements: MeasurementSet,
        _ tiers: TierList,
        _ request: PlanningRequest
    ) throws(ConfigurationError) -> (Ranking, PlanDecision) {
        let deployment = request.typicalDeployment
        let ranking = try Ranking(
            measurements: measurements,
            tiers: tiers,
            deployment: deployment,
            objective: deployment.value == nil ? .cost : .plan(hurdle: deployment.hurdle)
        )
        return (ranking, request.isBySite ? PlanDecision(ranking, request: request) : PlanDecision(ranking))
    }

    private static func decide(
        _ measurements: MeasurementSet,
        _ tiers: TierList,
        _ request: PlanningRequest
    ) throws(ConfigurationError) -> PlanResult {
        let (ranking, decision) = try decision(measurements, tiers, request)
        let deployment = ranking.deployment
        let models = try counterfactualModels(request.counterfactual, ranking)
        let chosen = decision.index.map { ranking.chosen[$0] }
        return PlanResult(
            deployment: deployment.name,
            headline: decision.headline,
            choice: decision.index.map { ranking.choices[$0] },
            choiceReason: decision.reason,
            hurdle: deployment.hurdle,
            objectiveUsd: decision.objectiveUsd,
            pNone: ranking.pNone,
            frontier: decision.frontier,
            breakEven: decision.breakEven,
            sitePlan: decision.sitePlan,
            costByYear: decision.costByYear,
            sensitivity: ranking.sensitivity,
            valueOfInformation: ranking.valueOfInformation,
            counterfactuals: (models ?? Counterfactual.losers(ranking, choice: chosen))
                .filter { $0 != chosen?.candidate.model }
                .map { Counterfactual(ranking, model: $0).result },
            choices: ranking.choices,
            uncertainty: ranking.uncertainty,
            assumptions: ranking.assumptions + request.assumptions,
            warnings: ranking.warnings
        )
    }

    private static func unknownTiers(_ request: PlanningRequest, _ tiers: TierList) -> [ConfigurationProblem] {
        let known = Set(tiers.tiers.map(\.id))
        func problem(_ path: String, _ tier: String) -> ConfigurationProblem {
            ConfigurationProblem(path: path, message: "there is no tier `\(tier)`; use \(Text.list(known.sorted()))")
        }
        return request.stock.keys.sorted().filter { !known.contains($0) }.map { problem("stock.\($0)", $0) }
            + (request.sites ?? []).enumerated().flatMap { index, site in
                site.owned.keys.sorted().filter { !known.contains($0) }
                    .map { problem("sites[\(index)].owned.\($0)", $0) }
            }
    }

    private static func counterfactualModels(
        _ name: String?,
        _ ranking: Ranking
    ) throws(ConfigurationError) -> [String]? {
        guard let name else { return nil }
        let known = Set(ranking.chosen.map(\.candidate.model)).sorted()
        guard known.contains(name) else {
            throw ConfigurationError(problems: [
                ConfigurationProblem(
                    path: "counterfactual",
                    message: "no measurement of `\(name)` on a listed tier; there are: \(Text.list(known, atMost: 12))"
                )
            ])
        }
        return [name]
    }
}

extension Ranking {
    /// The cost table of one choice for all sites.
    func costByYear(of evaluation: Evaluation) -> [PlanResult.CostYear] {
        CostTable.years(
            [CostItem(evaluation, deployment: deployment)],
            tuningUsd: evaluation.candidate.tuning.usd,
            deployment: deployment
        )
    }

    /// What flips the plan's choice, and the leader of `rank` with its own objective; nil without demand.
    var sensitivity: PlanResult.Sensitivity? {
        guard deployment.demand.inferencesPerSecond > 0 else { return nil }
        let rankObjective = deployment.value == nil ? Objective.cost : .roi
        let leader = chosen.filter(\.isFeasible).min { rankObjective.ranks($0, before: $1) }
        let rows = Sensitivity(
            evaluations,
            referenceAccuracy: referenceAccuracy,
            objective: objective,
            deployment: deployment
        ).rows
        return PlanResult.Sensitivity(
            choice: rows,
            rankLeader: leader?.alternative,
            leader: rankObjective == objective
                ? rows
                : Sensitivity(
                    evaluations,
                    referenceAccuracy: referenceAccuracy,
                    objective: rankObjective,
                    deployment: deployment
                ).rows
        )
    }

    /// What knowing more would be worth, or why that cannot be said.
    var valueOfInformation: PlanResult.ValueOfInformation {
        guard deployment.value != nil else {
            return PlanResult.ValueOfInformation(reason: "no value of an answer is given")
        }
        guard let information = ValueOfInformation(draws, referenceAccuracy: referenceAccuracy) else {
            return PlanResult.ValueOfInformation(
                reason: "the measurements name no hosts, without which the spread between hosts is unknown"
            )
        }
        return information.result
    }
}
