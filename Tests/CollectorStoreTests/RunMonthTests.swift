import EdgeprofAPI
import Testing

@testable import CollectorStore

@Suite struct RunMonthTests {
    @Test func boundsEncloseTheirMonth() throws {
        var month = RunMonth(year: 2025, month: 1)
        for _ in 0..<1000 {
            let (lower, upper) = (month.lowerBound, month.next.lowerBound)
            #expect(lower < upper)
            let first = try #require(Int64(lower.replacing("-", with: ""), radix: 16))
            let next = try #require(Int64(upper.replacing("-", with: ""), radix: 16))
            #expect((28...31).contains((next - first) / 86_400_000))
            for moment in [first, next - 1] {
                let id = UUIDv7.make(at: Timestamp(millisecondsSinceEpoch: moment))
                #expect(RunMonth(of: id) == month && id >= lower && id < upper)
            }
            month = month.next
        }
        #expect(RunMonth(year: 2026, month: 1).lowerBound == "019b76da-a800")
    }

    @Test(arguments: ["", "x", "00000000-0000-7000-8000-000000000000", "zzzzzzzz-zzzz-7000-8000-000000000000"])
    func otherIdsHaveNone(id: String) {
        #expect(RunMonth(of: id) == nil)
    }
}
