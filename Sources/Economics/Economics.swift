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
}
