import EdgeprofAPI
import Statistics

extension Uncertainty {
    /// What the draws say of the corners of a frontier, each compared with the one before it, the first with nothing.
    ///
    /// A choice that proves infeasible in a draw has been paid for and returns nothing.
    func annotate(_ points: [PlanResult.FrontierPoint], _ corners: [Evaluation]) -> [PlanResult.FrontierPoint] {
        guard isKnown, case .plan(let hurdle) = objective, draws.draws > 0 else { return points }
        var before: [Double]? = [Double](repeating: 0, count: draws.draws)
        return zip(points, corners).map { point, corner in
            var point = point
            let index = evaluations.firstIndex {
                $0.alternative == corner.alternative && $0.totalCost == corner.totalCost && $0.value == corner.value
            }
            guard let index, draws.takesPart[index], hostCounts[index] > 0 else {
                before = nil
                return point
            }
            let base = index * draws.draws
            var costs: [Double] = []
            var values: [Double] = []
            let benefits = (0..<draws.draws).map { draw -> Double in
                let cost = draws.costs[base + draw]
                guard cost.isFinite else { return -(1 + hurdle) * corner.totalCost }
                let score = draws.scores[base + draw]
                costs.append(cost)
                values.append(score + (1 + hurdle) * cost)
                return draws.feasible[base + draw] ? score : -(1 + hurdle) * cost
            }
            if costs.count == draws.draws {
                point.tcoInterval = Self.central(&costs)
                point.valueInterval = Self.central(&values)
            }
            if let before {
                let better = zip(benefits, before).reduce(0) { $0 + ($1.0 > $1.1 ? 1 : 0) }
                point.pWorthwhile = Double(better) / Double(draws.draws)
            }
            before = benefits
            return point
        }
    }

    private static func central(_ sample: inout [Double]) -> [Double] {
        sample.withUnsafeMutableBufferPointer { [Quantiles.select($0, 0.025), Quantiles.select($0, 0.975)] }
    }
}
