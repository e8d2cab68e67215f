import Testing

@testable import CollectorAPI

@Suite struct RangeRequestTests {
    static let etag = "\"e\""

    static let cases: [(String?, RangeRequest)] = [
        (nil, .whole), ("bytes=0-0", .part(0..<1)), ("bytes=0-99", .part(0..<100)), ("bytes=0-", .part(0..<100)),
        ("bytes=99-", .part(99..<100)), ("bytes=99-1000", .part(99..<100)), ("bytes=5-7", .part(5..<8)),
        ("BYTES=5-7", .part(5..<8)), ("bytes=-1", .part(99..<100)), ("bytes=-1000", .part(0..<100)),
        ("bytes=0-18446744073709551615", .part(0..<100)), ("bytes=-18446744073709551615", .part(0..<100)),
        ("bytes=100-", .unsatisfiable), ("bytes=100-200", .unsatisfiable), ("bytes=-0", .unsatisfiable),
        ("bytes=18446744073709551615-", .unsatisfiable),
        // What cannot be read is not there (RFC 9110, section 14.2).
        ("", .whole), ("bytes", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes=7-5", .whole),
        ("bytes=1-2,4-5", .whole), ("items=0-1", .whole), ("bytes=a-b", .whole), ("bytes=+1-2", .whole),
        ("bytes=1--2", .whole), ("bytes= 1-2", .whole), ("bytes=1-99999999999999999999", .whole),
        ("bytes=99999999999999999999-", .whole), ("=1-2", .whole),
    ]

    @Test(arguments: cases.indices)
    func isReadAsTheStandardSays(index: Int) {
        let (text, expected) = Self.cases[index]
        #expect(RangeRequest(text, ifRange: nil, etag: Self.etag, length: 100) == expected)
        #expect(RangeRequest(text, ifRange: Self.etag, etag: Self.etag, length: 100) == expected)
        for other in ["", "\"f\"", "W/\"e\"", "e", "Tue, 15 Nov 1994 12:45:26 GMT"] {
            #expect(RangeRequest(text, ifRange: other, etag: Self.etag, length: 100) == .whole)
        }
    }

    @Test func partsOfWordsDoNotTrap() {
        let text = "bytes=18446744073709551615-18446744073709551615"
        for end in text.indices {
            for length: UInt64 in [0, 1, .max] {
                _ = RangeRequest(String(text[..<end]), ifRange: nil, etag: Self.etag, length: length)
            }
        }
    }
}
