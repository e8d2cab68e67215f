import EdgeprofAPI
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0),
        ("2026-11-22T16:30:00.250Z", 1_795_365_000_250),
        ("2000-02-29T23:59:59.999Z", 951_868_799_999),
        ("1969-12-31T23:59:59.999Z", -1),
    ])
    func writesAndReadsRFC3339(text: String, milliseconds: Int64) {
        #expect(Timestamp(millisecondsSinceEpoch: milliseconds).description == text)
        #expect(Timestamp(text)?.millisecondsSinceEpoch == milliseconds)
    }

    @Test func readsOffsetsAndFractions() {
        #expect(Timestamp("1970-01-01T01:00:00+01:00")?.millisecondsSinceEpoch == 0)
        #expect(Timestamp("1970-01-01T00:00:00.5Z")?.millisecondsSinceEpoch == 500)
        #expect(Timestamp("1970-01-01T00:00:00.123456Z")?.millisecondsSinceEpoch == 123)
    }

    @Test(arguments: [
        "", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T16:30:00",
        "2026-11-22T16:30:00.Z", "2026-11-22T16:30:00+0100", "not a time at all, but long enough",
    ])
    func refusesWhatIsNotATime(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func extremesDoNotTrap() {
        #expect(Timestamp(millisecondsSinceEpoch: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(millisecondsSinceEpoch: .min).description == "0000-01-01T00:00:00.000Z")
    }
}
