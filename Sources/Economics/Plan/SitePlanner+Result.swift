import EdgeprofAPI

extension SitePlanner {
    /// A solution in the form of the result, and what its cost table is made of.
    func result(
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
        let servesAny = solution.counts.joined().contains { $0.option != nil && $0.sites > 0 }
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
                rows += self.rows(own, count: part.sites, option, group, othersAreServed: servesAny)
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
        _ group: SiteGroup,
        othersAreServed: Bool
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
                row.reason = reason(group, site, othersAreServed: othersAreServed)
            }
            return (index, row)
        }
    }

    private func reason(_ group: SiteGroup, _ site: PlanningRequest.Site, othersAreServed: Bool) -> String {
        if site.inferencesPerSecond == 0 { return "asks for nothing" }
        if group.options.isEmpty { return "nothing is feasible there" }
        let factor = 1 + ranking.deployment.hurdle
        let isWorthIt = group.options.contains { option in
            option.value > factor * option.cost
        }
        guard isWorthIt, request.budgetUsd != nil else {
            return "nothing is worth \(factor == 1 ? "" : "\(Text.short(factor)) times ")its cost there"
        }
        return othersAreServed ? "the budget goes to others" : "the budget is too small for any site"
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
