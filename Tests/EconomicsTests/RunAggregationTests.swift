import EdgeprofAPI
import Statistics
import Testing

@testable import Economics

@Suite struct RunAggregationTests {
    @Test func throughputIsTheMedianOfHostMedians() throws {
        let runs = try [
            run("a", throughput: 10), run("a", throughput: 11), run("a", throughput: 90),
            run("b", throughput: 20), run("c", throughput: 30), run("c", throughput: 50),
        ]
        #expect(try only(runs).throughputPerSecond == 20)
    }

    @Test func latencyIsTheMeanOverHostsOfMergedHistograms() throws {
        // Host a: a run of one query and one of a thousand count alike, so its median lies at the first.
        let runs = try [
            run("a", pairs: [[10_000_000, 1]]), run("a", pairs: [[30_000_000, 1000]]),
            run("b", pairs: [[20_000_000, 5]]),
        ]
        let measurement = try only(runs)
        #expect(measurement.latencyMilliseconds == .init(p50: 15, p90: 25, p99: 25))
        #expect(measurement.worstHostLatencyMilliseconds == .init(p50: 20, p90: 30, p99: 30))
        #expect(measurement.hosts.map(\.id) == ["a", "b"])
        #expect(measurement.hosts.first?.latencyMilliseconds == .init(p50: 10, p90: 30, p99: 30))
        #expect(measurement.hosts.first?.runs.count == 2)
        // Host a: mean 20, variance 100, squared coefficient 0.25; host b: 0.
        #expect(abs(measurement.serviceTimeCv2 - 0.125) < 1e-12)
    }

    @Test func memoryIsTheWorstHostsLargerPeak() throws {
        var runs = try [run("a"), run("b"), run("b")]
        runs[0].peakRssBytes = 50 << 20
        runs[1].loadPeakRssBytes = 80 << 20
        runs[2].peakRssBytes = .max
        runs[2].isDisturbed = true
        #expect(try only(runs).peakRssMib == 80)
    }

    @Test func disturbedRunsAreLeftOutUnlessAllAre() throws {
        var runs = try [run("a", throughput: 10), run("a", throughput: 2)]
        runs[1].isDisturbed = true
        #expect(try only(runs).throughputPerSecond == 10)
        #expect(try only(runs).flags == [])
        runs[0].isDisturbed = true
        #expect(try only(runs).throughputPerSecond == 6)
        #expect(try only(runs).flags == ["disturbed"])
    }

    @Test func theRooflineShareIsTheMedianOfHostMedians() throws {
        var runs = try [run("a"), run("a"), run("a"), run("b"), run("b"), run("c")]
        #expect(try only(runs).rooflineShare == nil)
        for (index, share) in [0.2, 0.3, 0.9, 0.6, 0.8].enumerated() { runs[index].rooflineShare = share }
        // Host c does not say. Medians 0.3 and 0.7.
        #expect(try only(runs).rooflineShare == 0.5)
        #expect(try only(runs).flags == [])
        runs[4].rooflineShare = 0.6
        #expect(try only(runs).flags == ["engine-limited"])
    }

    @Test func steadyRunsGoBeforeBursts() throws {
        var runs = try [run("a", throughput: 10), run("a", throughput: 30)]
        runs[1].isBurst = true
        #expect(try only(runs).basis == .measured)
        #expect(try only(runs).throughputPerSecond == 10)
        runs[0].isBurst = true
        #expect(try only(runs).basis == .burst)
        runs[0].isStandIn = true
        #expect(try only(runs).basis == .standIn)
    }

    /// A stand-in is an estimate: it counts for what nobody measured on the tier, and is never mixed with what was.
    @Test func standInsGiveWayToTheTierItself() throws {
        var runs = try [run("a", throughput: 10), run("b", throughput: 90), run("c", throughput: 99)]
        runs[1].isStandIn = true
        runs[2].isStandIn = true
        runs[2].settings.isa = "avx2"
        let measured = try only(runs)
        #expect(measured.basis == .measured && measured.throughputPerSecond == 10)
        #expect(measured.hosts.map(\.id) == ["a"])
        runs[0].model = "other"
        let list = RunAggregation.measurements(from: runs).measurements
        #expect(list.filter { $0.model != "other" }.map(\.basis) == [.standIn, .standIn])
    }

    @Test func groupsGoByModelTierAndSettings() throws {
        var runs = try [run("a"), run("a"), run("a"), run("a")]
        runs[1].model = "mine"
        runs[2].tier = "other"
        runs[3].settings.isa = "avx2"
        let list = RunAggregation.measurements(from: runs).measurements
        #expect(list.map(\.model) == ["mine", "resnet18", "resnet18", "resnet18"])
        #expect(list.map(\.tier) == ["small", "other", "small", "small"])
        #expect(list.map { $0.settings?.isa } == [nil, nil, nil, "avx2"])
        #expect(MeasurementSet(measurements: list).problems().isEmpty)
        #expect(RunAggregation.measurements(from: runs.reversed()).measurements == list)
    }

    @Test func accuracyIsAsGivenOrAsPublished() throws {
        #expect(try only([run("a")]).accuracy == PublishedAccuracy.accuracy(ofModel: "resnet18"))
        var mine = try run("a")
        mine.model = "mine"
        #expect(try only([mine]).accuracy == nil)
    }

    @Test func aCountedAccuracyGoesBeforeThePublishedOne() throws {
        var runs = try [run("a"), run("a")]
        (runs[0].sha256, runs[1].sha256) = ("old", "new")
        let counted = { (value: Double, milliseconds: Int64) in
            ModelAccuracy(
                model: "resnet18",
                top1: value,
                top1Interval: [value - 0.1, value + 0.1],
                images: 100,
                dataset: "mine",
                measuredAt: Timestamp(millisecondsSinceEpoch: milliseconds),
                producer: "test"
            )
        }
        for accuracies in [["old": counted(0.8, 2), "new": counted(0.6, 1)], ["old": counted(0.8, 0)]] {
            let list = RunAggregation.measurements(from: runs, accuracies: accuracies).measurements
            #expect(list.count == 1)
            let accuracy = try #require(list.first?.accuracy)
            #expect(accuracy.value == 0.8 && accuracy.source == "evaluated" && accuracy.images == 100)
            #expect(accuracy.dataset == "mine")
            #expect(MeasurementSet(measurements: list).problems().isEmpty)
        }
    }

    @Test func aFileCalledLikeAZooModelIsAnotherModel() throws {
        var runs = try [run("a"), run("a"), run("a"), run("a")]
        for (index, sha256) in ["0123456789", "fedcba9876", "0123456789"].enumerated() {
            runs[index].isFile = true
            runs[index].sha256 = sha256
            runs[index].family = nil
        }
        let list = RunAggregation.measurements(from: runs).measurements
        #expect(list.map(\.model) == ["resnet18", "resnet18@01234567", "resnet18@fedcba98"])
        #expect(list.map { $0.accuracy == nil } == [false, true, true])
        #expect(list.map { $0.hosts.first?.runs.count } == [1, 2, 1])
        // Where nothing else has the name, it is enough; published figures still are another model's.
        let alone = try only([runs[0]])
        #expect(alone.model == "resnet18" && alone.source == .file && alone.accuracy == nil)
        #expect(ModelFamily.family(of: alone) == nil)
        #expect(AccuracyModel(alone, deployment: WorkedExample.deployment) == nil)
    }

    @Test func wallEnergyGoesBeforePackageEnergy() throws {
        var runs = try [run("a"), run("a"), run("a")]
        runs[0].energy = .init(joulesPerInference: 1, domain: .package)
        #expect(try only(runs).energy == .init(joulesPerInference: 1, domain: .package))
        runs[1].energy = .init(joulesPerInference: 3, domain: .wall)
        runs[2].energy = .init(joulesPerInference: 5, domain: .wall)
        #expect(try only(runs).energy == .init(joulesPerInference: 4, domain: .wall))
    }

    @Test func boardEnergyGoesBetween() throws {
        var runs = try [run("a"), run("a"), run("a")]
        runs[0].energy = .init(joulesPerInference: 1, domain: .package)
        runs[1].energy = .init(joulesPerInference: 2, domain: .board)
        runs[2].energy = .init(joulesPerInference: .infinity, domain: .wall)
        #expect(try only(runs).energy == .init(joulesPerInference: 2, domain: .board))
    }

    /// ROI counts what an inference takes above idle: the idle power is charged all year long.
    @Test func rankingUsesEnergyAboveIdle() throws {
        func energy(_ change: (inout Run) -> Void = { _ in }) throws -> TierMeasurement.Energy? {
            try RunFacts(
                stored {
                    $0.energy = Run.Energy(
                        availability: .ok,
                        instrument: "power_meter:1",
                        domain: "wall",
                        joules: 90,
                        idle: .init(
                            seconds: 5,
                            beforeWatts: 3,
                            afterWatts: 3,
                            driftFraction: 0,
                            joulesAboveIdle: 60
                        )
                    )
                    $0.latencyNanoseconds?.count = 30
                    change(&$0)
                },
                tier: "small"
            )?.energy
        }
        #expect(try energy() == .init(joulesPerInference: 2, domain: .wall))
        #expect(try energy { $0.energy?.domain = "board" } == .init(joulesPerInference: 2, domain: .board))
        #expect(try energy { $0.energy?.domain = "package" } == .init(joulesPerInference: 2, domain: .package))
        #expect(try energy { $0.energy?.domain = "rail" } == nil)
        #expect(try energy { $0.energy?.idle = nil } == nil)
        #expect(try energy { $0.energy?.idle = .init(unavailable: .absent, reason: "not asked for") } == nil)
        #expect(try energy { $0.energy?.idle?.doubts = [.drift] } == nil)
        #expect(try energy { $0.flags.append(.idleDrift) } == nil)
        #expect(try energy { $0.energy?.idle?.joulesAboveIdle = -1 } == nil)
        #expect(try energy { $0.energy?.idle?.joulesAboveIdle = .nan } == nil)
        #expect(try energy { $0.energy = nil } == nil)
    }

    @Test func unusableRunsAreLeftOut() throws {
        var runs = try [run("a"), run("a"), run("a"), run("a", pairs: [[0, 5]]), run("a", pairs: [])]
        runs[0].throughputPerSecond = .nan
        runs[1].throughputPerSecond = 0
        runs[2].throughputPerSecond = -.infinity
        #expect(RunAggregation.measurements(from: runs).measurements.isEmpty)
        #expect(RunAggregation.measurements(from: []).measurements.isEmpty)
    }

    /// The bounds of a measurement hold whatever the bounds of a stored run let through.
    @Test func whateverTheCollectorStoresCanBeRanked() throws {
        var runs = try [run("a", throughput: 1e-9, pairs: [[1, 99_999_999_999], [100_000_000_000_000, 1]])]
        runs[0].peakRssBytes = 1
        runs[0].loadPeakRssBytes = 0
        runs += [try run("b", throughput: 1e9, pairs: [[100_000_000_000_000, 1]])]
        runs[1].peakRssBytes = 1 << 49
        for runs in [[runs[0]], [runs[1]], runs] {
            let set = RunAggregation.measurements(from: runs)
            #expect(set.measurements.count == 1)
            #expect(set.problems().map(\.description) == [])
        }
    }

    @Test func aStoredRunGivesItsFacts() throws {
        let facts = try #require(try RunFacts(stored(), tier: "small"))
        #expect(facts.model == "resnet18" && facts.family == "ResNet" && facts.hostId == "agent-1")
        #expect(facts.settings == .init(threads: 1, instances: 2, isa: "avx2", plan: "fused"))
        #expect(facts.isStandIn && facts.isDisturbed)
        #expect(facts.histogram.count == 3)
        let measurement = try only([facts])
        #expect(measurement.instances == 2)
        #expect(measurement.flags == ["disturbed"])
    }

    /// Flags of a stored run become what ranking does with it.
    @Test func flagsMakeBurstsAndDisturbances() throws {
        let burst = try #require(try RunFacts(stored { $0.flags = [.throttled, .burst] }, tier: "small"))
        #expect(burst.isBurst && !burst.isDisturbed && !burst.isStandIn)
        #expect(try only([burst]).basis == .burst)
        let tail = try #require(
            try RunFacts(stored { $0.flags = [.throttled, .frequencyCapped] }, tier: "small")
        )
        #expect(!tail.isBurst && !tail.isDisturbed)
        var faster = burst
        faster.throughputPerSecond *= 2
        #expect(try only([tail, faster]).throughputPerSecond == tail.throughputPerSecond)
        #expect(try only([tail, faster]).basis == .measured)
        for flag in [Flag.swapping, .stopped, .cpusChanged, .otherLoad] {
            let disturbed = try #require(try RunFacts(stored { $0.flags = [flag] }, tier: "small"))
            #expect(disturbed.isDisturbed && !disturbed.isBurst)
        }
    }

    @Test func onlyServingRunsThatEndedWellAreRanked() throws {
        #expect(try RunFacts(stored { $0.outcome = .oom }, tier: "small") == nil)
        #expect(try RunFacts(stored { $0.scenario = .singleStream }, tier: "small") == nil)
        #expect(try RunFacts(stored { ($0.scenario, $0.instances) = (.singleStream, 1) }, tier: "small") != nil)
        #expect(try RunFacts(stored { $0.throughputPerSecond = nil }, tier: "small") == nil)
        #expect(throws: LatencyHistogramError.notAscending(index: 1)) {
            try RunFacts(stored { $0.latencyNanoseconds?.histogram = [[2, 1], [2, 1]] }, tier: "small")
        }
    }

    private func only(_ runs: [RunFacts]) throws -> TierMeasurement {
        let list = RunAggregation.measurements(from: runs).measurements
        #expect(list.count == 1)
        return try #require(list.first)
    }

    private func run(
        _ host: String,
        throughput: Double = 10,
        pairs: [[UInt64]] = [[100_000_000, 4]]
    ) throws -> RunFacts {
        RunFacts(
            model: "resnet18",
            hostId: host,
            tier: "small",
            settings: .init(threads: 1, instances: 1),
            throughputPerSecond: throughput,
            histogram: try LatencyHistogram(pairs: pairs),
            peakRssBytes: 40 << 20,
            loadPeakRssBytes: 30 << 20
        )
    }

    private func stored(_ change: (inout Run) -> Void = { _ in }) throws -> Run {
        var run = Run(
            id: "0",
            agentId: "agent-1",
            startedAt: try #require(Timestamp("2026-11-22T10:00:00Z")),
            host: HostFacts(
                hostname: "pi",
                architecture: "arm64",
                cpuModel: "Cortex-A72",
                kernel: "6",
                operatingSystem: "Debian",
                usableCpus: 4,
                onlineCpus: 4,
                memoryBytes: 1 << 30,
                isa: "portable"
            ),
            outcome: .ok,
            model: .init(name: "resnet18", sha256: "", family: "ResNet"),
            threads: 1,
            instances: 2,
            isa: "avx2",
            plan: .fused,
            scenario: .offline,
            latencyNanoseconds: .init(
                p50: 5,
                p90: 6,
                p99: 6,
                min: 5,
                max: 6,
                mean: 5.3,
                count: 3,
                histogram: [[5, 2], [6, 1]]
            ),
            throughputPerSecond: 12,
            memory: .init(peakRssBytes: 9, loadPeakRssBytes: 8, rssAnonBytes: 7, arenaBytes: 6, weightBytes: 5),
            flags: [.standIn, .otherLoad],
            producer: "test"
        )
        change(&run)
        return run
    }
}
