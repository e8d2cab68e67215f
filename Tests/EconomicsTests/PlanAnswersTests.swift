import EdgeprofAPI
import Statistics
import Testing

@testable import Economics

/// What to measure next, and what a model that lost would have to gain.
@Suite struct PlanAnswersTests {
    // MARK: Counterfactual

    @Test func denseNetOfTheWorkedExample() throws {
        let plan = try WorkedExample.plan()
        #expect(plan.counterfactuals.map(\.model) == ["densenet121"])
        let levers = try #require(plan.counterfactuals.first).levers
        #expect(levers.map(\.lever) == ["accuracy", "speed", "memory", "tuning"])
        // By hand: DenseNet on large must gain the 86,661.585 USD it is behind by, at 2.078067e6 / value a point of accuracy.
        let stake = 0.00003 * Annuity.factor(years: 3, discount: 0.08) * 200 * 20 * 0.5 * Year.seconds
        let behind = (2_078_067.399 - 46_493.470) - (2_003_897.179 - 58_984.872)
        let needed = try #require(levers[0].needed)
        #expect(abs(needed - (0.744 + behind / stake)) < 1e-6)
        #expect(levers[0].tier == "large")
        // Nothing else makes up for 1.5 points of accuracy.
        #expect(levers.dropFirst().allSatisfy { $0.needed == nil && $0.message.hasPrefix("cannot win by") })
    }

    @Test func leastChangesAreLeast() throws {
        for seed in 0..<30 as Range<UInt64> {
            let example = Example(seed: seed)
            let tiers = TierList(tiers: example.tiers)
            let plan = try Economics.plan(
                measurements: MeasurementSet(measurements: example.measurements),
                tiers: tiers,
                deployment: example.deployment
            )
            for item in plan.counterfactuals {
                for lever in item.levers where ["accuracy", "speed"].contains(lever.lever) {
                    let end = lever.lever == "accuracy" ? 1.0 : Counterfactual.mostSpeed
                    func winner(_ x: Double) -> String? {
                        let changed = example.measurements.map { measurement -> TierMeasurement in
                            var measurement = measurement
                            guard measurement.model == item.model else { return measurement }
                            if lever.lever == "accuracy" {
                                measurement.accuracy?.value = x
                            } else {
                                let old = measurement.latencyMilliseconds ?? .init(p50: 1, p90: 1, p99: 1)
                                measurement.throughputPerSecond *= x
                                measurement.latencyMilliseconds = .init(
                                    p50: old.p50 / x,
                                    p90: old.p90 / x,
                                    p99: old.p99 / x
                                )
                            }
                            return measurement
                        }
                        return
                            (try? Economics.plan(
                                measurements: MeasurementSet(measurements: changed),
                                tiers: tiers,
                                deployment: example.deployment
                            ))?.choice?.model
                    }
                    let place = "seed \(seed), \(item.model), \(lever.lever) \(lever.needed as Any)"
                    guard let needed = lever.needed, let current = lever.current else {
                        #expect(winner(end) != item.model, "\(place)")
                        continue
                    }
                    #expect(winner(min(end, needed * (1 + 1e-9))) == item.model, "\(place)")
                    #expect(winner(max(current, needed * (1 - 1e-6))) != item.model || needed == current, "\(place)")
                }
            }
        }
    }

    @Test func aNamedModelIsAskedAbout() throws {
        let request = PlanningRequest(deployment: WorkedExample.deployment, counterfactual: "resnet18")
        let plan = try Economics.plan(
            measurements: WorkedExample.measurements,
            tiers: WorkedExample.tiers,
            request: request
        )
        #expect(plan.counterfactuals.map(\.model) == ["resnet18"])
        var unknown = request
        unknown.counterfactual = "alexnet"
        let error = #expect(throws: ConfigurationError.self) {
            try Economics.plan(measurements: WorkedExample.measurements, tiers: WorkedExample.tiers, request: unknown)
        }
        #expect(
            error?.description
                == "counterfactual: no measurement of `alexnet` on a listed tier; there are: densenet121, resnet18, resnet50"
        )
    }

    // MARK: Value of information

    /// Measurements with hosts, their throughput and latency spread by a factor.
    private func plan(spread: Double, change: (inout Deployment) -> Void = { _ in }) throws -> PlanResult {
        var measurements = WorkedExample.measurements
        for index in measurements.measurements.indices {
            let base = measurements.measurements[index]
            let latency = base.latencyMilliseconds?.p99 ?? 0
            measurements.measurements[index].hosts = [1 / spread, 1, spread].enumerated().map { host, factor in
                .init(
                    id: "h\(host)",
                    runs: [
                        .init(
                            throughputPerSecond: base.throughputPerSecond / factor,
                            p50: latency * factor,
                            p90: latency * factor,
                            p99: latency * factor,
                            peakRssMib: base.peakRssMib ?? 0
                        )
                    ]
                )
            }
        }
        var deployment = WorkedExample.deployment
        change(&deployment)
        return try Economics.plan(measurements: measurements, tiers: WorkedExample.tiers, deployment: deployment)
    }

    @Test func whatIsKnownIsWorthNothing() throws {
        let information = try #require(try plan(spread: 1.0001).valueOfInformation)
        #expect(information.bestOnAverage == Choice.Alternative(model: "resnet50", tier: "large"))
        #expect(information.items.isEmpty)
        #expect(information.perfectUsd ?? 1 < 1)
    }

    @Test func doubtIsWorthMoreTheMoreThereIs() throws {
        let worth = try [1.05, 1.3, 1.8].map { try #require(try plan(spread: $0).valueOfInformation?.perfectUsd) }
        #expect(worth[0] < worth[1] && worth[1] < worth[2])
        let information = try #require(try plan(spread: 1.8).valueOfInformation)
        let perfect = try #require(information.perfectUsd)
        #expect(!information.items.isEmpty)
        #expect(information.items.allSatisfy { $0.worthUsd <= perfect * 1.05 && (0...1).contains($0.pChanges) })
        #expect(information.items.map(\.worthUsd) == information.items.map(\.worthUsd).sorted(by: >))
        // What is bought, or rivals it, matters most.
        #expect(information.items.first?.tier == "large")
    }

    @Test func withoutHostsOrValueAReasonIsGiven() throws {
        #expect(try WorkedExample.plan().valueOfInformation?.reason?.contains("no hosts") == true)
        #expect(try plan(spread: 1.5) { $0.value = nil }.valueOfInformation?.reason == "no value of an answer is given")
    }

    @Test func theFrontierHasIntervals() throws {
        let frontier = try plan(spread: 1.3).frontier
        #expect(frontier.count == 2)
        for point in frontier {
            let ends = try #require(point.tcoInterval)
            #expect(ends[0] < point.tcoUsd && point.tcoUsd < ends[1])
            #expect(point.valueInterval?.count == 2)
            #expect((0.5...1).contains(point.pWorthwhile ?? 0))
        }
    }

    // MARK: What if

    @Test func changesAreSupposedAndSaid() throws {
        var request = PlanningRequest(deployment: WorkedExample.deployment, whatIf: ["hurdle=20"])
        let plan = try Economics.plan(
            measurements: WorkedExample.measurements,
            tiers: WorkedExample.tiers,
            request: request
        )
        #expect(plan.choice?.model == "resnet18")
        #expect(plan.hypothesis?.firstWithout == Choice.Alternative(model: "resnet50", tier: "large"))
        #expect(plan.headline.first == "Hypothetical: hurdle 20 instead of 0.")
        #expect(plan.headline.contains { $0.hasPrefix("Without it: buy resnet50 on large") })
        request.whatIf = ["demand=40"]
        request.sites = [.init(site: "one", inferencesPerSecond: 20)]
        #expect(throws: ConfigurationError.self) {
            try Economics.plan(measurements: WorkedExample.measurements, tiers: WorkedExample.tiers, request: request)
        }
    }

    @Test func whatNeedsNoNewUnitIsUsedNotBought() throws {
        let stock = PlanningRequest(
            deployment: WorkedExample.deployment,
            stock: ["large": 10_000],
            whatIf: ["price.large=60"]
        )
        let plan = try Economics.plan(
            measurements: WorkedExample.measurements,
            tiers: WorkedExample.tiers,
            request: stock
        )
        let answer = try #require(plan.headline.first { $0.hasPrefix("Use resnet50 on large") })
        #expect(answer.contains(": 0 new units, "))
        #expect(!plan.headline.contains { $0.contains("buy nothing") })
        // The choice is another one without the hurdle: its sentence is quoted as it is.
        var other = stock
        other.whatIf = ["hurdle=100000"]
        let supposed = try Economics.plan(
            measurements: WorkedExample.measurements,
            tiers: WorkedExample.tiers,
            request: other
        )
        let without = supposed.headline.first { $0.hasPrefix("Without it") }
        #expect(without?.hasPrefix("Without it: use resnet50 on large") == true)
    }

    // MARK: Odd inputs

    @Test func whatCanBeAnsweredIs() throws {
        #expect(
            try WorkedExample.plan { $0.demand.inferencesPerSecond = 0 }.headline == [
                "Buy nothing: nobody asks for anything."
            ]
        )
        let impossible = try WorkedExample.plan { $0.slo.milliseconds = 5 }
        #expect(impossible.headline == ["Buy nothing: nothing is feasible."])
        #expect(impossible.costByYear.isEmpty && impossible.sitePlan == nil)
        // What would have to be different is still said.
        #expect(impossible.counterfactuals.first?.levers[1].needed ?? 0 > 5)
        #expect(impossible.sensitivity?.choice.contains { $0.above != nil || $0.below != nil } == true)
        var tiers = WorkedExample.tiers
        for index in tiers.tiers.indices { tiers.tiers[index].priceUsd = 0 }
        var measurements = WorkedExample.measurements
        // No accuracy, none published either; never measured.
        measurements.measurements[0].model = "mine"
        measurements.measurements[0].accuracy = nil
        measurements.measurements[1].throughputPerSecond = 0
        let plan = try Economics.plan(
            measurements: measurements,
            tiers: tiers,
            deployment: WorkedExample.deployment
        )
        #expect(plan.choice?.model == "resnet50")
        #expect(plan.choices.choice("mine", "small")?.failed == ["accuracy"])
        #expect(plan.counterfactuals.contains { $0.model == "mine" })
        let nothing = try Economics.plan(
            measurements: MeasurementSet(measurements: []),
            tiers: tiers,
            deployment: WorkedExample.deployment
        )
        #expect(nothing.choice == nil && nothing.frontier.isEmpty && nothing.counterfactuals.isEmpty)
    }
}
