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
}
