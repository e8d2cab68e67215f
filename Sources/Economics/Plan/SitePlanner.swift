import EdgeprofAPI

/// Decides site by site: what every site can buy, put into a problem, solved, and put into the form of the result.
struct SitePlanner {
    let ranking: Ranking
    let request: PlanningRequest
    /// Candidates that no limit rules out whatever the demand, for one site of demand 1 that is always busy.
    let candidates: [Candidate]
    let families: [String]
    let stockTiers: [Tier]
    let sites: [PlanningRequest.Site]
    private(set) var groups: [SiteGroup] = []
    private let counts: [Int]
    let referenceAccuracy: Double

    /// Works out what every site can buy.
    init(_ ranking: Ranking, request: PlanningRequest) {
        self.ranking = ranking
        self.request = request
        var unit = ranking.deployment
        unit.demand.sites = 1
        unit.demand.inferencesPerSecond = 1
        unit.demand.duty = 1
        candidates = ranking.evaluations.filter { evaluation in
            evaluation.candidate.latency != nil && !evaluation.failures.contains { $0.test != "units" }
        }.map { Candidate($0.candidate.measurement, tier: $0.candidate.tier, deployment: unit) }
        let costs = Self.tuningCosts(candidates)
        families = costs.keys.sorted()
        stockTiers = ranking.tiers.tiers.filter { request.stock[$0.id] ?? 0 > 0 }
        if let list = request.sites {
            sites = list
            counts = [Int](repeating: 1, count: list.count)
        } else {
            // Alike sites without names: one row that stands for all.
            sites = [PlanningRequest.Site(site: "", inferencesPerSecond: request.deployment.demand.inferencesPerSecond)]
            counts = [request.deployment.demand.sites]
        }
        (groups, referenceAccuracy) = Self.groups(
            sites,
            counts,
            candidates,
            families: families,
            stockTiers: stockTiers,
            deployment: request.deployment
        )
    }

    static func tuningCosts(_ candidates: [Candidate]) -> [String: Double] {
        var costs: [String: Double] = [:]
        for candidate in candidates {
            if let family = candidate.family, candidate.tuning.usd > 0 { costs[family] = candidate.tuning.usd }
        }
        return costs
    }
}

extension SitePlanner {
    /// The problem of a deployment with a value.
    private var problem: SiteProblem {
        let costs = Self.tuningCosts(candidates)
        return SiteProblem(
            groups: groups,
            factor: 1 + ranking.deployment.hurdle,
            budget: request.budgetUsd,
            tuning: families.map { costs[$0] ?? 0 },
            stock: stockTiers.map { (Double(request.stock[$0.id] ?? 0), $0.priceUsd) }
        )
    }

    /// The best plan.
    func solve() -> (plan: PlanResult.SitePlan, costs: [CostItem], tuningUsd: Double) {
        let solution = ranking.deployment.value == nil ? cheapestAnswers() : SiteSearch.solve(problem)
        guard let solution else { return (PlanResult.SitePlan(), [], 0) }
        return result(solution)
    }

    /// Without a value every site that can be served is, at the least cost of a correct answer over all of them: a ratio,
    /// minimised by Dinkelbach's iteration (Management Science 13, 1967).
    private func cheapestAnswers() -> SiteProblem.Solution? {
        var problem = problem
        problem.factor = 1
        problem.mustServe = true
        problem.budget = nil
        var ratio = 0.0
        var best: SiteProblem.Solution?
        for _ in 0..<50 {
            for group in problem.groups.indices {
                for place in problem.groups[group].options.indices {
                    problem.groups[group].options[place].value =
                        ratio * problem.groups[group].options[place].correctMillions
                }
            }
            guard let solution = SiteSearch.solve(problem) else { return best }
            var correct = 0.0
            for (group, parts) in zip(problem.groups, solution.counts) {
                for part in parts {
                    if let option = part.option {
                        correct += Double(part.sites) * group.options[option].correctMillions
                    }
                }
            }
            guard correct > 0 else { return solution }
            let next = solution.cost / correct
            if best != nil, next >= ratio * (1 - 1e-13) { break }
            (best, ratio) = (solution, next)
        }
        return best
    }
}
