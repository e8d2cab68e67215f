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
    /// - Returns: One choice for each model and tier, in the settings that return most.
    /// - Throws: `ConfigurationError` with every problem of the three inputs.
    public static func rank(
        measurements: MeasurementSet,
        tiers: TierList,
        deployment: Deployment
    ) throws(ConfigurationError) -> RankingResult {
        let objective = deployment.value == nil ? Objective.cost : .roi
        let ranking = try Ranking(
            measurements: measurements,
            tiers: tiers,
            deployment: deployment,
            objective: objective
        )
        return RankingResult(
            deployment: deployment.name,
            headline: ranking.headline,
            objective: deployment.value == nil ? .usdPerMillionCorrect : .roi,
            choices: ranking.choices,
            uncertainty: ranking.uncertainty,
            equalShare: ranking.equalShare,
            assumptions: ranking.assumptions,
            warnings: ranking.warnings
        )
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
