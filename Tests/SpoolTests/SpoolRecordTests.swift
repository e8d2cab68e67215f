import Testing

@testable import Spool

@Suite struct SpoolRecordTests {
    private let record = SpoolRecord(id: "run-1", reference: "task-9", payload: Array(#"{"a":1}"#.utf8))

    /// The bytes of docs/formats/spool.md: a change here is a change of format.
    @Test func bytesAreAsDocumented() throws {
        let bytes = record.encoded
        let head: [UInt8] = [5, 0, 6, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]
        #expect(bytes.dropLast(4) == Array("EDGESPL2".utf8) + head + Array(#"run-1task-9{"a":1}"#.utf8))
        #expect(bytes.suffix(4) == [0x32, 0xd3, 0x2f, 0xe5])
        #expect(try SpoolRecord(decoding: bytes) == record)
    }

    /// What agents wrote before runs had a worth: an upgrade must not lose it.
    @Test func recordsOfVersionOneAreRead() throws {
        let head: [UInt8] = [5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]
        let body = Array("EDGESPL1".utf8) + head + Array(#"run-1task-9{"a":1}"#.utf8)
        #expect(try SpoolRecord(decoding: body + [0xc9, 0x8f, 0x5f, 0x5c]) == record)
    }

    @Test func namesComeOutAsTheyWentIn() {
        for text in [
            "01234567-89ab-7def-8123-456789abcdef", "01234567-89AB-7def-8123-456789abcdef", "x",
            "01234567-89ab-7def-8123-456789abcde", "01234567089ab-7def-8123-456789abcdef",
            "0123456--89ab-7def-8123-456789abcdef", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ] {
            #expect(CompactName(text).text == text)
        }
        #expect(MemoryLayout<SpoolIndex.Slot>.stride <= 80)
    }

    @Test func isRefusedCutShortAnywhereOrWithBytesBehind() {
        let bytes = record.encoded
        for length in 0..<bytes.count {
            #expect(throws: SpoolRecord.Damage.self) { try SpoolRecord(decoding: Array(bytes[..<length])) }
        }
        #expect(throws: SpoolRecord.Damage.self) { try SpoolRecord(decoding: bytes + [0]) }
    }

    @Test func isRefusedWithAnyBitFlipped() {
        let bytes = record.encoded
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << bit
                #expect(throws: SpoolRecord.Damage.self) { try SpoolRecord(decoding: flipped) }
            }
        }
    }

    /// Lengths no checksum protects against: they are used before it can be checked.
    @Test(arguments: [8..<10, 10..<12, 12..<16, 16..<24]) func hugeLengthsAreRefused(field: Range<Int>) {
        for value in [0x7f, 0x80, 0xff] as [UInt8] {
            var bytes = record.encoded
            for index in field { bytes[index] = value }
            #expect(throws: SpoolRecord.Damage.self) { try SpoolRecord(decoding: bytes) }
        }
    }

    @Test func garbageIsRefused() {
        var random = SplitMix64(state: 42)
        for _ in 0..<2000 {
            let garbage = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(throws: SpoolRecord.Damage.self) { try SpoolRecord(decoding: SpoolRecord.magic + garbage) }
        }
    }

    @Test(arguments: ["", "a b", "naïve", "a\n", String(repeating: "x", count: 129)])
    func namesAreVisibleASCII(text: String) {
        #expect(!SpoolRecord.isName(text))
        let bytes = SpoolRecord(id: text, reference: nil, payload: []).encoded
        #expect(throws: SpoolRecord.Damage.self) { try SpoolRecord(decoding: bytes) }
    }
}
