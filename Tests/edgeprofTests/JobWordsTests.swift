import EdgeprofAPI
import Foundation
import Testing

@testable import edgeprof

@Suite struct JobWordsTests {
    private let now = Timestamp(millisecondsSinceEpoch: 1_795_365_000_000)

    private func job(
        finished: Int = 3,
        closed: Int = 0,
        expired: Int = 0,
        cancelled: Bool = false,
        nextAt: Timestamp? = nil
    ) -> JobRecord {
        JobRecord(
            id: "j",
            request: JobRequest(models: ["m"], settings: JobSettings(), everySeconds: nextAt == nil ? nil : 86_400),
            createdAt: now,
            total: 3,
            finished: finished,
            failed: closed,
            closed: closed,
            expired: expired,
            cancelledAt: cancelled ? now : nil,
            nextAt: nextAt
        )
    }

    @Test func saysHowAJobEnded() {
        #expect(JobWords.ending(of: job()) == nil)
        #expect(JobWords.ending(of: job(closed: 2, cancelled: true)) == "cancelled, 2 of 3 runs given up")
        #expect(JobWords.ending(of: job(closed: 1, expired: 1)) == "expired, 1 of 3 runs given up")
        // A rejected run is a failed one.
        #expect(JobWords.ending(of: job(closed: 1)) == nil)
    }

    @Test func saysHowFarAJobIs() {
        #expect(JobWords.state(of: job(finished: 2)) == "open")
        #expect(JobWords.state(of: job()) == "done")
        #expect(JobWords.state(of: job(closed: 1, expired: 1)) == "expired")
        #expect(JobWords.state(of: job(closed: 1, cancelled: true)) == "cancelled")
        let schedule = job(nextAt: now)
        #expect(JobWords.state(of: schedule) == "repeats")
        #expect(JobWords.lines(of: schedule).last == "repeats: every 1d, next at 2026-11-22 16:30:00Z")
    }

    @Test func countsWhatBecameOfEachAgentsPart() {
        func part(_ agent: String, _ outcome: Run.Outcome? = nil, closed: String? = nil) -> JobAssignment {
            JobAssignment(
                id: "a",
                agentId: agent,
                agentName: "attic",
                model: "m",
                runId: outcome.map { _ in "r" },
                outcome: outcome,
                closedReason: closed
            )
        }
        #expect(JobWords.totals(of: []).isEmpty)
        #expect(JobWords.totals(of: [part("1", .ok), part("2")]).isEmpty)
        // Boxes of the same name are two.
        let parts = [part("2", .ok), part("1", .oom), part("2"), part("2", .ok), part("2", closed: "expired")]
        #expect(JobWords.totals(of: parts) == ["attic: 2 ok, 1 open, 1 given up", "attic: 1 oom"])
    }

    @Test(arguments: [
        ("2026-12-01T00:00Z", "2026-12-01T00:00:00.000Z"), ("2026-12-01T06:00:30+01:00", "2026-12-01T05:00:30.000Z"),
        ("36h", "2026-11-24T04:30:00.000Z"), ("1e300d", "5195-"),
    ])
    func readsDeadlines(text: String, moment: String) throws {
        let deadline = try #require(DeadlineArgument(argument: text))
        let start = Date(timeIntervalSince1970: 1_795_365_000)
        #expect(deadline.moment(from: start).description.hasPrefix(moment))
    }

    @Test(arguments: ["", "soon", "-1h", "2026-12-01", "2026-12-01T00Z", "2026-12-01T00:00", "infs", "\u{e9}1"])
    func refusesWhatIsNoDeadline(text: String) {
        #expect(DeadlineArgument(argument: text) == nil)
    }
}
