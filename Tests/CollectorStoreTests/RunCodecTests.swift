import Checksum
import EdgeprofAPI
import Foundation
import Statistics
import Testing

@testable import CollectorStore

/// Stored runs: nothing is lost, and no damage goes unnoticed.
@Suite struct RunCodecTests {
    private func parts(_ stored: StoredRun) -> [[UInt8]: [UInt8]] {
        Dictionary(stored.parts.map { ($0.key, $0.bytes) }) { first, _ in first }
    }

    /// Bits, not only values: -0 is not 0 in a document either.
    private func text(_ run: Run) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(run)
    }

    @Test func nothingOfAnyRunIsLost() throws {
        for seed: UInt64 in 0..<400 {
            let runs = RandomRuns(seed: seed)
            let run = runs.run()
            let stored = RunCodec.encode(run)
            let read = try RunCodec.decode(stored.body, parts: parts(stored))
            #expect(read == run, "seed \(seed)")
            #expect(try text(read) == text(run), "seed \(seed)")
            let again = RunCodec.encode(read)
            #expect(again.body == stored.body && again.parts == stored.parts, "seed \(seed)")
        }
    }

    /// What the agent reckons from the rest of a run takes next to no room, whatever bounds a layer.
    @Test func sharesThatFollowFromTheRestAreNotWrittenOut() throws {
        let runs = RandomRuns(seed: 1)
        var run = runs.run()
        run.roofline = Run.Roofline(
            share: 0.5,
            allowedNanoseconds: 1e6,
            boundBy: .memory,
            peakMacsPerSecond: 4.7123e10 / 3,
            bandwidths: [
                .init(level: .l1, bytesPerSecond: 8.3e10), .init(level: .l2, bytesPerSecond: 4.1e10 / 7),
                .init(level: .memory, bytesPerSecond: 5.2e9 / 3),
            ]
        )
        func layer(_ index: UInt64, share: Double?, _ bound: Run.Roofline.Bound?) -> Run.Layer {
            Run.Layer(
                name: "conv",
                operation: "convolution",
                shape: "1x1x1x1",
                macs: 1_000_003 * index,
                memoryAccessBytes: 300_007 * index,
                nanoseconds: 100_003 + 7 * index,
                rooflineShare: share,
                boundBy: bound
            )
        }
        func bytes(_ layers: [Run.Layer]) throws -> Int {
            run.layers = layers
            let stored = RunCodec.encode(run)
            #expect(try RunCodec.decode(stored.body, parts: parts(stored)) == run)
            return stored.body.count
        }
        let indices: [UInt64] = Array(1...120)
        let without = try bytes(indices.map { layer($0, share: nil, nil) })
        let compute = try bytes(
            indices.map {
                layer($0, share: Double(1_000_003 * $0) / (4.7123e10 / 3) * 1e9 / Double(100_003 + 7 * $0), .compute)
            }
        )
        let split = try bytes(
            indices.map { index in
                let constants = 100_003 * index + index * index % 97
                let least =
                    Double(300_007 * index - constants) / (4.1e10 / 7) * 1e9 + Double(constants) / (5.2e9 / 3) * 1e9
                return layer(index, share: least / Double(100_003 + 7 * index), .memory)
            }
        )
        #expect(compute < without + 60, "\(compute), \(without)")
        #expect(split < without + 480, "\(split), \(without)")
    }

    /// A field added to a type of a run must be added to its archive too: these counts are there to be tripped over.
    @Test func everyFieldIsArchived() throws {
        let runs = RandomRuns(seed: 1)
        var fields: [String: Int] = [:]
        func count(_ value: Any) {
            let mirror = Mirror(reflecting: value)
            if mirror.displayStyle == .struct { fields["\(mirror.subjectType)"] = mirror.children.count }
            for child in mirror.children { count(child.value) }
        }
        for _ in 0..<200 { count(runs.run()) }
        let known = [
            "Run": 29, "HostFacts": 14, "HostLimits": 3, "ModelReference": 4, "Latency": 11, "Interval": 4,
            "UpperBound": 3,
            "Outliers": 2, "Memory": 12, "PageFaults": 2, "MemoryLimit": 10, "Counter": 8, "Energy": 11, "Idle": 10,
            "WarmUp": 4, "Heat": 14, "Throttling": 3, "Load": 10, "Roofline": 7, "Bandwidth": 2, "Layer": 9,
            "MeasuredValue": 3, "Timestamp": 1,
        ]
        for (name, count) in known { #expect(fields[name] == count, "\(name)") }
    }

    /// What is stored can be read with this dictionary only.
    @Test func theDictionaryIsPartOfTheFormat() {
        #expect(RunDictionary.bytes.count == 1384)
        #expect(CRC32C.checksum(RunDictionary.bytes) == 0x9305_2311)
    }

    @Test func everyCaseHasACode() {
        #expect(Set(StoredChoices.flags) == Set(Flag.allCases))
        #expect(Set(StoredChoices.outcomes) == Set(Run.Outcome.allCases))
        #expect(Set(StoredChoices.scenarios) == Set(Scenario.allCases))
        #expect(Set(StoredChoices.bounds) == Set(Run.Roofline.Bound.allCases))
        #expect(Set(StoredChoices.doubts) == Set(Run.Energy.Idle.Doubt.allCases))
        #expect(Set(StoredChoices.tails) == Set(Run.WarmUp.Tail.allCases))
        #expect(Set(StoredChoices.verdicts) == Set(Run.MemoryLimit.Verdict.allCases))
        #expect(Set(StoredChoices.mechanisms) == Set(Run.MemoryLimit.Mechanism.allCases))
        #expect(StoredChoices.flags.prefix(3) == [.stolenTime, .otherLoad, .clockStep])
    }

    @Test func damageIsRefused() throws {
        let runs = RandomRuns(seed: 7)
        for _ in 0..<6 {
            let stored = RunCodec.encode(runs.run())
            let parts = parts(stored)
            for end in 0..<stored.body.count {
                #expect(throws: StoredRunError.self) { try RunCodec.decode(Array(stored.body[..<end]), parts: parts) }
            }
            for place in stored.body.indices {
                var body = stored.body
                body[place] ^= 1 << UInt8(place % 8)
                #expect(throws: StoredRunError.self) { try RunCodec.decode(body, parts: parts) }
            }
        }
    }

    /// Behind a checksum that fits: whatever bytes there are, they are refused or read, and nothing traps.
    @Test func bytesThatFitTheirChecksumAreStillNotTrusted() throws {
        var source = RandomSource(seed: 11)
        for seed: UInt64 in 0..<60 {
            let runs = RandomRuns(seed: seed)
            let stored = RunCodec.encode(runs.run())
            for _ in 0..<100 {
                var body = Array(stored.body.dropLast(4))
                let place = 2 + 2 * RunCodec.keyBytes + Int(source.next() % UInt64(body.count - 34))
                body[place] = UInt8(truncatingIfNeeded: source.next())
                if source.next() % 4 == 0 { body.removeLast(Int(source.next() % UInt64(body.count - place))) }
                withUnsafeBytes(of: CRC32C.checksum(body).littleEndian) { body.append(contentsOf: $0) }
                _ = try? RunCodec.decode(body, parts: parts(stored))
            }
            for part in stored.parts {
                for _ in 0..<100 {
                    var bytes = part.bytes
                    bytes[Int(source.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: source.next())
                    if source.next() % 4 == 0 { bytes.removeLast(Int(source.next() % UInt64(bytes.count))) }
                    var all = parts(stored)
                    all[part.key] = bytes
                    _ = try? RunCodec.decode(stored.body, parts: all)
                }
            }
        }
    }

    @Test func plainBytesAreNotTrustedEither() {
        var source = RandomSource(seed: 3)
        for _ in 0..<20_000 {
            let bytes = (0..<Int(source.next() % 200)).map { _ in UInt8(truncatingIfNeeded: source.next()) }
            var reader = RunReader(bytes[...])
            var run = Run.blank
            run.layers = [Run.Layer(name: "", operation: "", shape: "", macs: 0, memoryAccessBytes: 0, nanoseconds: 0)]
            _ = try? reader.own(&run)
            reader = RunReader(bytes[...])
            _ = try? reader.subject(&run)
            reader = RunReader(bytes[...])
            _ = try? reader.host(&run.host)
        }
    }

    @Test func runsOfLaterVersionsAreNotGuessedAt() throws {
        let runs = RandomRuns(seed: 5)
        let stored = RunCodec.encode(runs.run())
        var body = Array(stored.body.dropLast(4))
        body[0] = 2
        withUnsafeBytes(of: CRC32C.checksum(body).littleEndian) { body.append(contentsOf: $0) }
        #expect(throws: StoredRunError.newer(version: 2)) { try RunCodec.decode(body, parts: parts(stored)) }
        #expect(throws: StoredRunError.missingPart) { try RunCodec.decode(stored.body, parts: [:]) }
    }
}
