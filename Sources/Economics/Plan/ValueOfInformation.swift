import EdgeprofAPI

/// What it would be worth to know more before buying, from the draws.
///
/// Expected value of perfect information: E max d NB(d) - max d E NB(d) over all that can be bought, nothing included
/// (Raiffa and Schlaifer, Applied Statistical Decision Theory, 1961, chapter 4). Of a part θ of what is unknown it is
/// E_θ max d E[NB(d) | θ] - max d E NB(d) (Ades, Lu and Claxton, Medical Decision Making 24, 2004). Hosts of a model on a
/// tier are drawn independently of everybody else's and of accuracies, so the inner expectations need no draws within draws.
struct ValueOfInformation {
    private let uncertainty: Uncertainty
    private let factor: Double
    private let parts: [Part]

    /// One choice, its draws taken apart into hosts and accuracy.
    private struct Part {
        var index: Int
        /// Value of the answers in each draw, 0 below the accuracy floor.
        var values: [Double]
        /// Draws at or above the floor: there feasibility tells of the hosts alone.
        var clear: [Int]
        var meanValue: Double
        var fitShare: Double
        var meanCost: Double
        /// Net benefit on average.
        var mean: Double
    }

    /// Takes the draws of a plan apart; nil where there are none or no value is given.
    init?(_ uncertainty: Uncertainty, referenceAccuracy: Double) {
        guard uncertainty.isKnown, case .plan(let hurdle) = uncertainty.objective, uncertainty.draws.draws > 0 else {
            return nil
        }
        self.uncertainty = uncertainty
        factor = 1 + hurdle
        var table = uncertainty.draws
        let deployment = uncertainty.deployment
        let worth = deployment.value ?? Deployment.Value(correctUsd: 0)
        var parts: [Part] = []
        for (index, evaluation) in uncertainty.evaluations.enumerated() where table.takesPart[index] {
            guard let accuracy = evaluation.candidate.accuracy else { continue }
            let drawn = table.accuracies(model: evaluation.candidate.model, accuracy)
            let values = drawn.map { accuracy -> Double in
                guard accuracy >= deployment.accuracyFloor else { return 0 }
                let effective = referenceAccuracy + deployment.backboneInfluence * (accuracy - referenceAccuracy)
                return evaluation.candidate.valuedInferences
                    * (worth.correctUsd * effective - worth.wrongUsd * (1 - effective))
            }
            let clear = drawn.indices.filter { drawn[$0] >= deployment.accuracyFloor }
            let base = index * table.draws
            let used = clear.isEmpty ? Array(drawn.indices) : clear
            let fits = used.reduce(0) { $0 + (table.feasible[base + $1] ? 1.0 : 0) } / Double(used.count)
            let costs = used.reduce(0) { $0 + Self.cost(table, base + $1, evaluation) } / Double(used.count)
            let meanValue = values.reduce(0, +) / Double(values.count)
            parts.append(
                Part(
                    index: index,
                    values: values,
                    clear: clear,
                    meanValue: meanValue,
                    fitShare: fits,
                    meanCost: costs,
                    mean: fits * meanValue - (1 + hurdle) * costs
                )
            )
        }
        self.parts = parts
    }

    /// Where a tier is too slow at any number of units, the loss is that of the point estimate.
    private static func cost(_ table: DrawTable, _ place: Int, _ evaluation: Evaluation) -> Double {
        let cost = table.costs[place]
        return cost.isFinite ? cost : evaluation.totalCost
    }

    /// The figures.
    var result: PlanResult.ValueOfInformation {
        let items = (hostItems + accuracyItems).filter { $0.worthUsd > 0 }
            .sorted {
                ($1.worthUsd, $0.model, $0.tier ?? "") < ($0.worthUsd, $1.model, $1.tier ?? "")
            }
        let best = bestOnAverage(without: { _ in false })
        return PlanResult.ValueOfInformation(
            bestOnAverage: best.part.map { uncertainty.evaluations[$0.index].alternative },
            perfectUsd: perfect,
            items: items
        )
    }

    /// The best on average of all choices but some; nil with 0 for buying nothing.
    private func bestOnAverage(without excluded: (Part) -> Bool) -> (part: Part?, mean: Double) {
        parts.reduce((nil, 0)) { best, part in
            !excluded(part) && part.mean > best.1 ? (part, part.mean) : best
        }
    }

    private var perfect: Double {
        let draws = uncertainty.draws
        var best = [Double](repeating: 0, count: draws.draws)
        var most = 0.0
        for part in parts {
            let base = part.index * draws.draws
            let evaluation = uncertainty.evaluations[part.index]
            var sum = 0.0
            for draw in best.indices {
                let cost = factor * Self.cost(draws, base + draw, evaluation)
                let benefit = (draws.feasible[base + draw] ? part.values[draw] : 0) - cost
                best[draw] = max(best[draw], benefit)
                sum += benefit
            }
            most = max(most, sum / Double(draws.draws))
        }
        return max(0, best.reduce(0, +) / Double(best.count) - most)
    }

    private var hostItems: [PlanResult.ValueOfInformation.Item] {
        parts.compactMap { part in
            let evaluation = uncertainty.evaluations[part.index]
            guard !part.clear.isEmpty, uncertainty.hostCounts[part.index] > 0 else { return nil }
            let base = part.index * uncertainty.draws.draws
            let benefits = part.clear.map { draw in
                (uncertainty.draws.feasible[base + draw] ? part.meanValue : 0)
                    - factor * Self.cost(uncertainty.draws, base + draw, evaluation)
            }
            let other = bestOnAverage(without: { $0.index == part.index }).mean
            return item(.hosts, evaluation, tier: evaluation.candidate.tier.id, benefits, other)
        }
    }

    private var accuracyItems: [PlanResult.ValueOfInformation.Item] {
        let models = Dictionary(grouping: parts) { uncertainty.evaluations[$0.index].candidate.model }
        return models.sorted { $0.key < $1.key }.compactMap { model, own in
            guard let first = own.first else { return nil }
            let benefits = first.values.indices.map { draw in
                own.reduce(-Double.infinity) { most, part in
                    max(most, part.fitShare * part.values[draw] - factor * part.meanCost)
                }
            }
            // Without knowing more, the model's tier would be settled by the mean.
            let known = own.map(\.mean).max() ?? 0
            let other = bestOnAverage(without: { part in
                uncertainty.evaluations[part.index].candidate.model == model
            }).mean
            return item(.accuracy, uncertainty.evaluations[first.index], tier: nil, benefits, other, known: known)
        }
    }

    /// What it is worth to know a choice's net benefit when the best of all others is worth `other`.
    private func item(
        _ kind: PlanResult.ValueOfInformation.Item.Kind,
        _ evaluation: Evaluation,
        tier: String?,
        _ benefits: [Double],
        _ other: Double,
        known: Double? = nil
    ) -> PlanResult.ValueOfInformation.Item {
        let count = Double(benefits.count)
        let without = known ?? benefits.reduce(0, +) / count
        let informed = benefits.reduce(0) { $0 + max($1, other) } / count
        let isChosen = without > other
        let changes = benefits.reduce(0.0) { $0 + (($1 > other) != isChosen ? 1 : 0) }
        let worth = informed - max(without, other)
        // Rounding is worth nothing.
        let size = max(other.magnitude, without.magnitude)
        return PlanResult.ValueOfInformation.Item(
            kind: kind,
            model: evaluation.candidate.model,
            tier: tier,
            worthUsd: worth > 1e-9 * size ? worth : 0,
            pChanges: changes / count
        )
    }
}
