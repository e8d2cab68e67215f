import EdgeprofAPI
import Testing

@testable import Economics

@Suite struct RankingOptionsTests {
    private func rank(
        _ options: RankingOptions,
        _ measurements: MeasurementSet = WorkedExample.measurements,
        _ change: (inout Deployment) -> Void = { _ in }
    ) throws -> RankingResult {
        var deployment = WorkedExample.deployment
        change(&deployment)
        return try Economics.rank(
            measurements: measurements,
            tiers: WorkedExample.tiers,
            deployment: deployment,
            options: options
        )
    }

    private func words(_ result: RankingResult) -> [String] {
        result.choices.filter(\.feasible).map { "\($0.model) \($0.tier)" }
    }

    @Test func byNetValueTheDearerMayComeFirst() throws {
        let result = try rank(RankingOptions(objective: .netValue))
        #expect(result.objective == .netValue)
        // Net value of the worked example's table: value less TCO.
        #expect(
            words(result) == [
                "resnet50 large", "densenet121 large", "densenet121 small", "resnet18 large", "resnet18 small",
            ]
        )
        #expect(result.headline.first?.hasPrefix("resnet50 on large is worth most: net value USD 2,031,574") == true)
    }

    @Test func byCostOfCorrectAnswersAValueIsNotLookedAt() throws {
        let result = try rank(RankingOptions(objective: .usdPerMillionCorrect))
        #expect(words(result).first == "resnet18 large" && words(result).last == "densenet121 small")
        #expect(result.choices.first?.roi != nil)
        #expect(result.steps == nil)
    }

    @Test func withoutAValueThereIsNoReturnToRankBy() throws {
        for objective in [RankingResult.Objective.roi, .netValue] {
            let error = #expect(throws: ConfigurationError.self) {
                try rank(RankingOptions(objective: objective)) { $0.value = nil }
            }
            #expect(error?.problems.first?.path == "value")
        }
    }

    /// Under every objective the shares add up, and the interval of what is ranked by holds the point estimate.
    @Test(arguments: [RankingResult.Objective.roi, .netValue, .usdPerMillionCorrect])
    func uncertaintyIsOfTheObjective(objective: RankingResult.Objective) throws {
        let result = try Economics.rank(
            measurements: Fleet(hosts: 3).measurements,
            tiers: Fleet.tiers,
            deployment: Fleet.deployment,
            options: RankingOptions(objective: objective)
        )
        #expect(abs(result.choices.compactMap(\.pBest).reduce(0, +) - 1) < 1e-9)
        #expect(result.choices.first?.tieGroup == 1)
        let choice = try #require(result.choices.first)
        let (value, ends): (Double?, [Double]?) =
            switch objective {
            case .roi: (choice.roi, choice.roiInterval)
            case .netValue: (choice.netValueUsd, choice.netValueInterval)
            case .usdPerMillionCorrect: (choice.usdPerMillionCorrect, choice.usdPerMillionCorrectInterval)
            }
        let (figure, interval) = (try #require(value), try #require(ends))
        #expect(interval[0] < figure && figure < interval[1])
        #expect((choice.roiInterval != nil) == (objective != .usdPerMillionCorrect))
    }

    /// A filter changes who competes, never a choice's own figures.
    @Test func aFilterKeepsTheFigures() throws {
        let fleet = Fleet(hosts: 3)
        var deployment = Fleet.deployment
        deployment.backboneInfluence = 0.5
        func rank(_ options: RankingOptions) throws -> RankingResult {
            try Economics.rank(
                measurements: fleet.measurements,
                tiers: Fleet.tiers,
                deployment: deployment,
                options: options
            )
        }
        let everything = try rank(RankingOptions())
        let one = try rank(RankingOptions(models: ["slow"], tiers: ["small"]))
        #expect(one.choices.map { "\($0.model) \($0.tier)" } == ["slow small"])
        let alone = try #require(one.choices.first)
        let among = try #require(everything.choices.choice("slow", "small"))
        #expect(alone.roi == among.roi && alone.roiInterval == among.roiInterval)
        #expect(alone.pFeasible == among.pFeasible && alone.tieGroup == 1)
        // It is the best wherever it is feasible at all.
        #expect(alone.pBest == alone.pFeasible && alone.bestTierForModel)
        #expect(try rank(RankingOptions(tiers: ["small", "large"])).choices == everything.choices)
    }

    @Test func unknownNamesAreToldWithThoseMuchLikeThem() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try rank(RankingOptions(models: ["resnet8", "vit"], tiers: ["larg"]))
        }
        #expect(
            error?.description == """
                model: no measured model `resnet8`; did you mean resnet18 or resnet50?
                model: no measured model `vit`; there are densenet121, resnet18, resnet50
                tier: no tier `larg`; did you mean large?
                """
        )
    }

    /// Without a value: from the cheapest feasible choice, each step with what a point of accuracy must be worth a year.
    @Test func stepsSayWhatAPointMustBeWorth() throws {
        let result = try rank(RankingOptions()) { $0.value = nil }
        #expect(result.objective == .usdPerMillionCorrect)
        let steps = try #require(result.steps)
        #expect(steps.map(\.model) == ["resnet18", "resnet50"] && steps.allSatisfy { $0.tier == "large" })
        #expect(steps[0].usdPerPointYear == nil && steps[0].pointsGained == nil)
        // ΔTCO 23,105.806 over 6.426 points and the annuity of three years at 8 %.
        let annuity = 1 / 1.08 + 1 / (1.08 * 1.08) + 1 / (1.08 * 1.08 * 1.08)
        let expected = 23105.806 / (6.426 * annuity)
        #expect(abs(try #require(steps[1].usdPerPointYear) / expected - 1) < 1e-6)
        #expect(abs(try #require(steps[1].pointsGained) - 6.426) < 1e-9)
        // A value between the two prices flips the plan: a point a year is worth value x inferences of a year x 0.01.
        for (factor, model) in [(0.99, "resnet18"), (1.01, "resnet50")] {
            let yearly = 200.0 * 20 * 0.5 * 31_557_600
            let worth = factor * expected / (yearly * 0.01)
            let plan = try WorkedExample.plan { $0.value = .init(correctUsd: worth) }
            #expect(plan.frontier.last?.model == "resnet50" && (plan.choice?.model ?? "none") == model, "\(factor)")
        }
    }

    @Test func stepsRiseInPriceAndSkipTheDominated() throws {
        var measurements = MeasurementSet(measurements: [])
        for (index, accuracy) in [0.70, 0.705, 0.72, 0.71, 0.73].enumerated() {
            var one = WorkedExample.measurement("m\(index)", "large", latency: 20, throughput: 1)
            one.throughputPerSecond = 60 / Double(index + 1)
            one.latencyMilliseconds = .init(p50: 1, p90: 1, p99: 1)
            one.peakRssMib = 60
            one.accuracy = .init(value: accuracy, source: "given")
            measurements.measurements.append(one)
        }
        let result = try rank(RankingOptions(), measurements) {
            $0.value = nil
            $0.demand.inferencesPerSecond = 1000
            $0.slo.milliseconds = 10_000
        }
        let steps = try #require(result.steps)
        #expect(steps.map(\.model) == ["m0", "m2", "m4"])
        let prices = steps.compactMap(\.usdPerPointYear)
        #expect(prices.count == 2 && prices[0] < prices[1])
    }

    @Test func oldRequestsStillMeanTheSame() throws {
        #expect(RankingRequest(deployment: WorkedExample.deployment).options == RankingOptions())
        let options = RankingOptions(objective: .netValue, models: ["a"], tiers: ["b"], whatIf: ["demand=1"])
        #expect(RankingRequest(deployment: WorkedExample.deployment, options: options).options == options)
    }
}
