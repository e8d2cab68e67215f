import EdgeprofAPI
import Testing

@testable import Economics

/// Costs and values by year.
@Suite struct CostTableTests {
    @Test func sumsAreThoseOfTheChoice() throws {
        for seed in 0..<30 as Range<UInt64> {
            var example = Example(seed: seed)
            example.deployment.tuning?.parallelGpus = 2
            let plan = try Economics.plan(
                measurements: MeasurementSet(measurements: example.measurements),
                tiers: TierList(tiers: example.tiers),
                deployment: example.deployment
            )
            guard let choice = plan.choice else {
                #expect(plan.costByYear.isEmpty && plan.sitePlan == nil)
                continue
            }
            try check(plan, try #require(choice.tcoUsd), choice.valueUsd, "seed \(seed)")
            #expect(plan.costByYear.count == example.deployment.years + 1)
        }
    }

    @Test func sumsAreThoseOfThePlanBySites() throws {
        for seed in 0..<40 as Range<UInt64> {
            let test = SitePlanTests.Case(seed: seed)
            let plan = try Economics.plan(
                measurements: MeasurementSet(measurements: test.example.measurements),
                tiers: TierList(tiers: test.example.tiers),
                request: test.request
            )
            let sites = try #require(plan.sitePlan)
            guard sites.servedSites > 0 else { continue }
            try check(plan, sites.tcoUsd, sites.valueUsd, "seed \(seed)")
            #expect(sites.servedSites + sites.unservedSites == sites.sites.reduce(0) { $0 + $1.count })
            let first = plan.costByYear[0].capexUsd
            #expect(abs(first - sites.purchases.reduce(0) { $0 + $1.nowUsd }) <= 1e-9 * max(1, first), "seed \(seed)")
        }
    }

    private func check(_ plan: PlanResult, _ cost: Double, _ value: Double?, _ place: String) throws {
        let sum = plan.costByYear.reduce(0) { $0 + $1.discountedCostUsd }
        #expect(abs(sum - cost) <= 1e-9 * cost, "\(place): cost \(sum), not \(cost)")
        guard let value else {
            #expect(plan.costByYear.allSatisfy { $0.valueUsd == nil })
            return
        }
        let gained = plan.costByYear.reduce(0) { $0 + ($1.discountedValueUsd ?? 0) }
        #expect(abs(gained - value) <= 1e-9 * max(abs(value), cost), "\(place): value \(gained), not \(value)")
        let net = try #require(plan.costByYear.last?.cumulativeNetUsd)
        #expect(abs(net - (value - cost)) <= 1e-9 * max(abs(value), cost), "\(place): net")
    }

    @Test func unitsAreReplacedWhenTheirLifeEnds() throws {
        var example = Example(seed: 1)
        example.deployment.years = 6
        example.deployment.discount = 0.1
        let tier = Tier(
            id: "t",
            priceUsd: 100,
            memoryMib: 1024,
            idleWatts: 0,
            activeWatts: 0,
            lifetimeYears: 2.5
        )
        let item = CostItem(tier: tier, units: 3, owned: 1, stocked: 1, energyKwh: 0, valueUsd: nil, missed: 0)
        let years = CostTable.years([item], tuningUsd: 7, deployment: example.deployment)
        // One is bought now; all three after 2.5 and after 5 years.
        #expect(years.map(\.capexUsd) == [100, 0, 0, 300, 0, 300, 0])
        #expect(years[0].discountedCostUsd == 107)
        #expect(abs(years[3].discountedCostUsd - 300 / 1.26906) < 1e-3)
    }
}
