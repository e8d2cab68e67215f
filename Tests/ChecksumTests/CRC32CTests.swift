import Checksum
import Testing

@Suite struct CRC32CTests {
    @Test func agreesWithPublishedValues() {
        // RFC 3720, appendix B.4, and the usual check string.
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(CRC32C.checksum(0..<32) == 0x46dd_794e)
        #expect(CRC32C.checksum("123456789".utf8) == 0xe306_9283)
        #expect(CRC32C.checksum([]) == 0)
    }

    /// Bit by bit, as the polynomial is written, at every length and offset that eight bytes a step could trip over.
    @Test func agreesWithTheDefinitionAtEveryLength() {
        let bytes = (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 7) }
        for start in 0..<8 {
            for end in start...bytes.count {
                var sum = UInt32.max
                for byte in bytes[start..<end] {
                    sum ^= UInt32(byte)
                    for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0x82f6_3b78 }
                }
                #expect(CRC32C.checksum(bytes[start..<end]) == ~sum, "\(start)..<\(end)")
            }
        }
    }
}
