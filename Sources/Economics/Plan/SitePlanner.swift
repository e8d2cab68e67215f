import EdgeprofAPI

/// Decides site by site: what every site can buy, put into a problem, solved, and put into the form of the result.
struct SitePlanner {
    private let ranking: Ranking
    private let request: PlanningRequest
    /// Candidates that no limit rules out whatever the demand, for one site of demand 1 that is always busy.
    private let candidates: [Candidate]
    private let families: [String]
    private let stockTiers: [Tier]
    private let sites: [PlanningRequest.Site]
    private var groups: [SiteGroup] = []
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

    private static func tuningCosts(_ candidates: [Candidate]) -> [String: Double] {
        var costs: [String: Double] = [:]
        for candidate in candidates {
            if let family = candidate.family, candidate.tuning.usd > 0 { costs[family] = candidate.tuning.usd }
        }
        return costs
    }
}

extension SitePlanner {
    /// Groups alike sites, and works out what each can buy and what it is worth.
    ///
    /// The reference accuracy is that of the candidate that is feasible at most sites, of these the one that would cost least
    /// at them with its tuning: for alike sites the cheapest feasible choice, as ROI.md says.
    private static func groups(
        _ sites: [PlanningRequest.Site],
        _ counts: [Int],
        _ candidates: [Candidate],
        families: [String],
        stockTiers: [Tier],
        deployment: Deployment
    ) -> (groups: [SiteGroup], referenceAccuracy: Double) {
        struct Key: Hashable {
            var demand: Double
            var duty: Double
            var owned: [String: Int]
        }
        var places: [Key: Int] = [:]
        var groups: [SiteGroup] = []
        var totals = [(sites: Double, cost: Double)](repeating: (0, 0), count: candidates.count)
        let first = candidates.map { FirstPurchase($0, deployment: deployment) }
        for (index, site) in sites.enumerated() {
            let key = Key(
                demand: site.inferencesPerSecond,
                duty: site.duty ?? deployment.demand.duty,
                owned: site.owned
            )
            if let place = places[key] {
                groups[place].sites.append(index)
                groups[place].count += counts[index]
                continue
            }
            places[key] = groups.count
            var options: [SiteOption] = []
            for (number, candidate) in candidates.enumerated() {
                var option = first[number].option(number, candidate, key.demand, key.duty, key.owned)
                option?.family = candidate.family.flatMap { families.firstIndex(of: $0) }
                option?.stock = stockTiers.firstIndex { $0.id == candidate.tier.id }
                if let option { options.append(option) }
            }
            groups.append(SiteGroup(sites: [index], count: counts[index], options: options))
        }
        for group in groups {
            for option in group.options {
                totals[option.candidate].sites += Double(group.count)
                totals[option.candidate].cost += Double(group.count) * option.cost
            }
        }
        let order = candidates.indices.sorted { one, two in
            let costs = [one, two].map { totals[$0].cost + candidates[$0].tuning.usd }
            return (-totals[one].sites, costs[0], one) < (-totals[two].sites, costs[1], two)
        }
        let reference = order.first.flatMap { candidates[$0].accuracy?.value } ?? 0
        for index in groups.indices {
            for place in groups[index].options.indices {
                setValue(&groups[index].options[place], candidates, reference, deployment)
            }
            groups[index].options.sort { ($0.cost, $0.candidate) < ($1.cost, $1.candidate) }
        }
        return (groups, reference)
    }

    /// Until now the option's value holds its inferences less those missed while tuning.
    private static func setValue(
        _ option: inout SiteOption,
        _ candidates: [Candidate],
        _ reference: Double,
        _ deployment: Deployment
    ) {
        guard let worth = deployment.value, let accuracy = candidates[option.candidate].accuracy?.value else {
            option.value = 0
            return
        }
        let effective = reference + deployment.backboneInfluence * (accuracy - reference)
        option.value *= worth.correctUsd * effective - worth.wrongUsd * (1 - effective)
    }

    /// A candidate's constants for one site of demand 1, and what a first purchase costs.
    private struct FirstPurchase {
        let price: Double

        init(_ candidate: Candidate, deployment: Deployment) {
            price = candidate.tier.priceUsd + candidate.tier.installUsd
        }

        /// What a site can buy of it; nil where it asks for nothing or too many units would be needed.
        func option(
            _ index: Int,
            _ candidate: Candidate,
            _ demand: Double,
            _ duty: Double,
            _ owned: [String: Int]
        ) -> SiteOption? {
            guard demand > 0, let latency = candidate.latency, let accuracy = candidate.accuracy?.value else {
                return nil
            }
            var model = candidate.cost
            model.demand = demand
            model.opexPerBusyUnit *= duty
            model.opexFixed *= demand * duty
            model.tuning = 0
            let sizing = model.size(throughput: candidate.measurement.throughputPerSecond, latency: latency)
            guard let units = sizing.units,
                units <= candidate.tier.maxUnitsPerSite.map(Double.init) ?? .infinity
            else { return nil }
            let standing = min(units, Double(owned[candidate.tier.id] ?? 0))
            return SiteOption(
                candidate: index,
                units: units,
                owned: standing,
                cost: model.totalCost(units: units, utilisation: sizing.utilisation) - standing * price,
                value: candidate.valuedInferences * demand * duty,
                correctMillions: candidate.inferences * demand * duty * accuracy / 1e6,
                family: nil,
                stock: nil
            )
        }
    }

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

extension SitePlanner {
    /// A solution in the form of the result, and what its cost table is made of.
    private func result(
        _ solution: SiteProblem.Solution
    ) -> (plan: PlanResult.SitePlan, costs: [CostItem], tuningUsd: Double) {
        let deployment = ranking.deployment
        let costs = Self.tuningCosts(candidates)
        var plan = PlanResult.SitePlan()
        plan.budgetUsd = request.budgetUsd
        plan.tcoUsd = solution.cost
        plan.tuning = solution.families.map {
            PlanResult.SitePlan.Tuning(family: families[$0], usd: costs[families[$0]] ?? 0)
        }
        var rows: [(site: Int, row: PlanResult.SitePlan.Row)] = []
        var items: [Int: CostItem] = [:]
        var value = 0.0
        for (group, parts) in zip(groups, solution.counts) {
            var taken = 0
            for part in parts where part.sites > 0 {
                // Without a list all sites are the one row of it.
                let own = request.sites == nil ? group.sites[...] : group.sites[taken..<(taken + part.sites)]
                taken += part.sites
                let option = part.option.map { group.options[$0] }
                rows += self.rows(own, count: part.sites, option, group)
                guard let option else {
                    plan.unservedSites += part.sites
                    continue
                }
                plan.servedSites += part.sites
                let count = Double(part.sites)
                value += count * option.value
                let site = sites[own[own.startIndex]]
                let item = item(option, site, count: count)
                items[option.candidate] = items[option.candidate].map { $0.adding(item) } ?? item
            }
        }
        plan.sites = rows.sorted { $0.site < $1.site }.map(\.row)
        let list = purchases(&items, into: &plan)
        if deployment.value != nil {
            plan.valueUsd = value
            plan.objectiveUsd = solution.objective
            plan.objectiveBoundUsd = solution.bound
            let size = max(value, (1 + deployment.hurdle) * solution.cost)
            plan.isProvedBest = solution.bound - solution.objective <= 1e-9 * size
        }
        return (plan, list, solution.families.reduce(0) { $0 + (costs[families[$1]] ?? 0) })
    }

    /// Rows of sites that buy the same: one a site of a list, one for all without a list.
    private func rows(
        _ own: ArraySlice<Int>,
        count: Int,
        _ option: SiteOption?,
        _ group: SiteGroup
    ) -> [(site: Int, row: PlanResult.SitePlan.Row)] {
        let isList = request.sites != nil
        return own.map { index in
            let site = sites[index]
            var row = PlanResult.SitePlan.Row(
                site: isList ? site.site : nil,
                count: isList ? 1 : count,
                inferencesPerSecond: site.inferencesPerSecond,
                duty: site.duty ?? request.deployment.demand.duty
            )
            if let option {
                let candidate = candidates[option.candidate]
                row.model = candidate.model
                row.tier = candidate.tier.id
                row.settings = candidate.measurement.settings
                row.units = Int(option.units)
                row.ownedUnits = Int(option.owned)
                row.tcoUsd = option.cost
                row.valueUsd = ranking.deployment.value.map { _ in option.value }
            } else {
                row.valueUsd = ranking.deployment.value.map { _ in 0 }
                row.reason = reason(group, site)
            }
            return (index, row)
        }
    }

    private func reason(_ group: SiteGroup, _ site: PlanningRequest.Site) -> String {
        if site.inferencesPerSecond == 0 { return "asks for nothing" }
        if group.options.isEmpty { return "nothing is feasible there" }
        let factor = 1 + ranking.deployment.hurdle
        let isWorthIt = group.options.contains { option in
            option.value > factor * option.cost
        }
        return isWorthIt && request.budgetUsd != nil
            ? "the budget goes to others" : "nothing is worth \(Text.short(factor)) times its cost there"
    }

    private func item(_ option: SiteOption, _ site: PlanningRequest.Site, count: Double) -> CostItem {
        let candidate = candidates[option.candidate]
        let deployment = request.deployment
        let duty = site.duty ?? deployment.demand.duty
        var own = deployment
        own.demand.sites = 1
        own.demand.inferencesPerSecond = site.inferencesPerSecond
        own.demand.duty = duty
        let energy = EnergyModel(candidate.measurement, tier: candidate.tier, deployment: own)
        let utilisation = site.inferencesPerSecond / (option.units * candidate.measurement.throughputPerSecond)
        let missed = min(1, (candidate.tuning.days ?? 0) / Year.days)
        let annuity = Annuity.factor(years: deployment.years, discount: deployment.discount)
        let valuedYears = annuity - missed / (1 + deployment.discount)
        return CostItem(
            tier: candidate.tier,
            units: count * option.units,
            owned: count * option.owned,
            energyKwh: count * energy.kwh(units: option.units, utilisation: utilisation, duty: duty),
            valueUsd: deployment.value.map { _ in valuedYears > 0 ? count * option.value / valuedYears : 0 },
            missed: missed
        )
    }

    /// Units by tier, those from stock given to the first items of the tier.
    private func purchases(_ items: inout [Int: CostItem], into plan: inout PlanResult.SitePlan) -> [CostItem] {
        var list = items.sorted { $0.key < $1.key }.map(\.value)
        for tier in ranking.tiers.tiers {
            let own = list.indices.filter { list[$0].tier.id == tier.id }
            guard !own.isEmpty else { continue }
            var left = Double(request.stock[tier.id] ?? 0)
            for index in own {
                list[index].stocked = min(left, list[index].units - list[index].owned)
                left -= list[index].stocked
            }
            let sum = { (field: (CostItem) -> Double) in own.reduce(0) { $0 + field(list[$1]) } }
            let (units, owned, stocked) = (sum { $0.units }, sum { $0.owned }, sum { $0.stocked })
            let bought = units - owned - stocked
            plan.purchases.append(
                PlanResult.SitePlan.Purchase(
                    tier: tier.id,
                    boughtUnits: Int(bought),
                    ownedUnits: Int(owned),
                    stockUnits: Int(stocked),
                    nowUsd: bought * (tier.priceUsd + tier.installUsd) + stocked * tier.installUsd
                )
            )
        }
        return list
    }
}

extension CostItem {
    /// Both purchases of the same model and tier together.
    fileprivate func adding(_ other: CostItem) -> CostItem {
        var sum = self
        sum.units += other.units
        sum.owned += other.owned
        sum.energyKwh += other.energyKwh
        sum.valueUsd = valueUsd.map { $0 + (other.valueUsd ?? 0) }
        return sum
    }
}
