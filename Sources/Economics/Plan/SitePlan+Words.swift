public import EdgeprofAPI

extension PlanningRequest {
    /// Whether sites are decided one by one: with alike sites, all hardware new and no budget, one choice is best for all.
    public var isBySite: Bool { sites != nil || budgetUsd != nil || stock.contains { $0.value > 0 } }

    /// The deployment whose sites ask for the mean of the list's: as many inferences in all, as many sites.
    ///
    /// Ranking, draws and what would change the answer are worked out for it.
    public var typicalDeployment: Deployment {
        guard let sites, !sites.isEmpty else { return deployment }
        var copy = deployment
        let duties = sites.map { $0.duty ?? deployment.demand.duty }
        let areAlike = zip(sites, duties).allSatisfy { site, duty in
            site.inferencesPerSecond == sites[0].inferencesPerSecond && duty == duties[0]
        }
        if areAlike {
            // Alike: no mean, and no rounding.
            copy.demand.sites = sites.count
            copy.demand.duty = duties[0]
            copy.demand.inferencesPerSecond = sites[0].inferencesPerSecond
            return copy
        }
        let busy = duties.reduce(0, +)
        let asked = zip(sites, duties).reduce(0) { $0 + $1.0.inferencesPerSecond * $1.1 }
        copy.demand.sites = sites.count
        copy.demand.duty = min(1, busy / Double(sites.count))
        copy.demand.inferencesPerSecond =
            busy > 0 ? asked / busy : sites.reduce(0) { $0 + $1.inferencesPerSecond } / Double(sites.count)
        return copy
    }

    /// What a plan by sites takes for granted.
    var assumptions: [String] {
        guard isBySite else { return [] }
        var notes: [String] = []
        if sites != nil {
            let typical = typicalDeployment.demand
            notes.append(
                "choices, frontier, intervals and what would change the answer are for sites of the list's mean demand, "
                    + "\(Text.short(typical.inferencesPerSecond)) inferences a second at a duty of "
                    + "\(Text.number(typical.duty, digits: 3)), all of them bought alike and new"
            )
        } else {
            notes.append(
                "choices, frontier, intervals and what would change the answer are for all sites alike, all hardware "
                    + "new and no budget"
            )
        }
        if stock.contains(where: { $0.value > 0 }) || sites?.contains(where: { !$0.owned.isEmpty }) ?? false {
            notes.append("hardware at hand costs nothing now and is replaced at the end of its life, counted from now")
        }
        return notes
    }
}

extension PlanResult.SitePlan {
    /// The plan of alike sites that all get the same.
    init(_ evaluation: Evaluation, _ ranking: Ranking) {
        self.init()
        let candidate = evaluation.candidate
        let demand = ranking.deployment.demand
        let count = demand.sites
        let units = Int(evaluation.units ?? 0)
        var row = Row(site: nil, count: count, inferencesPerSecond: demand.inferencesPerSecond, duty: demand.duty)
        row.model = candidate.model
        row.tier = candidate.tier.id
        row.settings = candidate.measurement.settings
        row.units = units
        row.tcoUsd = (evaluation.capex + evaluation.opex) / Double(count)
        row.valueUsd = evaluation.value.map { $0 / Double(count) }
        sites = [row]
        servedSites = count
        purchases = [
            Purchase(
                tier: candidate.tier.id,
                boughtUnits: count * units,
                ownedUnits: 0,
                stockUnits: 0,
                nowUsd: Double(count * units) * (candidate.tier.priceUsd + candidate.tier.installUsd)
            )
        ]
        if candidate.tuning.usd > 0, let family = candidate.family {
            tuning = [Tuning(family: family, usd: candidate.tuning.usd)]
        }
        tcoUsd = evaluation.totalCost
        valueUsd = evaluation.value
        objectiveUsd = evaluation.value.map { $0 - (1 + ranking.deployment.hurdle) * evaluation.totalCost }
        objectiveBoundUsd = objectiveUsd
    }

    /// What is bought at how many sites, the commonest first.
    var mix: [(choice: Choice.Alternative, sites: Int)] {
        var counts: [String: (choice: Choice.Alternative, sites: Int)] = [:]
        for row in sites {
            guard let model = row.model, let tier = row.tier else { continue }
            counts["\(model)|\(tier)", default: (Choice.Alternative(model: model, tier: tier), 0)].sites += row.count
        }
        return counts.sorted { ($1.value.sites, $0.key) < ($0.value.sites, $1.key) }.map(\.value)
    }

    /// The plan in a sentence.
    func sentence(_ mix: [(choice: Choice.Alternative, sites: Int)], _ reason: String?, years: Int) -> String {
        guard !mix.isEmpty else { return "Buy nothing: \(reason ?? "nothing is feasible")." }
        var parts = mix.prefix(4).map { "\($0.choice.model) on \($0.choice.tier) at \(Text.count($0.sites, "site"))" }
        if mix.count > 4 {
            parts.append("others at \(Text.count(mix.dropFirst(4).reduce(0) { $0 + $1.sites }, "site"))")
        }
        if unservedSites > 0 { parts.append("nothing at \(Text.count(unservedSites, "site"))") }
        let units = purchases.reduce(0) { $0 + $1.boughtUnits }
        var sentence =
            "\(units > 0 ? "Buy" : "Use") \(parts.joined(separator: ", ")): \(Text.count(units, "new unit")), "
            + "\(Text.number(tcoUsd)) USD over \(Text.count(years, "year"))"
        if let valueUsd { sentence += ", \(Text.number(valueUsd - tcoUsd)) USD net" }
        return sentence + "."
    }

    /// The sentence of a plan's headline that says what to buy or, of hardware at hand, to use; nil where there is none.
    public static func answer(in headline: [String]) -> String? {
        headline.last { $0.hasPrefix("Buy ") || $0.hasPrefix("Use ") }
    }

    /// How far the plan may be from the best, where that is not proved.
    var boundSentence: [String] {
        guard !isProvedBest, let objectiveUsd, let objectiveBoundUsd else { return [] }
        return [
            "Not proved best: no plan is better by more than \(Text.number(objectiveBoundUsd - objectiveUsd, digits: 2)) USD."
        ]
    }
}
