import EdgeprofAPI

extension SitePlanner {
    /// Groups alike sites, and works out what each can buy and what it is worth.
    ///
    /// The reference accuracy is that of the candidate that is feasible at most sites, of these the one that would cost least
    /// at them with its tuning: for alike sites the cheapest feasible choice, as ROI.md says.
    static func groups(
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
}
