import EdgeprofAPI
import Testing

@testable import Economics

/// One tier of 100 USD, ten queries a second that come evenly, no energy: what counts is how many units the throughput needs.
@Suite struct EqualShareTests {
    private static let deployment = Deployment(
        name: "even",
        demand: Deployment.Demand(inferencesPerSecond: 10, duty: 1, sites: 1, arrivals: .periodic),
        slo: Deployment.ServiceLevel(percentile: 99, milliseconds: 1000),
        accuracyFloor: 0.5,
        years: 1,
        discount: 0,
        usdPerKwh: 0,
        headroom: 0
    )

    private static let tiers = TierList(tiers: [
        Tier(id: "box", priceUsd: 100, memoryMib: 1000, idleWatts: 1, activeWatts: 2)
    ])

    private func measurement(
        _ model: String,
        throughput: Double,
        accuracy: Double,
        share: Double?,
        tier: String = "box",
        milliseconds: Double = 100
    ) -> TierMeasurement {
        TierMeasurement(
            model: model,
            tier: tier,
            throughputPerSecond: throughput,
            latencyMilliseconds: .init(p50: milliseconds, p90: milliseconds, p99: milliseconds),
            peakRssMib: 50,
            accuracy: .init(value: accuracy, source: "given"),
            rooflineShare: share
        )
    }

    private func rank(_ measurements: [TierMeasurement]) throws -> RankingResult {
        try Economics.rank(
            measurements: MeasurementSet(measurements: measurements),
            tiers: Self.tiers,
            deployment: Self.deployment
        )
    }

    // quick: 12 a second, 1 unit, 100/0.7 USD a unit of correct answers. slow: 4 a second, 3 units, 300/0.8.
    // At quick's share of 0.8 slow would do 16 a second: 1 unit, 100/0.8, which is less than 100/0.7.
    @Test func aModelHeldBackByTheEngineWouldLead() throws {
        let result = try rank([
            measurement("quick", throughput: 12, accuracy: 0.7, share: 0.8),
            measurement("slow", throughput: 4, accuracy: 0.8, share: 0.2),
        ])
        #expect(result.choices.map(\.model) == ["quick", "slow"])
        #expect(result.choices.map(\.engineLimited) == [false, true])
        #expect(result.choices.map(\.rooflineShare) == [0.8, 0.2])
        let equal = try #require(result.equalShare)
        #expect(equal.orderSurvives == false)
        #expect(equal.first == .init(model: "slow", tier: "box"))
        #expect(equal.message.contains("slow on box would lead"))
    }

    /// At 0.5 instead of 0.2 slow would do 6.4 a second only: 2 units, 200/0.8.
    @Test func aSmallerDifferenceChangesNothing() throws {
        let equal = try #require(
            try rank([
                measurement("quick", throughput: 12, accuracy: 0.7, share: 0.8),
                measurement("slow", throughput: 4, accuracy: 0.8, share: 0.5),
            ]).equalShare
        )
        #expect(equal.orderSurvives == true)
        #expect(equal.first == .init(model: "quick", tier: "box"))
    }

    // late misses 1000 ms with 1500, and would not with 750. At 24 a second it would lead, at 8 (2 units) it would come last.
    @Test(arguments: [(12.0, false), (4.0, true)])
    func whatBecomesFeasibleCounts(_ throughput: Double, _ survives: Bool) throws {
        let result = try rank([
            measurement("quick", throughput: 12, accuracy: 0.7, share: 0.8),
            measurement("late", throughput: throughput, accuracy: 0.8, share: 0.4, milliseconds: 1500),
        ])
        #expect(result.choices.map(\.feasible) == [true, false])
        #expect(result.equalShare?.orderSurvives == survives)
        #expect(result.equalShare?.first?.model == (survives ? "quick" : "late"))
    }

    @Test func anUnknownShareCannotBeTold() throws {
        let result = try rank([
            measurement("quick", throughput: 12, accuracy: 0.7, share: 0.8),
            measurement("other", throughput: 4, accuracy: 0.8, share: nil),
        ])
        #expect(result.choices.last?.rooflineShare == nil && result.choices.last?.engineLimited == nil)
        let equal = try #require(result.equalShare)
        #expect(equal.orderSurvives == nil && equal.first == nil)
        #expect(equal.message.contains("other on box"))
        // One on a tier without a price takes no part.
        let unpriced = try rank([
            measurement("quick", throughput: 12, accuracy: 0.7, share: 0.8),
            measurement("other", throughput: 4, accuracy: 0.8, share: nil, tier: "elsewhere"),
        ])
        #expect(unpriced.equalShare?.orderSurvives == true)
    }

    @Test func nothingFeasibleStaysSo() throws {
        let equal = try #require(
            try rank([measurement("poor", throughput: 12, accuracy: 0.1, share: 0.8)]).equalShare
        )
        #expect(equal.orderSurvives == true && equal.first == nil)
    }

    @Test(arguments: [0, -0.1, 1.2, .nan, .infinity]) func impossibleSharesAreRefused(_ share: Double) {
        #expect(throws: ConfigurationError.self) {
            try rank([measurement("quick", throughput: 12, accuracy: 0.7, share: share)])
        }
    }
}
