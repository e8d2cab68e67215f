import Checksum
import Testing

@testable import MeasurementCore

@Suite struct MeasurementRecordTests {
    static var example: MeasuredRecord {
        var record = MeasuredRecord()
        record.isa = "avx2"
        record.windowNanoseconds = 5_000_000_000
        record.warmUpQueries = 17
        record.warmUpNanoseconds = 300_000_000
        record.warmUpSettled = true
        record.latency.minimum = 900
        record.latency.maximum = 2_100
        record.latency.sum = 3_000
        record.latency.bins = [.init(nanoseconds: 900, count: 1), .init(nanoseconds: 2_111, count: 1)]
        record.memory.loadPeakRssBytes = 10 << 20
        record.memory.peakRssBytes = 30 << 20
        record.memory.peakWasReset = true
        record.memory.arenaBytes = 1_800_000
        record.memory.planResidentBytes = RecordedValue(25_000_000)
        record.memory.windowFaults = RecordedFaults(minor: 3, major: 1)
        record.processor.isKnown = true
        record.processor.cpus = 4
        record.processor.busyNanoseconds = 5
        record.clockStepNanoseconds = -3
        record.counters = [
            .init(
                name: "instructions",
                value: 1e9,
                liveFraction: 0.5,
                rawValue: 500_000_000,
                enabledNanoseconds: 5_000_000_000,
                runningNanoseconds: 2_500_000_000
            ),
            .init(name: "cycles", availability: .absent, reason: "no PMU — übrig"),
        ]
        record.energy = .init(unavailable: .denied, reason: "root only")
        record.tail = .steadyLatency
        record.heat = HeatAndLoadRecordTests.heat
        record.load = HeatAndLoadRecordTests.load
        record.memoryLimit = RecordedMemoryLimit(
            chargedElsewhereBytes: 9 << 20,
            refaults: RecordedValue(12),
            reclaimedPages: RecordedValue(40),
            scannedPages: RecordedValue(unavailable: .absent, reason: "version 1"),
            pressureShare: RecordedValue(0.25)
        )
        record.steps = [.init(macs: 118_013_952, activationBytes: 953_000, constantBytes: 344)]
        record.layers = [
            .init(
                name: "conv1",
                operation: "convolution",
                shape: "1x64x112x112",
                macs: 118_013_952,
                memoryAccessBytes: 953_344,
                nanoseconds: 120_000
            )
        ]
        record.layers?[0].counters = ["instructions": 30_000_000, "cycles": 12_000_000]
        return record
    }

    @Test func survivesTheTrip() throws {
        #expect(try MeasurementRecord(MeasurementRecord.measured(Self.example).encoded()) == .measured(Self.example))
        var plain = Self.example
        plain.layers = nil
        plain.memoryLimit = nil
        #expect(try MeasurementRecord(MeasurementRecord.measured(plain).encoded()) == .measured(plain))
        let failed = MeasurementRecord.failed(reason: "no memory")
        #expect(try MeasurementRecord(failed.encoded()) == failed)
    }

    /// docs/formats/record.md shows these bytes.
    @Test func bytesAreAsDocumented() {
        let documented: [UInt8] = [
            0x45, 0x44, 0x47, 0x45, 0x50, 0x52, 0x45, 0x43, 0x03, 0x00, 0x00, 0x00, 0x0c, 0x00, 0x00, 0x00,
            0x02, 0x09, 0x00, 0x6e, 0x6f, 0x20, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x5e, 0x6e, 0x35, 0x2c,
        ]
        #expect(MeasurementRecord.failed(reason: "no memory").encoded() == documented)
    }

    @Test func everyTruncationIsRefused() {
        let bytes = MeasurementRecord.measured(Self.example).encoded()
        for length in 0..<bytes.count {
            #expect(throws: RecordError.self) { try MeasurementRecord(Array(bytes.prefix(length))) }
        }
        #expect(throws: RecordError.self) { try MeasurementRecord(bytes + [0]) }
    }

    @Test func everyFlippedBitIsRefused() {
        let bytes = MeasurementRecord.measured(Self.example).encoded()
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                #expect(throws: RecordError.self) { try MeasurementRecord(damaged) }
            }
        }
    }

    /// Damage behind a correct checksum: a reader must be total even where the sender lies.
    @Test func damagedBodiesWithTheRightChecksumNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0 ... .max, using: &generator)
        var random = SplitMix(state: seed)
        let bytes = MeasurementRecord.measured(Self.example).encoded()
        var refused = 0
        for _ in 0..<20_000 {
            var body = Array(bytes[MeasurementRecord.headerLength..<(bytes.count - 4)])
            for _ in 0...(random.next() % 4) {
                switch random.next() % 3 {
                case 0: body[Int(random.next() % UInt64(body.count))] = UInt8(truncatingIfNeeded: random.next())
                case 1 where body.count > 1: body.removeLast(Int(random.next() % UInt64(body.count)))
                default: body.insert(0xff, at: Int(random.next() % UInt64(body.count)))
                }
            }
            if (try? MeasurementRecord(Self.sealed(body))) == nil { refused += 1 }
        }
        #expect(refused > 10_000, "seed \(seed)")
    }

    @Test func impossibleContentIsRefused() {
        func refuses(_ change: (inout MeasuredRecord) -> Void) -> Bool {
            var record = Self.example
            change(&record)
            return (try? MeasurementRecord(MeasurementRecord.measured(record).encoded())) == nil
        }
        #expect(refuses { $0.latency.bins.reverse() })
        #expect(refuses { $0.latency.bins[1].count = 0 })
        #expect(refuses { $0.latency.bins[1].count = .max })
        #expect(refuses { $0.latency.minimum = 3_000 })
        #expect(refuses { $0.windowNanoseconds = 0 })
        #expect(refuses { $0.counters[0].value = .nan })
        #expect(refuses { $0.counters[0].value = -1 })
        #expect(refuses { $0.counters[0].liveFraction = 1.5 })
        #expect(refuses { $0.counters[0].rawValue = 1_000_000_001 })
        #expect(refuses { $0.counters[0].runningNanoseconds = 5_000_000_001 })
        #expect(refuses { $0.counters[0].runningNanoseconds = 2_500_100_000 })
        #expect(refuses { $0.counters[0].enabledNanoseconds = .max })
        #expect(refuses { $0.counters[1].value = 1 })
        #expect(refuses { $0.layers?[0].counters = ["": 1] })
        #expect(!refuses { $0.counters[1].rawValue = 7 })
        #expect(!refuses { $0.latency.bins = [] })
    }

    /// The names of a layer's counters come in order, each once.
    @Test func aLayersCountersAreInOrder() throws {
        var bytes = RecordBytes()
        bytes.append(["b": 2, "a": 1])
        var reader = RecordReader(bytes.bytes[...])
        #expect(try reader.layerCounts() == ["a": 1, "b": 2])
        for names in [["b", "a"], ["a", "a"], [""]] {
            var wrong = RecordBytes()
            wrong.append(names) { bytes, name in
                bytes.append(name)
                bytes.append(UInt64(1))
            }
            var reader = RecordReader(wrong.bytes[...])
            #expect(throws: RecordError.self) { try reader.layerCounts() }
        }
        var endless = RecordReader([0xff, 0xff, 0xff, 0xff, 1, 0])
        #expect(throws: RecordError.self) { try endless.layerCounts() }
    }

    @Test func anotherVersionIsNamed() {
        var bytes = MeasurementRecord.failed(reason: "").encoded()
        bytes[8] = 9
        #expect { try MeasurementRecord(bytes) } throws: { "\($0)".contains("version 9") }
    }

    @Test func longTextIsCutAtACharacter() throws {
        let text = String(repeating: "a", count: 65_534) + "é"
        guard case .failed(let reason) = try MeasurementRecord(MeasurementRecord.failed(reason: text).encoded()) else {
            Issue.record("not a failed record")
            return
        }
        #expect(reason == String(repeating: "a", count: 65_534))
    }

    /// A record around any body, with a correct length and checksum.
    static func sealed(_ body: [UInt8]) -> [UInt8] {
        func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let bytes = MeasurementRecord.magic + little(MeasurementRecord.version) + little(UInt32(body.count)) + body
        return bytes + little(CRC32C.checksum(bytes))
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
