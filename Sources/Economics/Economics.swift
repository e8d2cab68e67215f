public import EdgeprofAPI

/// The arithmetic of return on investment: pure functions without input, output or clock.
///
/// Every ranking, wherever it is asked for, comes from here. Formulas and file formats: docs/economics.md.
public enum Economics {
    /// Ranks every model on every tier it was measured on.
    ///
    /// - Parameters:
    ///   - measurements: What was measured, one for each model, tier and settings.
    ///   - tiers: The price list.
    ///   - deployment: The economic case.
    ///   - options: What to rank by, which models and tiers, and changes to suppose; nothing of it by default.
    /// - Returns: One choice for each model and tier, in the settings that are best.
    /// - Throws: `ConfigurationError` with every problem of the inputs.
    public static func rank(
        measurements: MeasurementSet,
        tiers: TierList,
        deployment: Deployment,
        options: RankingOptions = RankingOptions()
    ) throws(ConfigurationError) -> RankingResult {
        let filter = try RankingFilter(options, measurements: measurements, tiers: tiers)
        let whatIf = try WhatIf(options.whatIf)
        let supposed = try whatIf.applied(to: deployment, tiers: tiers)
        let ranking = try Ranking(
            measurements: measurements,
            tiers: supposed.tiers,
            deployment: supposed.deployment,
            objective: try Objective(options.objective, deployment: supposed.deployment),
            filter: filter
        )
        guard !whatIf.isEmpty else { return ranking.result(hypothesis: nil) }
        let without = try Ranking(
            measurements: measurements,
            tiers: tiers,
            deployment: deployment,
            // A value may be among what is supposed.
            objective: (try? Objective(options.objective, deployment: deployment)) ?? .cost,
            filter: filter
        )
        return ranking.result(hypothesis: Hypothesis(changes: supposed.changes, without: without, with: ranking))
    }

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
        let objective = deployment.value == nil ? Objective.cost : .plan(hurdle: deployment.hurdle)
        let ranking = try Ranking(
            measurements: measurements,
            tiers: tiers,
            deployment: deployment,
            objective: objective
        )
        let decision = PlanDecision(ranking)
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
            choices: ranking.choices,
            uncertainty: ranking.uncertainty,
            assumptions: ranking.assumptions,
            warnings: ranking.warnings
        )
    }
}
