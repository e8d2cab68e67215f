import EdgeprofAPI
import Statistics
import Testing

@testable import Economics

/// Plans by site, against trying every combination.
@Suite struct SitePlanTests {
    /// A random small plan: sites that differ, hardware at hand, a budget.
    struct Case {
        var example: Example
        var request: PlanningRequest

        init(seed: UInt64, hasList: Bool = true) {
            example = Example(seed: seed)
            var random = RandomSource(seed: seed, name: "sites")
            func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
            func chance(_ p: Double) -> Bool { random.uniform() < p }
            if !hasList { example.deployment.demand.sites = 2 + Int(number(0, 3)) }
            request = PlanningRequest(deployment: example.deployment)
            if hasList {
                request.sites = (0..<(1 + Int(number(0, 3)))).map { index in
                    var site = PlanningRequest.Site(site: "s\(index)", inferencesPerSecond: number(0, 80))
                    if chance(0.3) { site.duty = number(0, 1) }
                    if chance(0.1) { site.inferencesPerSecond = 0 }
                    for tier in example.tiers where chance(0.4) { site.owned[tier.id] = Int(number(0, 5)) }
                    return site
                }
                // Alike sites.
                if chance(0.3), var again = request.sites?.first {
                    again.site = "again"
                    request.sites?.append(again)
                }
            }
            for tier in example.tiers where chance(0.3) { request.stock[tier.id] = Int(number(0, 8)) }
            // Few sites, so that tuning matters.
            if request.deployment.tuning != nil { request.deployment.tuning?.gpuHours /= 20 }
            if request.deployment.tuning != nil { request.deployment.tuning?.engineerHours /= 20 }
        }
    }

    /// What one site can buy, from an evaluation of a deployment of that one site.
    private struct Option {
        var name: String
        var evaluation: Evaluation
        var cost: Double
        var value: Double
        var fresh: Double
        var correct: Double
    }

    private struct Total {
        var objective: Double
        var cost: Double
        var correct: Double
    }

    private static func options(_ test: Case) throws -> [[Option]] {
        let deployment = test.request.deployment
        let sites =
            test.request.sites
            ?? (0..<deployment.demand.sites).map {
                .init(site: "\($0)", inferencesPerSecond: deployment.demand.inferencesPerSecond)
            }
        let evaluations = try sites.map { site -> [Evaluation] in
            var own = deployment
            own.demand.sites = 1
            own.demand.inferencesPerSecond = site.inferencesPerSecond
            own.demand.duty = site.duty ?? deployment.demand.duty
            return try Ranking(
                measurements: MeasurementSet(measurements: test.example.measurements),
                tiers: TierList(tiers: test.example.tiers),
                deployment: own,
                objective: .cost
            ).evaluations
        }
        let reference = reference(evaluations, sites)
        return zip(evaluations, sites).map { list, site in
            list.filter { $0.isFeasible && site.inferencesPerSecond > 0 }.map { evaluation in
                var evaluation = evaluation
                evaluation.setValue(referenceAccuracy: reference, deployment: deployment)
                let candidate = evaluation.candidate
                let units = evaluation.units ?? 0
                let owned = min(units, Double(site.owned[candidate.tier.id] ?? 0))
                return Option(
                    name: "\(candidate.model) \(candidate.tier.id) \(candidate.settingsName)",
                    evaluation: evaluation,
                    cost: evaluation.capex + evaluation.opex
                        - owned * (candidate.tier.priceUsd + candidate.tier.installUsd),
                    value: evaluation.value ?? 0,
                    fresh: units - owned,
                    correct: candidate.inferences * (candidate.accuracy?.value ?? 0)
                )
            }
        }
    }

    /// Feasible at most sites, then cheapest at them.
    private static func reference(_ evaluations: [[Evaluation]], _ sites: [PlanningRequest.Site]) -> Double {
        var best: (sites: Int, cost: Double, accuracy: Double) = (0, .infinity, 0)
        for index in evaluations.first?.indices ?? 0..<0 {
            var (count, cost) = (0, 0.0)
            for (list, site) in zip(evaluations, sites) where list[index].isFeasible && site.inferencesPerSecond > 0 {
                let tier = list[index].candidate.tier
                let owned = min(list[index].units ?? 0, Double(site.owned[tier.id] ?? 0))
                count += 1
                cost += list[index].capex + list[index].opex - owned * (tier.priceUsd + tier.installUsd)
            }
            cost += evaluations[0][index].candidate.tuning.usd
            let accuracy = evaluations[0][index].candidate.accuracy?.value ?? 0
            if count > best.sites || (count == best.sites && count > 0 && cost < best.cost) {
                best = (count, cost, accuracy)
            }
        }
        return best.accuracy
    }

    private static func total(_ picks: [Option?], _ test: Case) -> Total {
        var (value, cost, correct) = (0.0, 0.0, 0.0)
        var fresh: [String: Double] = [:]
        var families: [String: Double] = [:]
        for option in picks.compactMap({ $0 }) {
            value += option.value
            cost += option.cost
            correct += option.correct
            let candidate = option.evaluation.candidate
            fresh[candidate.tier.id, default: 0] += option.fresh
            if let family = candidate.family { families[family] = candidate.tuning.usd }
        }
        for tier in test.example.tiers {
            cost -= tier.priceUsd * min(Double(test.request.stock[tier.id] ?? 0), fresh[tier.id] ?? 0)
        }
        cost += families.values.reduce(0, +)
        return Total(
            objective: value - (1 + test.request.deployment.hurdle) * cost,
            cost: cost,
            correct: correct
        )
    }

    /// Every combination of what sites can buy; nothing only where `canSkip` or nothing can be bought.
    private static func forEachCombination(_ options: [[Option]], canSkip: Bool, _ body: ([Option?]) -> Void) {
        var picks: [Option?] = []
        func choose(_ site: Int) {
            guard site < options.count else { return body(picks) }
            let skip: [Option?] = canSkip || options[site].isEmpty ? [nil] : []
            for option in skip + options[site].map({ $0 }) {
                picks.append(option)
                choose(site + 1)
                picks.removeLast()
            }
        }
        choose(0)
    }

    /// The plan by itself, without all that is said beside it.
    private static func plan(_ test: Case) throws -> PlanResult.SitePlan {
        let deployment = test.request.typicalDeployment
        let ranking = try Ranking(
            measurements: MeasurementSet(measurements: test.example.measurements),
            tiers: TierList(tiers: test.example.tiers),
            deployment: deployment,
            objective: deployment.value == nil ? .cost : .plan(hurdle: deployment.hurdle)
        )
        return SitePlanner(ranking, request: test.request).solve().plan
    }

    private static func check(_ test: Case, _ place: String) throws -> Bool {
        let options = try options(test)
        guard options.reduce(1.0, { $0 * Double($1.count + 1) }) < 6_000 else { return false }
        let deployment = test.request.deployment
        let plan = try plan(test)
        if deployment.value == nil {
            var least = Double.infinity
            forEachCombination(options, canSkip: false) { picks in
                let total = total(picks, test)
                if total.correct > 0 { least = min(least, total.cost / total.correct) }
            }
            let picks = plan.sites.enumerated().flatMap { index, row in
                (0..<row.count).map { offset in
                    options[index + offset].first { option in
                        option.name == "\(row.model ?? "") \(row.tier ?? "") \(row.settings?.description ?? "")"
                    }
                }
            }
            let ours = total(picks, test)
            #expect(isSame(ours.cost, plan.tcoUsd), "\(place): cost")
            if least.isFinite { #expect(isSame(ours.cost / ours.correct, least), "\(place): cost by answer") }
            return true
        }
        var best = (objective: 0.0, cost: 0.0)
        forEachCombination(options, canSkip: true) { picks in
            let total = total(picks, test)
            if let budget = test.request.budgetUsd, total.cost > budget * (1 + 1e-12) { return }
            if total.objective > best.objective { best = (total.objective, total.cost) }
        }
        let size = (plan.valueUsd ?? 0) + (1 + deployment.hurdle) * plan.tcoUsd
        let objective = plan.objectiveUsd ?? .nan
        #expect(
            abs(objective - best.objective) <= 1e-9 * max(size, best.objective, 1e-9),
            "\(place): \(objective), best \(best.objective)"
        )
        #expect(plan.isProvedBest, "\(place)")
        if let budget = test.request.budgetUsd { #expect(plan.tcoUsd <= budget * (1 + 1e-9), "\(place): budget") }
        return true
    }

    private static func isSame(_ one: Double, _ two: Double) -> Bool {
        abs(one - two) <= 1e-9 * max(abs(one), abs(two))
    }

    @Test func equalsTryingEverythingOnAThousandPlans() throws {
        var checked = 0
        var seed: UInt64 = 0
        while checked < 1000 {
            var test = Case(seed: seed)
            if test.request.deployment.value != nil, seed.isMultiple(of: 2) {
                // A budget that binds: a share of what the plan would cost without.
                let share = [0.3, 0.6, 0.9, 1][Int(seed / 2 % 4)]
                test.request.budgetUsd = try Self.plan(test).tcoUsd * share
            }
            if try Self.check(test, "seed \(seed)") { checked += 1 }
            seed += 1
        }
    }

    @Test func alikeSitesShareABudget() throws {
        var checked = 0
        for seed in 5000..<5300 as Range<UInt64> {
            var test = Case(seed: seed, hasList: false)
            guard test.request.deployment.value != nil else { continue }
            test.request.stock = [:]
            test.request.budgetUsd = 1e15
            test.request.budgetUsd = try Self.plan(test).tcoUsd * 0.7
            if try Self.check(test, "seed \(seed)") { checked += 1 }
        }
        #expect(checked > 50)
    }

    @Test func withoutListStockOrBudgetItIsTheChoiceForAll() throws {
        for seed in 0..<40 as Range<UInt64> {
            let example = Example(seed: seed)
            let measurements = MeasurementSet(measurements: example.measurements)
            let tiers = TierList(tiers: example.tiers)
            let plain = try Economics.plan(measurements: measurements, tiers: tiers, deployment: example.deployment)
            var request = PlanningRequest(deployment: example.deployment)
            request.sites = (0..<example.deployment.demand.sites).map {
                .init(site: "\($0)", inferencesPerSecond: example.deployment.demand.inferencesPerSecond)
            }
            let bySite = try Economics.plan(measurements: measurements, tiers: tiers, request: request)
            #expect(bySite.choice == plain.choice, "seed \(seed)")
            guard let one = plain.sitePlan, let other = bySite.sitePlan else { continue }
            #expect(Self.isSame(one.tcoUsd, other.tcoUsd), "seed \(seed)")
            #expect(one.purchases.map(\.boughtUnits) == other.purchases.map(\.boughtUnits), "seed \(seed)")
        }
    }
}
