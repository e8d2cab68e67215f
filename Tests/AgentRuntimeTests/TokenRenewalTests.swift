import EdgeprofAPI
import Foundation
import HTTPTestServer
import Testing

@testable import AgentRuntime

@Suite struct TokenRenewalTests {
    private let start = ContinuousClock.now

    private func renewal(lifetimeSeconds: Int = 1000) -> TokenRenewal {
        var (renewal, random) = (TokenRenewal(), SystemRandomNumberGenerator())
        renewal.granted("t", lifetimeSeconds: lifetimeSeconds, asked: start, using: &random)
        return renewal
    }

    @Test func withoutATokenOneIsAskedFor() {
        #expect(TokenRenewal().next(now: start) == .renew(fallback: nil))
    }

    @Test func renewsBetweenHalfAndNineTenthsOfTheLifetime() {
        var moments: Set<Int> = []
        for _ in 0..<200 {
            let renewal = renewal()
            #expect(renewal.next(now: start + .seconds(499)) == .use("t"))
            #expect(renewal.next(now: start + .seconds(901)) == .renew(fallback: "t"))
            let first = (500...901).first { renewal.next(now: start + .seconds($0)) != .use("t") }
            moments.insert(first ?? 0)
        }
        #expect(moments.count > 50)
    }

    @Test func anExpiredTokenIsNotSentEvenWhenAsleepPastItsEnd() {
        let renewal = renewal()
        #expect(renewal.next(now: start + .seconds(999)) == .renew(fallback: "t"))
        #expect(renewal.next(now: start + .seconds(1000)) == .renew(fallback: nil))
        #expect(renewal.next(now: start + .seconds(86_400 * 400)) == .renew(fallback: nil))
    }

    @Test(arguments: [Int.min, -1, 0, 1])
    func absurdlyShortLifetimesAreASecond(seconds: Int) {
        #expect(renewal(lifetimeSeconds: seconds).next(now: start) == .use("t"))
        #expect(renewal(lifetimeSeconds: seconds).next(now: start + .seconds(1)) == .renew(fallback: nil))
    }

    @Test func absurdlyLongLifetimesAreAMonth() {
        #expect(renewal(lifetimeSeconds: .max).next(now: start + .seconds(86_400 * 14)) == .use("t"))
        #expect(renewal(lifetimeSeconds: .max).next(now: start + .seconds(86_400 * 30)) == .renew(fallback: nil))
    }

    @Test func aRefusedTokenIsNeverSentAgainButANewerOneIs() {
        var renewal = renewal()
        renewal.refused("another, replaced meanwhile")
        #expect(renewal.next(now: start) == .use("t"))
        renewal.refused("t")
        #expect(renewal.next(now: start) == .renew(fallback: nil))
    }

    @Test func afterAFailureTheOldTokenIsUsedAWhile() {
        var renewal = renewal()
        let moment = start + .seconds(900)
        renewal.failed(now: moment)
        #expect(renewal.next(now: moment + .seconds(24)) == .use("t"))
        #expect(renewal.next(now: moment + .seconds(26)) == .renew(fallback: "t"))
        renewal.failed(now: start + .seconds(2000))
        #expect(renewal.next(now: start + .seconds(2000)) == .renew(fallback: nil))
    }

    @Test(arguments: TokenRenewal.Denial.allCases)
    func aDenialHoldsForHalfToAllOfWhatIsAsked(denial: TokenRenewal.Denial) {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            var renewal = renewal()
            renewal.denied(denial, retryAfterSeconds: 100, now: start, using: &random)
            guard case .refuse(denial, let seconds) = renewal.next(now: start) else {
                Issue.record("not refused")
                return
            }
            #expect((50...100).contains(seconds))
            #expect(renewal.next(now: start + .seconds(49)) != .renew(fallback: nil))
            // The token of before is gone with the denial.
            #expect(renewal.next(now: start + .seconds(100)) == .renew(fallback: nil))
        }
    }

    @Test(arguments: [nil, Int.min, 0, Int.max])
    func denialsWithoutASoundWaitAreBoundedAndRevokedOnesSeldomAskedAgain(seconds: Int?) {
        var random = SystemRandomNumberGenerator()
        for denial in TokenRenewal.Denial.allCases {
            var renewal = renewal()
            renewal.denied(denial, retryAfterSeconds: seconds, now: start, using: &random)
            #expect(renewal.next(now: start + .seconds(7200)) == .renew(fallback: nil))
            guard seconds == nil, case .refuse(_, let wait) = renewal.next(now: start) else { continue }
            #expect(denial == .pending ? (15...30).contains(wait) : (1800...3600).contains(wait))
        }
    }

    @Test func aGrantEndsADenial() {
        var (renewal, random) = (TokenRenewal(), SystemRandomNumberGenerator())
        renewal.denied(.pending, retryAfterSeconds: 100, now: start, using: &random)
        renewal.granted("t", lifetimeSeconds: 100, asked: start, using: &random)
        #expect(renewal.next(now: start) == .use("t"))
    }

    @Test func keysSurviveTheirTextAndGarbageIsNone() {
        let pair = AgentKeyPair()
        #expect(AgentKeyPair(privateKey: pair.privateKey)?.publicKey == pair.publicKey)
        for text in ["", "x", "AAAA", pair.privateKey + "AAAA", String(repeating: "=", count: 44)] {
            #expect(AgentKeyPair(privateKey: text) == nil)
        }
    }

    // MARK: With an agent

    @Test func aPendingAgentWorksOnceItIsApproved() async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        collector.with { $0.status = .pending }
        try await rig.enroll(collector.url)
        collector.assign("task")
        try await rig.start()
        #expect(try await eventually { rig.log.lines.contains { $0.contains("edgeprof agents approve agent-1") } })
        #expect(collector.runs.isEmpty)
        collector.with { $0.status = .active }
        #expect(try await eventually { collector.runs.count == 1 })
        await rig.stop()
        #expect(rig.log.lines.filter { $0.contains("agents approve") }.count == 1)
    }

    @Test func aTokenOfASecondIsRenewedWhileWorkGoesOn() async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        collector.with { $0.tokenLifetimeSeconds = 1 }
        try await rig.enroll(collector.url)
        try await rig.start()
        #expect(try await eventually { collector.with { $0.tokenRequests } > 2 })
        collector.assign("task")
        #expect(try await eventually { collector.runs.count == 1 })
        await rig.stop()
        #expect(!rig.log.lines.contains { $0.contains("enroll --force") })
    }
}
