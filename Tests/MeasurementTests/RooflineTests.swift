import EdgeprofAPI
import HostInfo
import Testing

@testable import Measurement
@testable import MeasurementCore

@Suite struct RooflineTests {
    /// 100 GMAC/s; caches of 32 KB, 1 MB a core and 8 MB for all.
    private func ceilings(threads: UInt32 = 1, sharers: UInt32 = 1) -> RecordedCeilings {
        RecordedCeilings(
            isa: "avx2",
            threads: threads,
            macsPerSecond: 100e9,
            levels: [
                .init(level: .l1, bytes: 32_000, sharers: 1, bytesPerSecond: 200e9),
                .init(level: .l2, bytes: 1_000_000, sharers: 1, bytesPerSecond: 100e9),
                .init(level: .l3, bytes: 8_000_000, sharers: sharers, bytesPerSecond: 50e9),
                .init(level: .memory, bytes: 0, sharers: threads, bytesPerSecond: 10e9),
            ]
        )
    }

    private func allowed(
        _ step: RecordedStep,
        weights: UInt64 = 4_000_000,
        arena: UInt64 = 500_000,
        _ ceilings: RecordedCeilings? = nil,
        instances: Int = 1
    ) throws -> RooflineModel.Allowed {
        let roofline = RooflineModel(ceilings ?? self.ceilings(), instances: instances)
        return try #require(try roofline.allowed([step], weightBytes: weights, arenaBytes: arena).first)
    }

    private func close(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-9 * abs(other) }

    @Test func multiplicationSetsTheCeilingWhereItTakesLonger() throws {
        // 10 MMAC at 100 G/s: 100 µs. 200 KB from L2 at 100 GB/s: 2 µs; 100 KB of weights from L3 at 50 GB/s: 2 µs.
        let result = try allowed(RecordedStep(macs: 10_000_000, activationBytes: 200_000, constantBytes: 100_000))
        #expect(result.bound == .compute && close(result.nanoseconds, 100_000))
    }

    @Test func bytesComeFromTheNearestLevelThatHoldsTheStep() throws {
        // Nothing to multiply: bytes over the bandwidth of the level.
        for (bytes, bound, nanoseconds) in [
            (20_000, Run.Roofline.Bound.l1, 100.0), (32_000, .l1, 160), (32_001, .l2, 320.01), (2_000_000, .l3, 40_000),
            (8_000_001, .memory, 800_000.1),
        ] {
            let result = try allowed(RecordedStep(macs: 0, activationBytes: UInt64(bytes), constantBytes: 0))
            #expect(result.bound == bound && close(result.nanoseconds, nanoseconds), "\(bytes)")
        }
    }

    @Test func weightsComeFromTheNearestLevelThatHoldsTheNetwork() throws {
        let step = RecordedStep(macs: 1, activationBytes: 2_000, constantBytes: 1_000_000)
        // 4.5 MB in all: L3. 2 KB + 1 MB are more than L2, so activations come from L3 too.
        let cached = try allowed(step)
        #expect(cached.bound == .l3 && close(cached.nanoseconds, 40 + 20_000))
        // 100 MB in all: memory.
        let streamed = try allowed(step, weights: 100_000_000)
        #expect(streamed.bound == .memory && close(streamed.nanoseconds, 40 + 100_000))
        // Activations outweigh the weights: their level is named, both are counted.
        let both = try allowed(RecordedStep(macs: 1, activationBytes: 500_000, constantBytes: 5_000))
        #expect(both.bound == .l2 && close(both.nanoseconds, 5_000 + 100))
    }

    @Test func threadsDivideAStepAmongTheirOwnCaches() throws {
        // Two threads: 40 KB are 20 KB in each first level.
        let step = RecordedStep(macs: 0, activationBytes: 40_000, constantBytes: 0)
        #expect(try allowed(step).bound == .l2)
        #expect(try allowed(step, ceilings(threads: 2, sharers: 2)).bound == .l1)
    }

    @Test func instancesShareCeilingsAndTheLastLevel() throws {
        // Four instances of one thread: a quarter each of 100 GMAC/s and 50 GB/s.
        let four = ceilings(threads: 4, sharers: 4)
        let compute = try allowed(
            RecordedStep(macs: 1_000_000, activationBytes: 1, constantBytes: 0),
            four,
            instances: 4
        )
        #expect(compute.bound == .compute && close(compute.nanoseconds, 40_000))
        // Activations of four are 4 x 1.5 MB, and fit; 4 x 2.5 MB do not.
        let fits = try allowed(RecordedStep(macs: 0, activationBytes: 1_500_000, constantBytes: 0), four, instances: 4)
        #expect(fits.bound == .l3 && close(fits.nanoseconds, 120_000))
        let spills = try allowed(
            RecordedStep(macs: 0, activationBytes: 2_500_000, constantBytes: 0),
            four,
            instances: 4
        )
        #expect(spills.bound == .memory && close(spills.nanoseconds, 1_000_000))
        // Weights are the same for all: 4 MB once and 4 x 0.5 MB fit.
        let weights = RecordedStep(macs: 0, activationBytes: 0, constantBytes: 1_000_000)
        #expect(try allowed(weights, four, instances: 4).bound == .l3)
        #expect(try allowed(weights, arena: 1_500_000, four, instances: 4).bound == .memory)
    }

    @Test func withoutCachesAllComesFromMemory() throws {
        var bare = ceilings()
        bare.levels.removeFirst(3)
        let result = try allowed(RecordedStep(macs: 0, activationBytes: 1_000, constantBytes: 0), bare)
        #expect(result.bound == .memory && close(result.nanoseconds, 100))
    }

    @Test func anUnknownBandwidthIsNoNumber() throws {
        var gap = ceilings()
        gap.levels[3] = .init(level: .memory, bytes: 0, sharers: 1, availability: .absent, reason: "too little of it")
        // Who needs no memory does not miss it.
        #expect(try allowed(RecordedStep(macs: 0, activationBytes: 1_000, constantBytes: 0), gap).bound == .l1)
        #expect { try allowed(RecordedStep(macs: 0, activationBytes: 9_000_000, constantBytes: 0), gap) } throws: {
            ($0 as? RooflineGap)?.reason.contains("too little of it") == true
        }
        gap.levels.removeLast()
        #expect(throws: RooflineGap.self) {
            try allowed(RecordedStep(macs: 0, activationBytes: 9_000_000, constantBytes: 0), gap)
        }
    }

    /// A run of 1.000447 ms, whose two steps are allowed 100 µs and 20 µs times `scale`.
    private func run(scale: UInt64) -> (run: Run, isSurpassed: Bool) {
        var record = RunDraftTests.record
        record.memory.weightBytes = 4_000_000
        record.memory.arenaBytes = 500_000
        record.steps = [
            RecordedStep(macs: 10_000_000 * scale, activationBytes: 1, constantBytes: 0),
            RecordedStep(macs: 0, activationBytes: 1_000, constantBytes: 0),
        ]
        record.layers = record.steps.map { _ in
            RecordedLayer(name: "n", operation: "o", shape: "s", macs: 0, memoryAccessBytes: 0, nanoseconds: 200_000)
        }
        let draft = RunDraft(
            model: .zoo("m"),
            settings: MeasurementSettings(),
            host: HostFacts(.current()),
            producer: "p"
        )
        var run = draft.run(ChildEnd(outcome: .ok, record: record))
        let isSurpassed = run.setRoofline(record, .success(ceilings()))
        return (run, isSurpassed)
    }

    @Test func aRunGetsItsShare() throws {
        let (run, isSurpassed) = run(scale: 6)
        let roofline = try #require(run.roofline)
        let share = try #require(roofline.share)
        #expect(!isSurpassed && roofline.availability == .ok && roofline.reason == nil)
        #expect(close(share, 600_005 / 1_000_447) && roofline.allowedNanoseconds.map { close($0, 600_005) } == true)
        #expect(roofline.boundBy == .compute && roofline.peakMacsPerSecond == 100e9)
        #expect(roofline.bandwidths?.map(\.level) == [.l1, .l2, .l3, .memory])
        #expect(run.flags == [])
        #expect(run.layers?.map(\.boundBy) == [.compute, .l1])
        #expect(run.layers?[0].rooflineShare == 3 && run.layers?[1].rooflineShare.map { close($0, 2.5e-5) } == true)
    }

    @Test func aLowShareIsTheEnginesDoing() throws {
        #expect(run(scale: 4).run.flags == [.engineLimited])
        #expect(!Flag.engineLimited.isDisturbance)
    }

    @Test func aRunFasterThanItsCeilingsHasNoShare() throws {
        #expect(try #require(run(scale: 11).run.roofline?.share) > 1)
        let (run, isSurpassed) = run(scale: 12)
        #expect(isSurpassed && run.roofline?.share == nil && run.roofline?.availability == .absent)
        #expect(run.roofline?.reason?.contains("119 %") == true)
        #expect(run.flags == [] && run.layers?[0].rooflineShare == nil)
    }
}
