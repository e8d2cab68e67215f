import EdgeprofAPI

/// What more accuracy costs, step by step, where nobody has said what an answer is worth.
enum AccuracySteps {
    /// The choices worth considering as a point of accuracy is worth more and more, cheapest first.
    ///
    /// They are the corners of the upper hull of cost and accuracy, from the cheapest choice up. A point of accuracy worth
    /// p USD a year is worth p times the annuity over the horizon, so a step pays from ΔTCO / (annuity · ΔA · 100) on.
    /// Along the hull that price rises, so no later step pays before an earlier one.
    static func steps(_ feasible: [Evaluation], deployment: Deployment) -> [AccuracyStep] {
        let known = feasible.filter { $0.units != nil && $0.candidate.accuracy != nil }
        guard let first = known.min(by: { goesBefore($0, $1) }) else { return [] }
        let points = known.map {
            Frontier.Point(
                totalCost: $0.totalCost - first.totalCost,
                value: accuracy($0) - accuracy(first)
            )
        }
        let corners = Frontier.hull(points).map { known[$0] }
        let annuity = Annuity.factor(years: deployment.years, discount: deployment.discount)
        var before = first
        var steps = [step(first, points: nil, price: nil)]
        for corner in corners {
            let gained = 100 * (accuracy(corner) - accuracy(before))
            steps.append(
                step(corner, points: gained, price: (corner.totalCost - before.totalCost) / (annuity * gained))
            )
            before = corner
        }
        return steps
    }

    private static func accuracy(_ evaluation: Evaluation) -> Double { evaluation.candidate.accuracy?.value ?? 0 }

    /// Cheapest first; at the same cost the more accurate, then by name.
    private static func goesBefore(_ first: Evaluation, _ second: Evaluation) -> Bool {
        if first.totalCost != second.totalCost { return first.totalCost < second.totalCost }
        if accuracy(first) != accuracy(second) { return accuracy(first) > accuracy(second) }
        return Candidate.precedes(first.candidate, second.candidate)
    }

    private static func step(_ evaluation: Evaluation, points: Double?, price: Double?) -> AccuracyStep {
        AccuracyStep(
            model: evaluation.candidate.model,
            tier: evaluation.candidate.tier.id,
            accuracy: accuracy(evaluation),
            tcoUsd: evaluation.totalCost,
            pointsGained: points,
            usdPerPointYear: price
        )
    }
}
