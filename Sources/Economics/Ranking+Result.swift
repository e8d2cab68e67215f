import EdgeprofAPI

extension Ranking {
    /// The ranking in the form of the result.
    func result(hypothesis: Hypothesis?) -> RankingResult {
        RankingResult(
            deployment: deployment.name,
            headline: headline(hypothesis),
            objective: objective.wire,
            choices: choices,
            uncertainty: uncertainty,
            equalShare: equalShare,
            steps: deployment.value == nil
                ? AccuracySteps.steps(chosen.filter(\.isFeasible), deployment: deployment) : nil,
            hypothesis: hypothesis,
            assumptions: assumptions,
            warnings: warnings
        )
    }
}
