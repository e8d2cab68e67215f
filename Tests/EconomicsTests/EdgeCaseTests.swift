import EdgeprofAPI
import Foundation
import Testing

@testable import Economics

@Suite struct EdgeCaseTests {
    @Test func withoutDemandNothingIsBoughtAndNothingEarned() throws {
        let result = try WorkedExample.rank { $0.demand.inferencesPerSecond = 0 }
        let choice = try #require(result.choices.first)
        #expect(choice.unitsPerSite == 0)
        #expect(choice.valueUsd == 0)
        #expect(choice.usdPerMillionCorrect == nil)
        #expect(choice.tcoUsd == 576)
        #expect(choice.roi == -1)
        #expect(result.headline.contains { $0.hasPrefix("Nobody asks for anything") })
        #expect(try WorkedExample.plan { $0.demand.inferencesPerSecond = 0 }.choice == nil)
    }

    @Test func withoutDemandOrValueTheIntervalSaysWhyThereIsNone() throws {
        var measurements = WorkedExample.measurements
        for index in measurements.measurements.indices {
            let host = TierMeasurement.Run(throughputPerSecond: 9, p50: 80, p90: 81, p99: 82, peakRssMib: 60)
            measurements.measurements[index].hosts = [TierMeasurement.Host(id: "a", runs: [host])]
        }
        var deployment = WorkedExample.deployment
        deployment.demand.inferencesPerSecond = 0
        deployment.value = nil
        let result = try Economics.rank(
            measurements: measurements,
            tiers: WorkedExample.tiers,
            deployment: deployment
        )
        for choice in result.choices {
            #expect(choice.usdPerMillionCorrectInterval == nil)
            #expect(choice.intervalReason == "there are no correct answers to divide by")
        }
    }

    @Test func withoutDemandOrTuningThereIsNoRoi() throws {
        let result = try WorkedExample.rank {
            $0.demand.inferencesPerSecond = 0
            $0.tuning = nil
        }
        #expect(result.choices.allSatisfy { $0.roi == nil && $0.roiReason == "it costs nothing" })
    }

    @Test func whatCostsNothingComesBeforeAnyFiniteRoi() throws {
        var tiers = WorkedExample.tiers
        tiers.tiers[0].priceUsd = 0
        tiers.tiers[0].idleWatts = 0
        tiers.tiers[0].activeWatts = 0
        var deployment = WorkedExample.deployment
        deployment.tuning = nil
        let result = try Economics.rank(
            measurements: WorkedExample.measurements,
            tiers: tiers,
            deployment: deployment
        )
        #expect(result.choices.prefix(2).map(\.model) == ["densenet121", "resnet18"])
        #expect(result.choices.prefix(2).allSatisfy { $0.tier == "small" && $0.tcoUsd == 0 && $0.roi == nil })
        #expect(result.choices[0].roiReason == "it costs nothing")
        #expect(result.choices[0].netValueUsd == result.choices[0].valueUsd)

        deployment.value = Deployment.Value(correctUsd: 0, wrongUsd: 1)
        let losing = try Economics.rank(
            measurements: WorkedExample.measurements,
            tiers: tiers,
            deployment: deployment
        )
        #expect(losing.choices.first?.tier == "large")
        #expect(losing.choices.filter(\.feasible).last?.tier == "small")
    }

    @Test func aNegativeReturnIsPrinted() throws {
        let result = try WorkedExample.rank { $0.value = Deployment.Value(correctUsd: 0, wrongUsd: 0.00001) }
        #expect(result.choices.allSatisfy { ($0.roi ?? 0) < -1 })
        #expect(try WorkedExample.plan { $0.value = Deployment.Value(correctUsd: 0) }.choice == nil)
    }

    @Test func withoutValueTheCheapestCorrectAnswersComeFirst() throws {
        let result = try WorkedExample.rank { $0.value = nil }
        #expect(result.objective == .usdPerMillionCorrect)
        #expect(result.choices.allSatisfy { $0.roi == nil && $0.valueUsd == nil && $0.roiReason != nil })
        let costs = result.choices.filter(\.feasible).compactMap(\.usdPerMillionCorrect)
        #expect(costs == costs.sorted())
        #expect(result.choices.first?.model == "resnet18")
        let plan = try WorkedExample.plan { $0.value = nil }
        #expect(plan.choice?.model == "resnet18")
        #expect(plan.frontier.isEmpty)
        #expect(plan.objectiveUsd == nil)
    }

    @Test func exactTiesGoByCostThenModelThenTier() throws {
        var measurements = MeasurementSet(measurements: [])
        for (model, tier) in [("b", "large"), ("a", "large"), ("b", "copy"), ("a", "copy")] {
            var copy = WorkedExample.measurement("resnet18", "large", latency: 17, throughput: 60)
            copy.model = model
            copy.tier = tier
            measurements.measurements.append(copy)
        }
        var tiers = WorkedExample.tiers
        tiers.tiers[0] = tiers.tiers[1]
        tiers.tiers[0].id = "copy"
        let result = try Economics.rank(
            measurements: measurements,
            tiers: tiers,
            deployment: WorkedExample.deployment
        )
        #expect(result.choices.map { "\($0.model) \($0.tier)" } == ["a copy", "a large", "b copy", "b large"])
        #expect(result.choices.allSatisfy { $0.dominatedBy == nil })
    }

    @Test func theBestSettingsOfAPairAreTaken() throws {
        var measurements = MeasurementSet(measurements: [])
        for (label, throughput) in [("slow", 30.0), ("fast", 61), ("middle", 45)] {
            var copy = WorkedExample.measurement("resnet18", "large", latency: 17, throughput: throughput)
            copy.settings = TierMeasurement.Settings(label: label)
            measurements.measurements.append(copy)
        }
        let result = try Economics.rank(
            measurements: measurements,
            tiers: WorkedExample.tiers,
            deployment: WorkedExample.deployment
        )
        #expect(result.choices.map { $0.settings?.label } == ["fast"])
    }

    @Test func inputsInAnotherOrderGiveTheSameAnswer() throws {
        var measurements = WorkedExample.measurements
        for index in measurements.measurements.indices {
            let time = measurements.measurements[index].latencyMilliseconds?.p99 ?? 1
            measurements.measurements[index].hosts = (0..<2).map { host in
                let slow = 1 + 0.02 * Double(host)
                return .init(
                    id: "host-\(host)",
                    runs: [
                        .init(
                            throughputPerSecond: 1000 / (time * slow),
                            p50: time * slow,
                            p90: time * slow,
                            p99: time * slow,
                            peakRssMib: 60
                        )
                    ]
                )
            }
        }
        let first = try Economics.rank(
            measurements: measurements,
            tiers: WorkedExample.tiers,
            deployment: WorkedExample.deployment
        )
        measurements.measurements.reverse()
        for index in measurements.measurements.indices { measurements.measurements[index].hosts.reverse() }
        var tiers = WorkedExample.tiers
        tiers.tiers.reverse()
        let second = try Economics.rank(
            measurements: measurements,
            tiers: tiers,
            deployment: WorkedExample.deployment
        )
        #expect(first.choices == second.choices)
        #expect(first.choices.first?.roiInterval != nil)
    }

    @Test func nothingMeasuredIsAnAnswerToo() throws {
        let empty = try Economics.rank(
            measurements: MeasurementSet(measurements: []),
            tiers: WorkedExample.tiers,
            deployment: WorkedExample.deployment
        )
        #expect(empty.choices.isEmpty)
        #expect(empty.headline == ["Nothing to rank: no measurement on a listed tier."])
        #expect(empty.warnings == ["nothing was measured on large, small"])
        let plan = try Economics.plan(
            measurements: MeasurementSet(measurements: []),
            tiers: WorkedExample.tiers,
            deployment: WorkedExample.deployment
        )
        #expect(plan.choice == nil)
        #expect(plan.choiceReason == "nothing is feasible")
    }

    @Test func everyProblemOfTheInputsIsThrownAtOnce() {
        var deployment = WorkedExample.deployment
        deployment.years = 0
        var measurements = WorkedExample.measurements
        measurements.measurements[0].throughputPerSecond = -.infinity
        #expect(throws: ConfigurationError.self) {
            try Economics.rank(measurements: measurements, tiers: TierList(tiers: []), deployment: deployment)
        }
        do throws(ConfigurationError) {
            _ = try Economics.rank(measurements: measurements, tiers: TierList(tiers: []), deployment: deployment)
        } catch {
            #expect(error.problems.map(\.path) == ["years", "tiers", "measurements[0].throughputPerSecond"])
        }
    }

    /// The hostile ends of every valid range together must neither trap nor reach JSON as infinity.
    @Test(arguments: [0.0, 1_000_000], [0.001, 10_000_000]) func extremesStayFinite(demand: Double, limit: Double)
        throws
    {
        var deployment = WorkedExample.deployment
        deployment.demand.inferencesPerSecond = demand
        deployment.demand.sites = 10_000_000
        deployment.slo.milliseconds = limit
        deployment.years = 50
        deployment.headroom = 0
        deployment.value = Deployment.Value(correctUsd: 1_000_000, wrongUsd: 1_000_000)
        var measurements = WorkedExample.measurements
        measurements.measurements[0].throughputPerSecond = 1e-300
        measurements.measurements[1].throughputPerSecond = 1e9
        measurements.measurements[1].instances = 4096
        measurements.measurements[2].serviceTimeCv2 = 1e6
        measurements.measurements[3].hosts = [
            .init(
                id: "a",
                runs: [.init(throughputPerSecond: 1e-9, p50: 1e-6, p90: 1, p99: 1e9, peakRssMib: 1e-6)]
            ),
            .init(
                id: "b",
                runs: [.init(throughputPerSecond: 1e9, p50: 1e-6, p90: 1e-6, p99: 1e-6, peakRssMib: 1e9)]
            ),
        ]
        let encoder = JSONEncoder()
        let result = try Economics.rank(
            measurements: measurements,
            tiers: WorkedExample.tiers,
            deployment: deployment
        )
        let data = try encoder.encode(result)
        #expect(try JSONDecoder().decode(RankingResult.self, from: data) == result)
        let plan = try Economics.plan(measurements: measurements, tiers: WorkedExample.tiers, deployment: deployment)
        #expect(throws: Never.self) { try encoder.encode(plan) }
    }
}
