import Gzip
import Testing

@Suite struct GzipTests {
    private let text = Array(String(repeating: #"{"name":"instructions","value":12345}"#, count: 3000).utf8)

    @Test(arguments: [0, 1, 100, 65_536, 100_000]) func whatIsPackedComesOut(count: Int) throws {
        let bytes = Array(text.prefix(count))
        let packed = try #require(Gzip.compressed(bytes))
        #expect(packed.starts(with: [0x1f, 0x8b]))
        #expect(try Gzip.decompressed(packed, limit: count) == bytes)
        if count > 1000 { #expect(packed.count < count / 20) }
    }

    @Test func moreThanAllowedIsRefusedWithoutBeingHeld() throws {
        let packed = try #require(Gzip.compressed([UInt8](repeating: 0, count: 50 << 20)))
        #expect(packed.count < 100_000)
        #expect(throws: Gzip.Failure.tooLarge) { try Gzip.decompressed(packed, limit: 1 << 20) }
        #expect(throws: Gzip.Failure.tooLarge) { try Gzip.decompressed(packed, limit: (50 << 20) - 1) }
    }

    @Test func damageIsFoundWhereverItIs() throws {
        let packed = try #require(Gzip.compressed(Array(text.prefix(500))))
        for length in 0..<packed.count {
            #expect(throws: Gzip.Failure.damaged) { try Gzip.decompressed(Array(packed[..<length]), limit: 1000) }
        }
        #expect(throws: Gzip.Failure.damaged) { try Gzip.decompressed(packed + [0], limit: 1000) }
        for place in packed.indices {
            for bit in 0..<8 {
                var flipped = packed
                flipped[place] ^= 1 << UInt8(bit)
                // Some header bits mean nothing (time, system); whatever comes out must be right.
                if let bytes = try? Gzip.decompressed(flipped, limit: 1000) {
                    #expect(bytes == Array(text.prefix(500)))
                }
            }
        }
    }

    @Test func aDictionaryMakesShortPiecesShorterAndIsNeededToReadThem() throws {
        let (dictionary, piece) = (Array(text.prefix(400)), Array(text.dropFirst(5).prefix(300)))
        let alone = try #require(Deflate.compressed(piece[...]))
        let packed = try #require(Deflate.compressed(piece[...], dictionary: dictionary))
        #expect(packed.count < alone.count / 2)
        #expect(try Deflate.decompressed(packed[...], count: 300, dictionary: dictionary) == piece)
        #expect(throws: Gzip.Failure.damaged) { try Deflate.decompressed(packed[...], count: 300) }
        #expect((try? Deflate.decompressed(packed[...], count: 300, dictionary: dictionary.reversed())) != piece)
    }
}
