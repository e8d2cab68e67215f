import EdgeprofAPI
import HostInfo
import HostProbes
import Testing

@testable import Measurement
@testable import MeasurementCore

@Suite struct RunDraftTests {
    static var record: MeasuredRecord {
        var record = MeasuredRecord()
        record.isa = "avx2"
        record.windowNanoseconds = 2_000_000_000
        record.latency.minimum = 1_000_000
        record.latency.maximum = 3_000_000
        record.latency.sum = 1_000_000 * 900 + 3_000_000 * 100
        record.latency.bins = [.init(nanoseconds: 1_000_447, count: 900), .init(nanoseconds: 3_000_319, count: 100)]
        record.memory.peakRssBytes = 7
        record.processor.isKnown = true
        record.processor.cpus = 2
        record.processor.stretchNanoseconds = 2_000_000_000
        record.processor.busyNanoseconds = 2_000_000_000
        record.processor.ownNanoseconds = 2_000_000_000
        record.processor.tickNanoseconds = 10_000_000
        record.counters = [
            .init(name: "instructions", value: 12, liveFraction: 1, rawValue: 12),
            .init(name: "cycles", availability: .absent, reason: "no PMU"),
        ]
        record.energy = RecordedEnergy(unavailable: .denied, reason: "root only")
        return record
    }

    private func run(_ record: MeasuredRecord, limits: HostLimits? = nil) -> Run {
        let host = HostFacts(.current(), limits: limits)
        let draft = RunDraft(model: .zoo("m"), settings: MeasurementSettings(), host: host, producer: "p")
        return draft.run(ChildEnd(outcome: .ok, record: record))
    }

    /// A run of an undisturbed record with this energy.
    static func run(_ energy: RecordedEnergy) -> Run {
        var record = Self.record
        record.energy = energy
        return Self().run(record)
    }

    @Test func energyIsPutInUnitsOfTheWire() throws {
        var energy = RecordedEnergy()
        energy.availability = .ok
        energy.instrument = "rapl:package-0"
        energy.domain = .package
        (energy.joules, energy.seconds) = (20, 10)
        (energy.samples, energy.changes, energy.updatePeriodNanoseconds) = (3, 2, 1_000_000)
        let run = Self.run(energy)
        let expected = Run.Energy(
            availability: .ok,
            instrument: "rapl:package-0",
            domain: "package",
            joules: 20,
            seconds: 10,
            watts: 2,
            samples: 3,
            changes: 2,
            updatePeriodSeconds: 0.001
        )
        #expect(run.energy == expected)
        #expect(run.joulesPerQuery == 0.02 && run.joulesPerQueryAboveIdle == nil)
    }

    @Test func percentilesAreWithinTheExtremes() throws {
        let run = run(Self.record)
        let latency = try #require(run.latencyNanoseconds)
        #expect(latency.min == 1_000_000 && latency.p50 == 1_000_447 && latency.p90 == 1_000_447)
        // The bin stands for its longest latency; no query took that long.
        #expect(latency.p99 == 3_000_000 && latency.max == 3_000_000)
        #expect(latency.mean == 1_200_000 && latency.count == 1000)
        #expect(latency.histogram == [[1_000_447, 900], [3_000_319, 100]])
        #expect(run.throughputPerSecond == 500)
        #expect(run.isa == "avx2" && run.outcome == .ok)
        #expect(UUIDv7.isValid(run.id))
    }

    @Test func latencyHasIntervalsBoundsAndOutliers() throws {
        let latency = try #require(run(Self.record).latencyNanoseconds)
        let intervals = try #require(latency.intervals)
        #expect(intervals.map(\.percentile) == [50, 90, 99])
        // Nothing says how the queries hang together; ends are rounded outwards, but not beyond what there was.
        #expect(intervals.allSatisfy { $0.inflation == nil && $0.lower >= latency.min && $0.upper <= latency.max })
        #expect(intervals[0].lower == 1_000_000 && intervals[0].upper == 1_000_447)
        #expect(intervals[2].lower == 2_997_318 && intervals[2].upper == 3_000_000)
        // 1,000 queries: none over bounds the 99th, too few for the 99.9th.
        #expect(try #require(latency.bounds).map(\.percentile) == [90, 95, 99])
        #expect(latency.bounds?.last?.over == 2 && latency.bounds?.last?.upper == 3_000_000)
        #expect(latency.outliers == .init(count: 100, aboveNanoseconds: 1_003_449))

        var dependent = Self.record
        // The slow tenth came all at once.
        dependent.latency.stretches = (0..<10).map { $0 == 4 ? [0, 100] : [100, 0] }
        let wide = try #require(run(dependent).latencyNanoseconds)
        // 1,000 are worth six: enough for a median, which lies anywhere.
        #expect(wide.intervals?.map(\.percentile) == [50] && wide.bounds == [])
        #expect(wide.intervals?.first?.lower == wide.min && wide.intervals?.first?.upper == wide.max)
    }

    @Test func whatCouldNotBeReadHasAReasonAndNoValue() {
        let run = run(Self.record)
        let counted = Run.Counter(name: "instructions", availability: .ok, value: 12, liveFraction: 1, rawValue: 12)
        #expect(run.counters[0] == counted)
        #expect(run.counters[1] == Run.Counter(name: "cycles", availability: .absent, reason: "no PMU"))
        #expect(run.energy == Run.Energy(availability: .denied, reason: "root only"))
    }

    /// What was too little to be scaled still shows what it counted and for how long.
    @Test func rawCountsAndTimesAreKept() {
        var record = Self.record
        record.counters[1].rawValue = 40
        record.counters[1].enabledNanoseconds = 100
        record.counters[1].runningNanoseconds = 5
        let counter = run(record).counters[1]
        #expect(counter.value == nil && counter.liveFraction == nil && counter.rawValue == 40)
        #expect(counter.enabledNanoseconds == 100 && counter.runningNanoseconds == 5)
    }

    @Test func layersKeepWhatWasCounted() {
        var record = Self.record
        let layer = RecordedLayer(
            name: "n",
            operation: "o",
            shape: "s",
            macs: 0,
            memoryAccessBytes: 0,
            nanoseconds: 2
        )
        record.layers = [layer, layer]
        record.layers?[1].counters = ["cycles": 9]
        #expect(run(record).layers?.map(\.counters) == [nil, ["cycles": 9]])
    }

    @Test func aRecordWithoutQueriesIsACrash() {
        var record = Self.record
        record.latency = RecordedLatency()
        #expect(run(record).outcome == .crashed)
        #expect(run(record).latencyNanoseconds == nil)
    }

    @Test func limitsMakeAStandIn() {
        #expect(run(Self.record).flags == [])
        let limited = run(Self.record, limits: HostLimits(cpus: [0], isa: "portable", memoryBytes: 1 << 30))
        #expect(limited.flags == [.standIn])
        #expect(limited.host.usableCpus == 1 && limited.host.isa == "portable")
        #expect(limited.host.effectiveMemoryBytes <= 1 << 30)
    }

    @Test func disturbancesAndPropertiesAreFlagged() {
        func flags(_ change: (inout MeasuredRecord) -> Void) -> [Flag] {
            var record = Self.record
            change(&record)
            return Disturbances.flags(of: record, threads: 1)
        }
        #expect(flags { _ in } == [])
        #expect(flags { $0.processor.stolenNanoseconds = 30_000_000 } == [.stolenTime])
        // One tick can be no more than rounding; and 1 % of what was wanted is the bound.
        #expect(flags { $0.processor.stolenNanoseconds = 10_000_000 } == [])
        #expect(flags { $0.processor.stolenNanoseconds = 20_000_000 } == [])
        #expect(flags { $0.processor.busyNanoseconds = 2_300_000_000 } == [.otherLoad])
        #expect(flags { $0.processor.busyNanoseconds = 2_200_000_000 } == [])
        #expect(flags { $0.processor.ownNanoseconds = .max } == [])
        #expect(
            flags {
                $0.processor.busyNanoseconds = .max
                $0.processor.isKnown = false
            } == []
        )
        #expect(flags { $0.clockStepNanoseconds = -6_000_000 } == [.clockStep])
        #expect(flags { $0.clockStepNanoseconds = .min } == [.clockStep])
        #expect(flags { $0.clockStepNanoseconds = 1_000_000 } == [])
        #expect(flags { $0.latency.bins[0].count = 561 } == [.fewQueries])
        #expect(flags { $0.latency.bins[0].count = 562 } == [])
        #expect(flags { $0.counters[0].liveFraction = 0.6 } == [.partialCounters])
        #expect(flags { $0.counters[1].liveFraction = 0.6 } == [])
    }

    @Test func hostFactsComeFromTheHost() {
        let facts = HostFacts(.current())
        #expect(facts.usableCpus >= 1 && facts.onlineCpus >= facts.usableCpus)
        #expect(facts.memoryBytes > 0 && !facts.hostname.isEmpty)
        #expect(["x86_64", "arm64"].contains(facts.architecture))
        #expect(InstructionSet(rawValue: facts.isa) != nil)
    }
}
