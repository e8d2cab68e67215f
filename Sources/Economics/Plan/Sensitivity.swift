import EdgeprofAPI

/// How far each number of the inputs may move before another choice takes over (ROI.md, Sensitivity).
struct Sensitivity {
    private let candidates: [Candidate]
    private let deployment: Deployment
    private let objective: Objective
    private let referenceAccuracy: Double

    /// Looks for flips of what an objective chooses.
    init(_ evaluations: [Evaluation], referenceAccuracy: Double, objective: Objective, deployment: Deployment) {
        // Memory and the deadline depend on none of the parameters: who fails them never takes over.
        candidates = evaluations.filter { evaluation in
            !evaluation.failures.contains { $0.test == "memory" || $0.test == "deadline" || $0.test == "throughput" }
        }.map(\.candidate)
        self.deployment = deployment
        self.objective = objective
        self.referenceAccuracy = referenceAccuracy
    }

    /// A row for each parameter; none where nobody asks for anything.
    var rows: [PlanResult.Sensitivity.Row] {
        guard deployment.demand.inferencesPerSecond > 0 else { return [] }
        return SensitivityParameter.all(of: candidates, deployment: deployment).map { row($0) }
    }

    private func row(_ parameter: SensitivityParameter) -> PlanResult.Sensitivity.Row {
        let low = min(parameter.range.lowerBound, parameter.start)
        let high = max(parameter.range.upperBound, parameter.start)
        let (below, above): (Side, Side)
        switch parameter.subject {
        case .years, .discount: (below, above) = (scan(parameter, to: low), scan(parameter, to: high))
        default:
            let contenders = contenders(parameter)
            (below, above) = (walk(contenders, parameter, to: low), walk(contenders, parameter, to: high))
        }
        func flip(_ side: Side) -> PlanResult.Sensitivity.Flip? {
            side.flip.map {
                PlanResult.Sensitivity.Flip(
                    factor: parameter.scale == .factor ? $0.x : nil,
                    value: parameter.scale == .value ? $0.x : parameter.current.map { current in current * side.x },
                    takesOver: $0.winner
                )
            }
        }
        return PlanResult.Sensitivity.Row(
            parameter: parameter.name,
            current: parameter.current,
            isFactor: parameter.scale == .factor,
            low: below.flip == nil ? below.x : low,
            high: above.flip == nil ? above.x : high,
            below: flip(below),
            above: flip(above)
        )
    }

    /// The nearest flip on one side, or how far there was none.
    private struct Side {
        var flip: SensitivityWalk.Flip?
        var x: Double
    }

    // MARK: Affine parameters

    private func contenders(_ parameter: SensitivityParameter) -> [SensitivityWalk.Contender] {
        // Any second point gives the slope; it need not be a sensible deployment.
        let second = parameter.start + (parameter.start >= 0.5 ? -0.25 : 0.25)
        let moved = parameter.apply(second, to: deployment)
        return candidates.compactMap { candidate in
            guard let base = Probe(candidate, deployment: deployment) else { return nil }
            return SensitivityWalk.Contender(
                base: base,
                slope: slope(of: base, candidate, parameter, second, moved),
                moves: parameter.concerns(candidate),
                mostUnits: candidate.tier.maxUnitsPerSite.map(Double.init) ?? CostModel.mostUnits,
                alternative: Choice.Alternative(model: candidate.model, tier: candidate.tier.id)
            )
        }
    }

    private func slope(
        of base: Probe,
        _ candidate: Candidate,
        _ parameter: SensitivityParameter,
        _ second: Double,
        _ moved: Deployment
    ) -> Probe {
        var slope = base.still
        guard parameter.concerns(candidate) else { return slope }
        switch parameter.subject {
        case .throughput: slope.throughput = base.throughput
        case .latency: slope.latency = base.latency
        case .accuracy: slope.accuracy = 1
        case .tuning: slope.cost.tuning = base.cost.tuning
        default:
            var tier = candidate.tier
            if case .price = parameter.subject { tier.priceUsd *= second }
            let other = Candidate(candidate.measurement, tier: tier, deployment: moved)
            guard let probe = Probe(other, deployment: moved) else { return slope }
            slope = base.slope(to: probe, over: second - parameter.start)
        }
        return slope
    }

    private func walk(
        _ contenders: [SensitivityWalk.Contender],
        _ parameter: SensitivityParameter,
        to end: Double
    ) -> Side {
        var walk = SensitivityWalk(
            contenders,
            objective: objective,
            from: parameter.start,
            to: end,
            reference: referenceAccuracy,
            // Influence 1 leaves the reference without effect, and moves neither cost nor feasibility itself.
            tracksReference: deployment.backboneInfluence != 1 && parameter.subject != .influence
        )
        let flip = walk.firstFlip()
        return Side(flip: flip, x: walk.x)
    }

    // MARK: Discount and years

    /// Looks at points 0.005 apart, or at whole years, and bisects the discount between those where the choice differs.
    ///
    /// Costs are sums of powers of the discount, smooth and nearly straight over so short a step; neither parameter moves
    /// sizes or feasibility.
    private func scan(_ parameter: SensitivityParameter, to end: Double) -> Side {
        let start = parameter.start
        let isWhole = parameter.subject == .years
        let direction = end >= start ? 1.0 : -1.0
        let first = winner(parameter, at: start)
        let count = Int(((end - start).magnitude / (isWhole ? 1 : 0.005)).rounded(.up))
        var last = start
        for step in 0..<max(0, count) {
            let next =
                isWhole
                ? start + direction * Double(step + 1) : start + (end - start) * Double(step + 1) / Double(count)
            let winner = winner(parameter, at: next)
            guard winner != first else {
                last = next
                continue
            }
            if isWhole { return Side(flip: SensitivityWalk.Flip(x: next, winner: winner), x: next) }
            let flip = bisect(from: last, to: next) { self.winner(parameter, at: $0) != first }
            return Side(flip: SensitivityWalk.Flip(x: flip, winner: self.winner(parameter, at: flip)), x: flip)
        }
        return Side(flip: nil, x: end)
    }

    private func bisect(from: Double, to: Double, _ holds: (Double) -> Bool) -> Double {
        var (no, yes) = (from, to)
        for _ in 0..<60 {
            let middle = no + (yes - no) / 2
            guard middle != no, middle != yes else { break }
            if holds(middle) { yes = middle } else { no = middle }
        }
        return yes
    }

    /// What the objective chooses with the parameter at x; nil for buying nothing.
    private func winner(_ parameter: SensitivityParameter, at x: Double) -> Choice.Alternative? {
        let moved = parameter.apply(x, to: deployment)
        let contenders = candidates.compactMap { candidate -> SensitivityWalk.Contender? in
            let other = Candidate(candidate.measurement, tier: candidate.tier, deployment: moved)
            guard let probe = Probe(other, deployment: moved) else { return nil }
            return SensitivityWalk.Contender(
                base: probe,
                slope: probe.still,
                moves: false,
                mostUnits: candidate.tier.maxUnitsPerSite.map(Double.init) ?? CostModel.mostUnits,
                alternative: Choice.Alternative(model: candidate.model, tier: candidate.tier.id)
            )
        }
        return SensitivityWalk(
            contenders,
            objective: objective,
            from: x,
            to: x,
            reference: referenceAccuracy,
            tracksReference: moved.backboneInfluence != 1
        ).winner
    }
}
