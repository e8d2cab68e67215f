import EdgeprofAPI
import Testing

@testable import Economics

/// How far a number may move before another choice takes over, against scanning densely.
@Suite struct SensitivityTests {
    /// The inputs with one parameter at x, edited here and not by the code under test.
    private static func moved(_ example: Example, _ name: String, _ x: Double) -> Example {
        var copy = example
        let parts = name.split(separator: ".").map(String.init)
        func eachMeasurement(_ change: (inout TierMeasurement) -> Void) {
            for index in copy.measurements.indices where copy.measurements[index].model == parts[1] {
                change(&copy.measurements[index])
            }
        }
        switch (parts[0], parts.last ?? "") {
        case ("price", _):
            for index in copy.tiers.indices where copy.tiers[index].id == parts[1] { copy.tiers[index].priceUsd *= x }
        case ("models", "throughput"): eachMeasurement { $0.throughputPerSecond *= x }
        case ("models", "latency"):
            eachMeasurement {
                let old = $0.latencyMilliseconds ?? .init(p50: 0, p90: 0, p99: 0)
                $0.latencyMilliseconds = .init(p50: old.p50 * x, p90: old.p90 * x, p99: old.p99 * x)
            }
        case ("models", "accuracy"): eachMeasurement { $0.accuracy?.value = x }
        case ("tuning", _):
            copy.deployment.tuning?.gpuHours *= x
            copy.deployment.tuning?.engineerHours *= x
        case ("demand", "duty"): copy.deployment.demand.duty = x
        case ("demand", _): copy.deployment.demand.inferencesPerSecond *= x
        case ("headroom", _): copy.deployment.headroom = x
        case ("discount", _): copy.deployment.discount = x
        case ("value", "correct_usd"): copy.deployment.value?.correctUsd *= x
        case ("value", _): copy.deployment.value?.wrongUsd *= x
        case ("backbone_influence", _): copy.deployment.backboneInfluence = x
        case ("usd_per_kwh", _): copy.deployment.usdPerKwh *= x
        case ("slo", _): copy.deployment.slo.milliseconds *= x
        case ("accuracy_floor", _): copy.deployment.accuracyFloor = x
        case ("years", _): copy.deployment.years = Int(x)
        default: Issue.record("\(name) is unknown here")
        }
        return copy
    }

    /// What `rank` or `plan` put first, worked out anew.
    private static func winner(_ example: Example, _ objective: Objective) -> Choice.Alternative? {
        let order = Ranking.order(example.measurements, TierList(tiers: example.tiers), example.deployment, objective)
        guard let first = order.first, first.isFeasible else { return nil }
        if case .plan = objective, (objective.score(first) ?? 0) <= 0 { return nil }
        return first.alternative
    }

    @Test(arguments: 0..<8) func agreesWithDenseScanning(seed: Int) throws {
        let example = Example(seed: UInt64(seed), families: 1)
        for isPlan in [true, false] {
            let objective: Objective =
                example.deployment.value == nil ? .cost : isPlan ? .plan(hurdle: example.deployment.hurdle) : .roi
            let ranking = try Ranking(
                measurements: MeasurementSet(measurements: example.measurements),
                tiers: TierList(tiers: example.tiers),
                deployment: example.deployment,
                objective: objective
            )
            let rows = Sensitivity(
                ranking.evaluations,
                referenceAccuracy: ranking.referenceAccuracy,
                objective: objective,
                deployment: example.deployment
            ).rows
            let first = Self.winner(example, objective)
            #expect(rows.count > 10)
            for row in rows {
                let start = row.isFactor ? 1 : try #require(row.current)
                check(row, row.below, from: start, to: row.low, first, example, objective, seed)
                check(row, row.above, from: start, to: row.high, first, example, objective, seed)
            }
        }
    }

    private func check(
        _ row: PlanResult.Sensitivity.Row,
        _ flip: PlanResult.Sensitivity.Flip?,
        from start: Double,
        to end: Double,
        _ first: Choice.Alternative?,
        _ example: Example,
        _ objective: Objective,
        _ seed: Int
    ) {
        let place = "seed \(seed), \(objective), \(row.parameter) from \(start) to \(end)"
        let at = flip.map { row.isFactor ? $0.factor ?? .nan : $0.value ?? .nan }
        let limit = at ?? end
        let isWhole = row.parameter == "years"
        let steps = isWhole ? Int((limit - start).magnitude) : 60
        // Nothing flips before the flip.
        for step in 0..<max(0, steps) {
            let share = Double(step) / Double(steps)
            let x = isWhole ? start + (limit - start) * share : start + (limit - start) * share * (1 - 1e-9)
            let winner = Self.winner(Self.moved(example, row.parameter, x), objective)
            #expect(winner == first, "\(place): \(winner as Any) at \(x), flip said to be \(at as Any)")
            if winner != first { return }
        }
        guard let flip, let at else { return }
        #expect(flip.takesOver != first, "\(place)")
        // Just beyond it whoever was named leads; at a distance of rounding both are worth the same.
        let beyond = isWhole ? at : at + (end - start) * 1e-9
        let winner = Self.winner(Self.moved(example, row.parameter, beyond), objective)
        #expect(winner == flip.takesOver, "\(place): flip at \(at)")
    }

    @Test func backboneInfluenceOfTheWorkedExample() throws {
        let sensitivity = try #require(try WorkedExample.plan().sensitivity)
        let row = try #require(sensitivity.choice.first { $0.parameter == "backbone_influence" })
        #expect(abs((row.below?.value ?? 0) - 0.073688) < 1e-6)
        #expect(row.below?.takesOver == Choice.Alternative(model: "resnet18", tier: "large"))
        #expect(row.above == nil)
        #expect(sensitivity.rankLeader == Choice.Alternative(model: "resnet18", tier: "large"))
    }

    @Test func theFloorPassesOneAccuracyAfterAnother() throws {
        let sensitivity = try #require(try WorkedExample.plan().sensitivity)
        let plan = try #require(sensitivity.choice.first { $0.parameter == "accuracy_floor" })
        // resnet50 leads until nothing passes: then there is nothing to buy.
        #expect(abs((plan.above?.value ?? 0) - 0.7592) < 1e-12)
        #expect(plan.above?.takesOver == nil)
        let rank = try #require(sensitivity.leader.first { $0.parameter == "accuracy_floor" })
        #expect(abs((rank.above?.value ?? 0) - 0.69494) < 1e-12)
        #expect(rank.above?.takesOver == Choice.Alternative(model: "resnet50", tier: "large"))
    }

    @Test func nothingToSayWithoutDemand() throws {
        #expect(try WorkedExample.plan { $0.demand.inferencesPerSecond = 0 }.sensitivity == nil)
    }
}
