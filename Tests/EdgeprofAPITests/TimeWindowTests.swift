import EdgeprofAPI
import Foundation
import Testing

@Suite struct TimeWindowTests {
    @Test(arguments: [
        ("22:00-06:00", "21:59", false), ("22:00-06:00", "22:00", true), ("22:00-06:00", "23:59", true),
        ("22:00-06:00", "00:00", true), ("22:00-06:00", "05:59", true), ("22:00-06:00", "06:00", false),
        ("09:30-17:00", "09:29", false), ("09:30-17:00", "09:30", true), ("09:30-17:00", "17:00", false),
        ("22:00-22:00", "21:59", true), ("22:00-22:00", "22:00", true),
    ])
    func holdsItsMinutes(window: String, minute: String, isInside: Bool) throws {
        let parts = minute.split(separator: ":").compactMap { Int($0) }
        #expect(try #require(TimeWindow(window)).contains(minute: parts[0] * 60 + parts[1]) == isInside)
    }

    @Test(arguments: [
        "", "-", "22:00", "24:00-06:00", "22:60-06:00", "2:00-06:00", "22:00-06:00-", "a2:00-06:00",
    ])
    func refusesWhatIsNoWindow(text: String) {
        #expect(TimeWindow(text) == nil)
    }

    @Test func isWrittenAsFromAndTo() throws {
        let window = try #require(TimeWindow("22:05-06:00"))
        let json = String(decoding: try JSONEncoder().encode(window), as: UTF8.self)
        #expect(json.contains(#""from":"22:05""#) && json.contains(#""to":"06:00""#))
        #expect(try JSONDecoder().decode(TimeWindow.self, from: Data(json.utf8)) == window)
        #expect(window.description == "22:05-06:00")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(TimeWindow.self, from: Data(#"{"from":"22:00","to":"25:00"}"#.utf8))
        }
    }

    @Test func minutesFollowTheOffset() throws {
        let midnight = try #require(Timestamp("2026-11-23T00:00:00Z"))
        #expect(TimeWindow.minuteOfDay(at: midnight, utcOffsetSeconds: 0) == 0)
        #expect(TimeWindow.minuteOfDay(at: midnight, utcOffsetSeconds: -3600) == 23 * 60)
        #expect(TimeWindow.minuteOfDay(at: midnight, utcOffsetSeconds: 19_800) == 330)
        #expect(TimeWindow.minuteOfDay(at: Timestamp(millisecondsSinceEpoch: -1), utcOffsetSeconds: 0) == 1439)
    }

    @Test func timesAreAddedWithinTheCalendar() throws {
        let moment = try #require(Timestamp("2026-11-23T23:59:30Z"))
        #expect(moment.advanced(bySeconds: 60).description == "2026-11-24T00:00:30.000Z")
        #expect(moment.advanced(bySeconds: .max) == .distantFuture)
        #expect(moment.advanced(bySeconds: .min) < moment)
    }
}
