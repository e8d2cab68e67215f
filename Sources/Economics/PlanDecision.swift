import EdgeprofAPI

/// What `plan` makes of a ranking: the choice, its frontier, and where another choice takes over.
struct PlanDecision {
    /// The choice among those of the ranking; nil for nothing.
    let index: Int?
    let reason: String?
    let objectiveUsd: Double?
    let frontier: [PlanResult.FrontierPoint]
    let breakEven: [PlanResult.BreakEven]
    let headline: [String]
    let sitePlan: PlanResult.SitePlan?
    let costByYear: [PlanResult.CostYear]

    /// Decides for alike sites that all get the same.
    init(_ ranking: Ranking) {
        let best = ranking.chosen.first.flatMap { $0.isFeasible ? $0 : nil }
        let score = best.flatMap { ranking.objective.score($0) }
        let hasValue = ranking.deployment.value != nil
        // At a tie nothing is bought: it costs less.
        let buys = best != nil && (hasValue ? (score ?? 0) > 0 : true)
        index = buys ? 0 : nil
        objectiveUsd = buys && hasValue ? score : nil
        reason =
            buys
            ? nil
            : best == nil
                ? "nothing is feasible"
                : ranking.deployment.demand.inferencesPerSecond == 0
                    ? "nobody asks for anything"
                    : "no choice is worth \(Text.short(1 + ranking.deployment.hurdle)) times its cost"

        let feasible = ranking.evaluations.filter { $0.isFeasible && $0.value != nil }
        let corners = Frontier.hull(feasible.map(\.point)).map { feasible[$0] }
        frontier = ranking.draws.annotate(Self.points(corners), corners)
        breakEven = buys && hasValue ? Self.breakEven(ranking, corners) : []
        sitePlan = buys ? best.map { PlanResult.SitePlan($0, ranking) } : nil
        costByYear = buys ? best.map { ranking.costByYear(of: $0) } ?? [] : []
        headline = ranking.caveats + Self.sentences(ranking, buys: buys, objectiveUsd: objectiveUsd, reason: reason)
    }

    /// Decides site by site: sites that differ, hardware at hand, or a budget.
    init(_ ranking: Ranking, request: PlanningRequest) {
        let (plan, items, tuningUsd) = SitePlanner(ranking, request: request).solve()
        let mix = plan.mix
        let commonest = mix.first?.choice
        index = commonest.flatMap { choice in ranking.chosen.firstIndex { $0.alternative == choice } }
        objectiveUsd = mix.isEmpty ? nil : plan.objectiveUsd
        reason = mix.isEmpty ? plan.sites.compactMap(\.reason).first ?? "nothing is feasible" : nil
        let feasible = ranking.evaluations.filter { $0.isFeasible && $0.value != nil }
        let corners = Frontier.hull(feasible.map(\.point)).map { feasible[$0] }
        frontier = ranking.draws.annotate(Self.points(corners), corners)
        breakEven = []
        sitePlan = plan
        costByYear = mix.isEmpty ? [] : CostTable.years(items, tuningUsd: tuningUsd, deployment: ranking.deployment)
        headline = ranking.caveats + [plan.sentence(mix, reason, years: ranking.deployment.years)] + plan.boundSentence
    }

    private static func points(_ corners: [Evaluation]) -> [PlanResult.FrontierPoint] {
        var previous = Frontier.Point(totalCost: 0, value: 0)
        return corners.map { corner in
            defer { previous = corner.point }
            return PlanResult.FrontierPoint(
                model: corner.candidate.model,
                tier: corner.candidate.tier.id,
                settings: corner.candidate.measurement.settings,
                tcoUsd: corner.totalCost,
                valueUsd: corner.point.value,
                incrementalRoi: Frontier.incrementalRoi(corner.point, beyond: previous)
            )
        }
    }

    private static func breakEven(_ ranking: Ranking, _ corners: [Evaluation]) -> [PlanResult.BreakEven] {
        guard let choice = ranking.chosen.first else { return [] }
        return corners.filter { $0.alternative != choice.alternative }.map { other in
            BackboneInfluence.breakEven(
                choice,
                other,
                referenceAccuracy: ranking.referenceAccuracy,
                deployment: ranking.deployment
            )
        }
    }

    private static func sentences(
        _ ranking: Ranking,
        buys: Bool,
        objectiveUsd: Double?,
        reason: String?
    ) -> [String] {
        guard buys, let choice = ranking.choices.first else {
            return ["Buy nothing: \(reason ?? "nothing is feasible")."]
        }
        var sentence = "Buy \(choice.model) on \(choice.tier): \(ranking.scale(of: choice))"
        if let net = choice.netValueUsd { sentence += ", \(Text.number(net)) USD net" }
        if ranking.deployment.value == nil { sentence += ", the cheapest correct answers (no value is given)" }
        return [sentence + "."] + ranking.tieSentence
    }
}
