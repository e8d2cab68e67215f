import EdgeprofAPI

/// What choices are ordered by.
enum Objective: Equatable {
    /// Return on investment.
    case roi
    /// Value less cost.
    case netValue
    /// Value less (1 + hurdle) times cost.
    case plan(hurdle: Double)
    /// Cost of a million correct answers, where no value of an answer is given.
    case cost

    /// Scores of free choices lie beyond those of any that costs something.
    private static let free = 1e100

    /// What a ranking was asked to sort by; by itself ROI, or cost where no value of an answer is given.
    ///
    /// - Throws: `ConfigurationError` where the deployment gives no value to sort by.
    init(_ asked: RankingResult.Objective?, deployment: Deployment) throws(ConfigurationError) {
        switch asked {
        case nil: self = deployment.value == nil ? .cost : .roi
        case .usdPerMillionCorrect?: self = .cost
        case .roi? where deployment.value != nil: self = .roi
        case .netValue? where deployment.value != nil: self = .netValue
        case .roi?, .netValue?:
            throw ConfigurationError(problems: [
                ConfigurationProblem(
                    path: "value",
                    message:
                        "is not given, so there is no return to rank by; give it, or rank by the cost of correct answers"
                )
            ])
        }
    }

    /// The objective's name in a result.
    var wire: RankingResult.Objective {
        switch self {
        case .roi: .roi
        case .netValue, .plan: .netValue
        case .cost: .usdPerMillionCorrect
        }
    }

    /// How good a choice is, higher being better; nil where it cannot be judged.
    ///
    /// A choice that costs nothing has no ROI: with a positive value it comes before every finite ROI, by net value;
    /// with none it counts as 0, and with a loss after every finite ROI.
    @inline(__always)
    func score(value: Double, totalCost: Double, correctMillions: Double) -> Double {
        switch self {
        case .roi:
            if totalCost > 0 { return (value - totalCost) / totalCost }
            return value > 0 ? Self.free * (1 + value) : value < 0 ? Self.free * (value - 1) : 0
        case .netValue: return value - totalCost
        case .plan(let hurdle): return value - (1 + hurdle) * totalCost
        case .cost: return correctMillions > 0 ? -totalCost / correctMillions : -.infinity
        }
    }

    /// The score of a choice at its point estimates; nil where it cannot be judged.
    func score(_ evaluation: Evaluation) -> Double? {
        guard evaluation.units != nil, let accuracy = evaluation.candidate.accuracy else { return nil }
        let score = score(
            value: evaluation.value ?? 0,
            totalCost: evaluation.totalCost,
            correctMillions: evaluation.candidate.inferences * accuracy.value / 1e6
        )
        return score == -.infinity ? nil : score
    }

    /// Whether a choice comes before another: feasible ones first, then by score; exact ties by cost and name.
    func ranks(_ first: Evaluation, before second: Evaluation) -> Bool {
        if first.isFeasible != second.isFeasible { return first.isFeasible }
        let scores = (score(first), score(second))
        switch scores {
        case (let one?, let two?) where one != two: return one > two
        case (nil, _?): return false
        case (_?, nil): return true
        default: break
        }
        if (first.units == nil) != (second.units == nil) { return first.units != nil }
        if first.totalCost != second.totalCost { return first.totalCost < second.totalCost }
        return Candidate.precedes(first.candidate, second.candidate)
    }
}
