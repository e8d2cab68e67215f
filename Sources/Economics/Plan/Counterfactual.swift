import EdgeprofAPI

/// What a model that was not chosen would have to gain to be chosen: accuracy, speed, memory or tuning, each alone.
///
/// Every lever helps the more the further it is pulled, so the least that does is found by bisection from as it is to
/// as far as it goes: accuracy 1, a thousand times the speed, no memory, free tuning.
struct Counterfactual {
    /// Fastest engine considered.
    static let mostSpeed = 1000.0
    /// Most models told of when none is named.
    static let mostModels = 12

    private let ranking: Ranking
    private let model: String
    private let own: [Evaluation]
    private let others: [Evaluation]

    /// The models that lost: of each family but the chosen one, the model that came first.
    static func losers(_ ranking: Ranking, choice: Evaluation?) -> [String] {
        func family(_ evaluation: Evaluation) -> String {
            evaluation.candidate.family ?? "model \(evaluation.candidate.model)"
        }
        var seen: Set<String> = choice.map { [family($0)] } ?? []
        return ranking.chosen.filter { seen.insert(family($0)).inserted }.prefix(mostModels).map(\.candidate.model)
    }

    /// Prepares the question for a model.
    init(_ ranking: Ranking, model: String) {
        self.ranking = ranking
        self.model = model
        own = ranking.evaluations.filter { $0.candidate.model == model }
        let feasible = ranking.chosen.filter { $0.isFeasible && $0.candidate.model != model }
        // With all of the accuracy reaching the application values do not hang on each other: the best of the rest will do.
        others = ranking.deployment.backboneInfluence == 1 ? Array(feasible.prefix(1)) : feasible
    }

    /// The answer.
    var result: PlanResult.Counterfactual {
        PlanResult.Counterfactual(
            model: model,
            family: own.first?.candidate.family,
            levers: [accuracy, speed, memory, tuning]
        )
    }

    private var accuracy: PlanResult.Counterfactual.Lever {
        let current = own.compactMap { $0.candidate.accuracy?.value }.max()
        let found = least(from: current ?? 0, to: 1) { value, measurement, _ in
            measurement.accuracy = TierMeasurement.Accuracy(value: value, source: AccuracySource.given.rawValue)
        }
        return lever("accuracy", current, found) { needed, tier in
            let gain = current.map { ", \(Text.number(100 * (needed - $0), digits: 2)) points more" } ?? ""
            return "at an accuracy of \(Text.number(100 * needed, digits: 2)) %\(gain), bought on \(tier)"
        }
    }

    private var speed: PlanResult.Counterfactual.Lever {
        let found = least(from: 1, to: Self.mostSpeed) { factor, measurement, _ in
            measurement = measurement.speededUp(by: factor)
        }
        return lever("speed", 1, found) { needed, tier in
            "at \(Text.number(needed, digits: 2)) times the speed, bought on \(tier)"
        }
    }

    private var memory: PlanResult.Counterfactual.Lever {
        let peaks = own.compactMap { $0.candidate.measurement.peakRssMib }
        let found = least(from: 1, to: 0) { share, measurement, _ in
            measurement.peakRssMib = measurement.peakRssMib.map { $0 * share }
        }
        let onTier = found.flatMap { found in
            own.first { $0.alternative == found.winner.alternative }?.candidate.measurement.peakRssMib
        }
        let mebibytes = found.map { ($0.x * (onTier ?? 0), $0.winner) }
        return lever("memory", onTier ?? peaks.max(), mebibytes.map { (x: $0.0, winner: $0.1) }) { needed, tier in
            "at \(Text.short(needed)) MiB, bought on \(tier)"
        }
    }

    private var tuning: PlanResult.Counterfactual.Lever {
        let current = own.map(\.candidate.tuning.usd).max() ?? 0
        let found = least(from: 1, to: 0) { share, _, deployment in
            deployment.tuning?.gpuHours *= share
            deployment.tuning?.engineerHours *= share
        }
        let usd = found.map { (x: $0.x * current, winner: $0.winner) }
        return lever("tuning", current, usd) { needed, tier in
            "with tuning at \(Text.number(needed)) USD, bought on \(tier)"
        }
    }

    private func lever(
        _ name: String,
        _ current: Double?,
        _ found: (x: Double, winner: Evaluation)?,
        _ sentence: (_ needed: Double, _ tier: String) -> String
    ) -> PlanResult.Counterfactual.Lever {
        let tier = found?.winner.candidate.tier.id
        return PlanResult.Counterfactual.Lever(
            lever: name,
            current: current,
            needed: found?.x,
            tier: tier,
            message: found.map { sentence($0.x, tier ?? "") } ?? "cannot win by \(name) alone"
        )
    }

    private typealias Change = (_ x: Double, inout TierMeasurement, inout Deployment) -> Void

    /// The least change that makes the model the choice; nil where none does.
    private func least(from: Double, to: Double, _ change: Change) -> (x: Double, winner: Evaluation)? {
        guard var winner = winner(to, change) else { return nil }
        var (no, yes) = (from, to)
        for _ in 0..<60 {
            let middle = no + (yes - no) / 2
            guard middle != no, middle != yes else { break }
            if let found = self.winner(middle, change) { (yes, winner) = (middle, found) } else { no = middle }
        }
        return (yes, winner)
    }

    /// The model's best choice, if it is then the plan's.
    private func winner(_ x: Double, _ change: Change) -> Evaluation? {
        let changed = own.map { evaluation in
            var measurement = evaluation.candidate.measurement
            var deployment = ranking.deployment
            change(x, &measurement, &deployment)
            return Evaluation(
                Candidate(measurement, tier: evaluation.candidate.tier, deployment: deployment),
                deployment: deployment
            )
        }
        var all = (changed + others).sorted { Candidate.precedes($0.candidate, $1.candidate) }
        let reference = all.referenceAccuracy
        for index in all.indices { all[index].setValue(referenceAccuracy: reference, deployment: ranking.deployment) }
        let best = all.filter(\.isFeasible).min { ranking.objective.ranks($0, before: $1) }
        guard let best, best.candidate.model == model else { return nil }
        if case .plan = ranking.objective, (ranking.objective.score(best) ?? 0) <= 0 { return nil }
        return best
    }
}
