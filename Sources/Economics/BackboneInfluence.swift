import EdgeprofAPI

/// How much of the backbone's accuracy has to reach the application for one choice to be worth another.
enum BackboneInfluence {
    /// The influence at which two choices are worth the same under the plan's objective.
    ///
    /// The value is linear in the influence while the reference accuracy stays, and it does: the reference is the
    /// cheapest feasible choice, and cost and feasibility do not depend on the influence.
    static func breakEven(
        _ choice: Evaluation,
        _ other: Evaluation,
        referenceAccuracy: Double,
        deployment: Deployment
    ) -> PlanResult.BreakEven {
        let against = other.alternative
        func result(_ value: Double?, _ message: String) -> PlanResult.BreakEven {
            PlanResult.BreakEven(parameter: "backbone_influence", against: against, value: value, message: message)
        }
        guard let worth = deployment.value, let first = choice.candidate.accuracy,
            let second = other.candidate.accuracy
        else { return result(nil, "a value or an accuracy is unknown") }
        let stake = worth.correctUsd + worth.wrongUsd
        let inferences = (choice.candidate.valuedInferences, other.candidate.valuedInferences)
        let slope =
            stake
            * (inferences.0 * (first.value - referenceAccuracy) - inferences.1 * (second.value - referenceAccuracy))
        let atZero =
            (inferences.0 - inferences.1) * (stake * referenceAccuracy - worth.wrongUsd)
            - (1 + deployment.hurdle) * (choice.totalCost - other.totalCost)
        let root = -atZero / slope
        guard root.isFinite, (0...1).contains(root) else {
            return result(nil, "none in [0, 1]: \(choice.candidate.model) stays ahead of \(against.model)")
        }
        let side = slope > 0 ? "below" : "above"
        return result(
            root,
            "\(side) \(Text.number(root, digits: 6)), \(against.model) on \(against.tier) is worth more"
        )
    }
}
