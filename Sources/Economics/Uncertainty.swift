import EdgeprofAPI
import Statistics

/// Draws of every choice's cost and value, and what they say of the ranking.
struct Uncertainty {
    /// Number of draws.
    static let drawCount = 2000
    /// Seed of the draws.
    static let seed: UInt64 = 1
    /// The score of a draw in which a tier is too slow at any number of units.
    static let hopeless = -1e200

    /// What the draws say of one choice.
    struct Summary {
        /// 95 % interval of the ROI; nil where none is known.
        var roi: [Double]?
        /// 95 % interval of the net value, where that is the objective.
        var netValue: [Double]?
        /// 95 % interval of the cost of a million correct answers, where that is the objective.
        var cost: [Double]?
        var reason: String?
        var pFeasible: Double?
        var pBest: Double?
        var tieGroup: Int?
    }

    let evaluations: [Evaluation]
    /// Which of them compete: for being best, and for a place in a tie group.
    let competes: [Bool]
    let deployment: Deployment
    let objective: Objective
    let spread: HostSpread
    let hostCounts: [Int]
    private(set) var draws: DrawTable

    /// Whether any choice names the hosts it was measured on, without which there are no intervals.
    var isKnown: Bool { hostCounts.contains { $0 > 0 } }

    /// Draws for the choices of a ranking, best first; the spread between hosts is pooled over all candidates.
    ///
    /// Those that do not compete take part all the same: the accuracy that values are reckoned from may be theirs.
    init(
        _ evaluations: [Evaluation],
        competes: (Evaluation) -> Bool = { _ in true },
        candidates: [Candidate],
        objective: Objective,
        deployment: Deployment
    ) {
        self.evaluations = evaluations
        self.competes = evaluations.map(competes)
        self.deployment = deployment
        self.objective = objective
        let percentile = deployment.slo.percentile
        spread = HostSpread(candidates, percentile: percentile)
        hostCounts = evaluations.map { $0.candidate.hosts(percentile: percentile).count }
        draws = DrawTable(choices: 0, draws: 0)
        guard isKnown else { return }
        draws = DrawTable(choices: evaluations.count, draws: Self.drawCount)
        drawCosts()
        drawScores()
    }

    /// How the figures came about, for the result.
    var description: RankingResult.Uncertainty {
        RankingResult.Uncertainty(
            betweenHostSpread: !isKnown ? .unknown : spread.degreesOfFreedom > 0 ? .measured : .assumed,
            degreesOfFreedom: spread.degreesOfFreedom,
            draws: draws.draws,
            seed: Self.seed
        )
    }

    /// Costs and feasibility of every choice in every draw.
    private mutating func drawCosts() {
        let count = draws.draws
        var shared = RandomSource(seed: Self.seed, name: "covariance")
        let freedom = Double(spread.degreesOfFreedom)
        let scales = (0..<count).map { _ in freedom > 0 ? shared.studentScale(degreesOfFreedom: freedom) : 1 }
        var hostDraws = HostDraws(count: count)
        var resamplings: [[String]: Resampling] = [:]
        for (index, evaluation) in evaluations.enumerated() {
            let candidate = evaluation.candidate
            guard evaluation.units != nil, let accuracy = candidate.accuracy else { continue }
            let hosts = candidate.hosts(percentile: deployment.slo.percentile)
            if hosts.isEmpty {
                hostDraws.setConstant()
            } else if hosts.count >= HostSpread.resampledHosts {
                let key = [candidate.tier.id, "\(hosts.count)"]
                var random = RandomSource(seed: Self.seed, name: "hosts|\(candidate.tier.id)")
                let resampling =
                    resamplings[key] ?? Resampling(hosts: hosts.count, draws: count, random: &random)
                resamplings[key] = resampling
                hostDraws.setResampled(hosts, resampling)
            } else {
                var random = RandomSource(seed: Self.seed, name: candidate.streamName)
                hostDraws.setStudent(factor: spread.factor, hosts: hosts.count, scales: scales, random: &random)
            }
            draws.setCosts(
                of: index,
                candidate: candidate,
                hosts: hostDraws,
                accuracies: draws.accuracies(model: candidate.model, accuracy),
                deployment: deployment
            )
        }
    }

    /// Scores of every choice in every draw, once the cheapest feasible choice of each draw is known.
    private mutating func drawScores() {
        let order = evaluations.indices.sorted {
            Candidate.precedes(evaluations[$0].candidate, evaluations[$1].candidate)
        }
        let references =
            deployment.backboneInfluence == 1
            ? nil
            : draws.referenceAccuracies(order.map { ($0, evaluations[$0].candidate) })
        for (index, evaluation) in evaluations.enumerated() {
            guard evaluation.units != nil, let accuracy = evaluation.candidate.accuracy else { continue }
            draws.setScores(
                of: index,
                candidate: evaluation.candidate,
                accuracies: draws.accuracies(model: evaluation.candidate.model, accuracy),
                references: references,
                objective: objective,
                deployment: deployment
            )
        }
    }
}

extension Candidate {
    /// The name of its stream of random numbers: what it draws depends on no other candidate.
    var streamName: String { "\(model)|\(tier.id)|\(settingsName)|\(measurement.instances)" }
}
