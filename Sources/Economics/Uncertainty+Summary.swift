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
        let groups = tieGroups()
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
            setIntervals(of: index, in: &summary)
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

    /// The 95 % interval of what is ranked by, and of the ROI where there is one.
    private func setIntervals(of index: Int, in summary: inout Summary) {
        let base = index * draws.draws
        let scores = draws.scores[base..<(base + draws.draws)]
        let costs = draws.costs[base..<(base + draws.draws)]
        let isFree = evaluations[index].totalCost == 0
        switch objective {
        case .roi: (summary.roi, summary.reason) = isFree ? (nil, Self.free) : interval(Array(scores))
        case .cost where evaluations[index].usdPerMillionCorrect == nil:
            summary.reason = "there are no correct answers to divide by"
        case .cost: (summary.cost, summary.reason) = interval(scores.map { -$0 })
        case .netValue:
            (summary.netValue, summary.reason) = interval(Array(scores))
            if !isFree { summary.roi = interval(zip(scores, costs).map { $0 > Self.hopeless ? $0 / $1 : $0 }).ends }
        case .plan(let hurdle):
            // Of value less (1 + hurdle) times cost, ROI is what is left by cost, and the hurdle.
            (summary.roi, summary.reason) =
                isFree
                ? (nil, Self.free) : interval(zip(scores, costs).map { $0 > Self.hopeless ? $0 / $1 + hurdle : $0 })
        }
    }

    private static let free = "there is no ROI at no cost"

    private func interval(_ sample: [Double]) -> (ends: [Double]?, reason: String?) {
        var sample = sample
        let ends = sample.withUnsafeMutableBufferPointer {
            [Quantiles.select($0, 0.025), Quantiles.select($0, 0.975)]
        }
        guard ends.allSatisfy({ $0.magnitude < -Self.hopeless / 10 }) else {
            return (nil, "in some draws the tier is too slow at any number of units")
        }
        return (ends, nil)
    }
}
