import EdgeprofAPI
import Statistics

extension Uncertainty {
    /// What the draws say of every choice, and the share of draws in which buying nothing is best.
    func summaries() -> (choices: [Summary], pNone: Double?) {
        guard isKnown else {
            let reason = "the measurements name no hosts, without which the spread between hosts is unknown"
            return (evaluations.map { _ in Summary(reason: reason) }, nil)
        }
        let (shares, none) = sharesOfBest()
        let tails = evaluations.indices.map { draws.takesPart[$0] && competes[$0] ? self.tails(of: $0) : nil }
        let groups = tieGroups(tails)
        let choices = evaluations.indices.map { index -> Summary in
            guard draws.takesPart[index] else {
                return Summary(reason: "there is no figure to draw around", pFeasible: nil)
            }
            guard hostCounts[index] > 0 else {
                return Summary(reason: "its measurement names no hosts")
            }
            var summary = Summary(
                pFeasible: share { draws.feasible[index * draws.draws + $0] },
                pBest: shares[index],
                tieGroup: groups[index]
            )
            if let tails = tails[index] { setIntervals(of: index, tails, in: &summary) }
            return summary
        }
        return (choices, none)
    }

    private func share(_ holds: (Int) -> Bool) -> Double {
        var count = 0
        for draw in 0..<draws.draws where holds(draw) { count += 1 }
        return Double(count) / Double(draws.draws)
    }

    /// How often each choice is the best feasible one, ties shared; under a plan's objective against nothing, too.
    private func sharesOfBest() -> (choices: [Double], none: Double?) {
        let count = draws.draws
        var againstNone = false
        if case .plan = objective { againstNone = true }
        var best = [Double](repeating: againstNone ? 0 : -.infinity, count: count)
        var tied = [Double](repeating: againstNone ? 1 : 0, count: count)
        forEachFeasibleDraw { _, draw, score in
            if score > best[draw] {
                (best[draw], tied[draw]) = (score, 1)
            } else if score == best[draw] {
                tied[draw] += 1
            }
        }
        var shares = [Double](repeating: 0, count: evaluations.count)
        forEachFeasibleDraw { choice, draw, score in
            if score == best[draw] { shares[choice] += 1 / tied[draw] }
        }
        let none = againstNone ? zip(best, tied).reduce(0) { $0 + ($1.0 == 0 ? 1 / $1.1 : 0) } / Double(count) : nil
        return (shares.map { $0 / Double(count) }, none)
    }

    @inline(__always)
    private func forEachFeasibleDraw(_ body: (_ choice: Int, _ draw: Int, _ score: Double) -> Void) {
        for choice in evaluations.indices where draws.takesPart[choice] && competes[choice] {
            let base = choice * draws.draws
            for draw in 0..<draws.draws where draws.feasible[base + draw] {
                body(choice, draw, draws.scores[base + draw])
            }
        }
    }

    /// The quantiles kept of scores: the ends of the 95 % interval, and beyond them what settles that choices do not tie.
    private static let tailProbabilities = [0.012, 0.025, 0.975, 0.988]

    private func tails(of index: Int) -> [Double] {
        var sample = Array(draws.scores[(index * draws.draws)..<((index + 1) * draws.draws)])
        return sample.withUnsafeMutableBufferPointer {
            Quantiles.selectAll($0, ascending: Self.tailProbabilities)
        }
    }

    /// The 95 % interval of what is ranked by, and of the ROI where there is one.
    private func setIntervals(of index: Int, _ tails: [Double], in summary: inout Summary) {
        let ends = [tails[1], tails[2]]
        let isFree = evaluations[index].totalCost == 0
        switch objective {
        case .roi: (summary.roi, summary.reason) = isFree ? (nil, Self.free) : Self.interval(ends)
        case .cost where evaluations[index].usdPerMillionCorrect == nil:
            summary.reason = "there are no correct answers to divide by"
        case .cost: (summary.cost, summary.reason) = Self.interval([-ends[1], -ends[0]])
        case .netValue:
            (summary.netValue, summary.reason) = Self.interval(ends)
            if !isFree { summary.roi = Self.interval(returns(of: index, hurdle: 0)).ends }
        case .plan(let hurdle):
            (summary.roi, summary.reason) =
                isFree ? (nil, Self.free) : Self.interval(returns(of: index, hurdle: hurdle))
        }
    }

    private static let free = "there is no ROI at no cost"

    /// The ends of the ROI's interval: of value less (1 + hurdle) times cost, by cost, and the hurdle.
    private func returns(of index: Int, hurdle: Double) -> [Double] {
        let base = index * draws.draws
        var sample = (base..<(base + draws.draws)).map { draw in
            let score = draws.scores[draw]
            return score > Self.hopeless ? score / draws.costs[draw] + hurdle : score
        }
        return sample.withUnsafeMutableBufferPointer { Quantiles.selectAll($0, ascending: [0.025, 0.975]) }
    }

    private static func interval(_ ends: [Double]) -> (ends: [Double]?, reason: String?) {
        ends.allSatisfy { $0.magnitude < -hopeless / 10 }
            ? (ends, nil) : (nil, "in some draws the tier is too slow at any number of units")
    }
}
