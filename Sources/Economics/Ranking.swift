import EdgeprofAPI

/// Measurements, prices and a deployment put together: the choices in order, with all that is to be said of them.
struct Ranking {
    let deployment: Deployment
    let objective: Objective
    let filter: RankingFilter
    let tiers: TierList
    let measurements: [TierMeasurement]
    /// Every candidate in the order of `Candidate.precedes`.
    let evaluations: [Evaluation]
    /// The best settings of each model and tier, best first; of those asked about.
    let chosen: [Evaluation]
    let referenceAccuracy: Double
    let choices: [Choice]
    let uncertainty: RankingResult.Uncertainty
    let pNone: Double?
    /// The draws behind the intervals.
    let draws: Uncertainty

    /// Evaluates every candidate, orders them and draws around them.
    ///
    /// - Throws: `ConfigurationError` with every problem of the three inputs.
    init(
        measurements: MeasurementSet,
        tiers: TierList,
        deployment: Deployment,
        objective: Objective,
        filter: RankingFilter = .all
    ) throws(ConfigurationError) {
        let problems = deployment.problems() + tiers.problems() + measurements.problems()
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }

        let (evaluations, reference) = Self.evaluate(measurements.measurements, tiers, deployment)
        let best = Self.bestSettings(evaluations, objective).sorted { objective.ranks($0, before: $1) }
        let draws = Uncertainty(
            best,
            competes: filter.accepts,
            candidates: evaluations.map(\.candidate),
            objective: objective,
            deployment: deployment
        )
        let (summaries, none) = draws.summaries()
        let asked = best.indices.filter { draws.competes[$0] }

        self.deployment = deployment
        self.objective = objective
        self.tiers = tiers
        self.measurements = measurements.measurements
        self.evaluations = evaluations
        self.filter = filter
        chosen = asked.map { best[$0] }
        referenceAccuracy = reference
        uncertainty = draws.description
        pNone = none
        self.draws = draws
        choices = Self.choices(chosen, asked.map { summaries[$0] }, objective, deployment)
    }

    /// The best settings of each model and tier, best first, at the point estimates.
    static func order(
        _ measurements: [TierMeasurement],
        _ tiers: TierList,
        _ deployment: Deployment,
        _ objective: Objective
    ) -> [Evaluation] {
        bestSettings(evaluate(measurements, tiers, deployment).evaluations, objective)
            .sorted { objective.ranks($0, before: $1) }
    }

    /// Every candidate on a listed tier, and the accuracy their values are reckoned from.
    private static func evaluate(
        _ measurements: [TierMeasurement],
        _ tiers: TierList,
        _ deployment: Deployment
    ) -> (evaluations: [Evaluation], referenceAccuracy: Double) {
        let candidates =
            measurements
            .compactMap { measurement in
                tiers.tiers.first { $0.id == measurement.tier }.map {
                    Candidate(measurement, tier: $0, deployment: deployment)
                }
            }
            .sorted(by: Candidate.precedes)
        var evaluations = candidates.map { Evaluation($0, deployment: deployment) }
        let reference = evaluations.referenceAccuracy
        for index in evaluations.indices {
            evaluations[index].setValue(referenceAccuracy: reference, deployment: deployment)
        }
        return (evaluations, reference)
    }

    /// The best settings of each model and tier.
    private static func bestSettings(_ evaluations: [Evaluation], _ objective: Objective) -> [Evaluation] {
        var best: [Evaluation] = []
        for evaluation in evaluations {
            // Candidates come sorted by model and tier, so those to compare follow each other.
            guard let last = best.last, last.candidate.model == evaluation.candidate.model,
                last.candidate.tier.id == evaluation.candidate.tier.id
            else {
                best.append(evaluation)
                continue
            }
            if objective.ranks(evaluation, before: last) { best[best.count - 1] = evaluation }
        }
        return best
    }

    private static func choices(
        _ evaluations: [Evaluation],
        _ summaries: [Uncertainty.Summary],
        _ objective: Objective,
        _ deployment: Deployment
    ) -> [Choice] {
        let rated = evaluations.indices.filter { evaluations[$0].isFeasible && evaluations[$0].value != nil }
        let dominators = Frontier.dominators(rated.map { evaluations[$0].point })
        var dominatedBy: [Int: Int] = [:]
        for (position, dominator) in dominators.enumerated() {
            if let dominator { dominatedBy[rated[position]] = rated[dominator] }
        }
        var models: Set<String> = []
        return evaluations.indices.map { index in
            var choice = Choice(evaluations[index], summaries[index], objective, deployment)
            choice.bestTierForModel = models.insert(choice.model).inserted
            choice.dominatedBy = dominatedBy[index].map { evaluations[$0].alternative }
            return choice
        }
    }
}

extension Evaluation {
    /// Cost and value on the frontier's plane.
    var point: Frontier.Point { Frontier.Point(totalCost: totalCost, value: value ?? 0) }

    /// The choice by name.
    var alternative: Choice.Alternative { Choice.Alternative(model: candidate.model, tier: candidate.tier.id) }
}
