import EdgeprofAPI
import Glibc
import Statistics
import Testing

@testable import Economics

@Suite struct UncertaintyTests {
    @Test func withoutHostsThereAreNoIntervals() throws {
        let result = try WorkedExample.rank()
        #expect(result.uncertainty.betweenHostSpread == .unknown)
        #expect(result.uncertainty.draws == 0)
        for choice in result.choices {
            #expect(choice.roiInterval == nil && choice.pBest == nil && choice.pFeasible == nil)
            #expect(choice.tieGroup == nil)
            #expect(choice.intervalReason?.contains("name no hosts") == true)
        }
        #expect(result.assumptions.contains("no intervals: the measurements name no hosts"))
    }

    @Test func oneHostEachAssumesASpread() throws {
        let result = try rank(Fleet(hosts: 1))
        #expect(result.uncertainty.betweenHostSpread == .assumed)
        #expect(result.uncertainty.degreesOfFreedom == 0)
        #expect(result.assumptions.first?.hasPrefix("between-host spread assumed: 10 %") == true)
        let choice = try #require(result.choices.first)
        let interval = try #require(choice.roiInterval)
        let roi = try #require(choice.roi)
        #expect(interval[0] < roi && roi < interval[1])
    }

    @Test func freedomCountsHostsOncePerModelAndTier() throws {
        var fleet = Fleet(hosts: 3)
        #expect(try rank(fleet).uncertainty.degreesOfFreedom == 2 * 2 * 2)
        fleet.settings = ["one", "two"]
        #expect(try rank(fleet).uncertainty.degreesOfFreedom == 2 * 2 * 2)
        #expect(try rank(fleet).uncertainty.betweenHostSpread == .measured)
    }

    @Test func moreHostsNarrowTheInterval() throws {
        func width(_ hosts: Int) throws -> Double {
            let interval = try #require(try rank(Fleet(hosts: hosts)).choices.first?.roiInterval)
            return interval[1] - interval[0]
        }
        let few = try width(2)
        let several = try width(8)
        // From 20 hosts on they are resampled; the answer must not jump there.
        let many = try width(19)
        let resampled = try width(20)
        #expect(few > several && several > many)
        #expect(abs(resampled / many - 1) < 0.5)
    }

    @Test func sharesOfBestAddUpToOne() throws {
        let result = try rank(Fleet(hosts: 3))
        #expect(result.choices.allSatisfy { $0.pFeasible == 1 })
        #expect(abs(result.choices.compactMap(\.pBest).reduce(0, +) - 1) < 1e-9)
        let plan = try Economics.plan(
            measurements: Fleet(hosts: 3).measurements,
            tiers: Fleet.tiers,
            deployment: Fleet.deployment
        )
        #expect(abs(plan.choices.compactMap(\.pBest).reduce(plan.pNone ?? 0, +) - 1) < 1e-9)
        #expect(plan.pNone == 0)
    }

    @Test func planPrefersNothingWhereTheHurdleIsTooHigh() throws {
        var deployment = Fleet.deployment
        deployment.hurdle = 1000
        let plan = try Economics.plan(
            measurements: Fleet(hosts: 3).measurements,
            tiers: Fleet.tiers,
            deployment: deployment
        )
        #expect(plan.choice == nil)
        #expect(plan.choiceReason == "no choice is worth 1,001 times its cost")
        #expect(plan.pNone == 1)
        #expect(plan.choices.allSatisfy { $0.pBest == 0 })
    }

    @Test func exactTiesShareTheBest() throws {
        var measurements = MeasurementSet(measurements: [])
        for model in ["one", "two", "three"] {
            var copy = Fleet(hosts: 1).measurements.measurements[0]
            copy.model = model
            // No spread between the two hosts: every draw is the point estimate.
            copy.hosts = [copy.hosts[0], .init(id: "other", runs: copy.hosts[0].runs)]
            measurements.measurements.append(copy)
        }
        let result = try Economics.rank(
            measurements: measurements,
            tiers: Fleet.tiers,
            deployment: Fleet.deployment
        )
        #expect(result.choices.count == 3)
        for choice in result.choices {
            #expect(abs((choice.pBest ?? 0) - 1.0 / 3) < 1e-9)
            #expect(choice.tieGroup == 1)
            let roi = try #require(choice.roi)
            #expect(choice.roiInterval == [roi, roi])
        }
        #expect(result.headline.last == "The measurements cannot tell it from three on large, two on large.")
    }

    @Test func whatDiffersClearlyIsInAnotherGroup() throws {
        let result = try rank(Fleet(hosts: 6, spread: 0.001))
        #expect(result.choices.map(\.tieGroup) == [1, 2, 3, 4])
        #expect(result.choices.first?.pBest == 1)
        let wide = try rank(Fleet(hosts: 2, spread: 1.5))
        #expect(wide.choices.first?.tieGroup == 1)
        #expect(wide.choices.filter { $0.tieGroup == 1 }.count > 1)
    }

    @Test func anUncertainFloorShowsInTheShareFeasible() throws {
        var fleet = Fleet(hosts: 3)
        fleet.accuracySource = "published-int8"
        var deployment = Fleet.deployment
        deployment.accuracyFloor = 0.7
        let result = try Economics.rank(
            measurements: fleet.measurements,
            tiers: Fleet.tiers,
            deployment: deployment
        )
        let choice = try #require(result.choices.choice("quick", "small"))
        #expect(choice.feasible)
        #expect(abs((choice.pFeasible ?? 0) - 0.5) < 0.05)
        // The accuracy is drawn once per model: a model passes on both tiers or on neither.
        #expect(result.choices.choice("quick", "large")?.pFeasible == choice.pFeasible)
    }

    @Test func aChoiceWithoutHostsTakesPartButHasNoInterval() throws {
        var measurements = Fleet(hosts: 3).measurements
        measurements.measurements[0].hosts = []
        let name = (measurements.measurements[0].model, measurements.measurements[0].tier)
        let result = try Economics.rank(
            measurements: measurements,
            tiers: Fleet.tiers,
            deployment: Fleet.deployment
        )
        let bare = try #require(result.choices.choice(name.0, name.1))
        #expect(bare.roiInterval == nil && bare.pBest == nil)
        #expect(bare.intervalReason == "its measurement names no hosts")
        #expect(result.choices.filter { $0.roiInterval != nil }.count == 3)
    }

    @Test func withoutValueTheIntervalIsOfTheCost() throws {
        var deployment = Fleet.deployment
        deployment.value = nil
        let result = try Economics.rank(
            measurements: Fleet(hosts: 3).measurements,
            tiers: Fleet.tiers,
            deployment: deployment
        )
        let choice = try #require(result.choices.first)
        let interval = try #require(choice.usdPerMillionCorrectInterval)
        let cost = try #require(choice.usdPerMillionCorrect)
        #expect(interval[0] < cost && cost < interval[1])
        #expect(choice.roiInterval == nil)
    }

    @Test func theSameInputGivesTheSameBits() throws {
        #expect(try rank(Fleet(hosts: 3)) == rank(Fleet(hosts: 3)))
    }

    /// Simulated fleets: the interval of a quantity whose truth is known must hold it about 95 times in 100.
    @Test(arguments: [3, 24]) func intervalsCoverTheTruth(hosts: Int) throws {
        var truth = Fleet(hosts: hosts, spread: 0)
        let expected = try #require(try rank(truth).choices.choice("quick", "small")?.roi)
        var held = 0
        let rounds = 300
        for round in 0..<rounds {
            truth.spread = 0.06
            truth.seed = UInt64(round)
            let interval = try #require(try rank(truth).choices.choice("quick", "small")?.roiInterval)
            if interval[0] <= expected && expected <= interval[1] { held += 1 }
        }
        #expect((0.90...0.99).contains(Double(held) / Double(rounds)), "held \(held) of \(rounds)")
    }

    private func rank(_ fleet: Fleet) throws -> RankingResult {
        try Economics.rank(
            measurements: fleet.measurements,
            tiers: Fleet.tiers,
            deployment: Fleet.deployment
        )
    }
}

/// Two models on two tiers, measured on so many hosts that differ at random.
struct Fleet {
    var hosts: Int
    var spread = 0.05
    var seed: UInt64 = 5
    var settings: [String?] = [nil]
    var accuracySource = "given"

    /// So many units a site that rounding up hardly shows, and a limit that never binds.
    static var deployment: Deployment {
        var deployment = WorkedExample.deployment
        deployment.demand.inferencesPerSecond = 3000
        deployment.slo.milliseconds = 1_000_000
        deployment.tuning = nil
        return deployment
    }

    static var tiers: TierList {
        var tiers = WorkedExample.tiers
        for index in tiers.tiers.indices { tiers.tiers[index].maxUnitsPerSite = nil }
        return tiers
    }

    var measurements: MeasurementSet {
        var random = RandomSource(seed: seed)
        var list: [TierMeasurement] = []
        for (model, milliseconds) in [("quick", 20.0), ("slow", 40)] {
            for tier in ["small", "large"] {
                for label in settings {
                    let hosts = (0..<hosts).map { host -> TierMeasurement.Host in
                        let factor = exp(spread * random.normal())
                        let time = milliseconds * factor
                        return .init(
                            id: "host-\(host)",
                            runs: [
                                .init(
                                    throughputPerSecond: 1000 / time,
                                    p50: time,
                                    p90: time,
                                    p99: time,
                                    peakRssMib: 60
                                )
                            ]
                        )
                    }
                    let throughput = Quantiles.median(hosts.map(\.runs[0].throughputPerSecond)) ?? 0
                    let time = hosts.reduce(0) { $0 + $1.runs[0].p99 } / Double(hosts.count)
                    list.append(
                        TierMeasurement(
                            model: model,
                            tier: tier,
                            throughputPerSecond: throughput,
                            latencyMilliseconds: .init(p50: time, p90: time, p99: time),
                            peakRssMib: 60,
                            accuracy: .init(value: 0.7, source: accuracySource),
                            settings: label.map { .init(label: $0) },
                            hosts: hosts
                        )
                    )
                }
            }
        }
        var tiers = MeasurementSet(measurements: list)
        tiers.measurements.sort { ($0.model, $0.tier) < ($1.model, $1.tier) }
        return tiers
    }
}
