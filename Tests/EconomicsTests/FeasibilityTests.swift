import EdgeprofAPI
import Testing

@testable import Economics

@Suite struct FeasibilityTests {
    @Test func latencySaysHowFarOffItIs() throws {
        let choice = try #require(try WorkedExample.rank().choices.choice("resnet50", "small"))
        let shortfall = try #require(choice.shortfalls.first)
        #expect(shortfall.test == "latency")
        #expect(shortfall.value == 197)
        #expect(shortfall.limit == 150)
        #expect(
            shortfall.message
                == "p99 197 ms > 150 ms: needs 1.31x, and more units cannot help"
        )
    }

    @Test func memoryCountsReserveAndApplication() throws {
        // resnet18 needs 60 MiB beside a reserve of 300 on a tier of 1,024.
        #expect(try choice { $0.appMemoryMib = 664 }.failed == [])
        let over = try choice { $0.appMemoryMib = 664.5 }
        #expect(over.failed == ["memory"])
        #expect(over.shortfalls.first?.value == 1024.5)
    }

    @Test func accuracyIsTestedItself() throws {
        #expect(try choice { $0.accuracyFloor = 0.69494 }.failed == [])
        let under = try choice {
            $0.accuracyFloor = 0.7
            $0.backboneInfluence = 0
        }
        #expect(under.failed == ["accuracy"])
        #expect(under.shortfalls.first?.message == "accuracy 69.49 % < 70.00 %: needs 0.51 points more")
    }

    @Test func unknownAccuracyFails() throws {
        let choice = try self.choice(measurement: {
            $0.model = "mine"
            $0.accuracy = nil
        })
        #expect(choice.failed == ["accuracy"])
        #expect(choice.roi == nil)
        #expect(choice.roiReason == "the accuracy is unknown")
        #expect(choice.tcoUsd != nil)
    }

    @Test func unitsAreLimitedBySite() throws {
        let choice = try self.choice { $0.demand.inferencesPerSecond = 80 }
        #expect(choice.failed == ["units"])
        #expect(choice.unitsPerSite == 10)
        #expect(choice.shortfalls.first?.message == "units 10 > 8 a site: needs 1.25x")
    }

    @Test func whatWasNotMeasuredHasNoFigures() throws {
        for change in [
            { $0.throughputPerSecond = 0 }, { $0.latencyMilliseconds = nil },
        ] as [(inout TierMeasurement) -> Void] {
            let choice = try self.choice(measurement: change)
            #expect(choice.failed == ["throughput"])
            #expect(choice.tcoUsd == nil)
            #expect(choice.roi == nil)
            #expect(choice.unitsPerSite == nil)
        }
    }

    @Test func memoryThatWasNotMeasuredFails() throws {
        #expect(try choice(measurement: { $0.peakRssMib = nil }).failed == ["memory"])
    }

    @Test func aTierFarTooSlowSaysSo() throws {
        let choice = try self.choice(measurement: { $0.throughputPerSecond = 1e-5 })
        #expect(choice.failed == ["units"])
        #expect(choice.tcoUsd == nil)
        #expect(choice.roiReason == "the tier is too slow at any number of units")
    }

    @Test func tuningMustBeDoneByTheDeadline() throws {
        // ResNet: 9 trials of 12 h on one GPU take 4.5 days; the first year earns for the rest of it.
        func plan(_ days: Double) throws -> Choice {
            try choice {
                $0.tuning?.parallelGpus = 1
                $0.deadlineDays = days
            }
        }
        #expect(try plan(4.5).failed == [])
        let late = try plan(4)
        #expect(late.failed == ["deadline"])
        #expect(late.tuningDays == 4.5)
        let full = try #require(try choice().valueUsd)
        let annuity = Annuity.factor(years: 3, discount: 0.08)
        let expected = full * (annuity - 4.5 / 365.25 / 1.08) / annuity
        #expect(abs(try #require(late.valueUsd) / expected - 1) < 1e-12)
    }

    @Test func failedTestsKeepTheirOrder() throws {
        let choice = try self.choice {
            $0.slo.milliseconds = 10
            $0.appMemoryMib = 5000
            $0.accuracyFloor = 0.9
            $0.demand.inferencesPerSecond = 100
            $0.tuning?.parallelGpus = 1
            $0.deadlineDays = 0
        }
        #expect(choice.failed == ["latency", "memory", "accuracy", "units", "deadline"])
        #expect(choice.shortfalls.map(\.test) == choice.failed)
    }

    /// resnet18 on the small tier.
    private func choice(
        _ change: (inout Deployment) -> Void = { _ in },
        measurement changeMeasurement: (inout TierMeasurement) -> Void = { _ in }
    ) throws -> Choice {
        var deployment = WorkedExample.deployment
        change(&deployment)
        var measurement = WorkedExample.measurement("resnet18", "small", latency: 84, throughput: 12)
        changeMeasurement(&measurement)
        let result = try Economics.rank(
            measurements: MeasurementSet(measurements: [measurement]),
            tiers: WorkedExample.tiers,
            deployment: deployment
        )
        return try #require(result.choices.first)
    }
}
