import EdgeprofAPI
import Testing
import Uploader

@Suite struct UploadMachineTests {
    private typealias Candidate = UploadMachine.Candidate
    private let start = ContinuousClock.now
    private var random = SplitMix64(state: 7)

    private func candidates(_ count: Int, bytes: Int = 10) -> [Candidate] {
        (0..<count).map { Candidate(id: "\($0)", bytes: bytes) }
    }

    private func stored(_ ids: [String]) -> UploadMachine.Outcome {
        .answered(ids.map { RunResult(id: $0, status: .stored) })
    }

    private func sent(_ step: UploadMachine.Step) -> [String] {
        if case .send(let ids) = step { return ids }
        Issue.record("\(step) is not a send")
        return []
    }

    @Test mutating func nothingToDo() {
        var machine = UploadMachine()
        #expect(machine.next(pending: [], now: start) == .idle)
    }

    @Test mutating func batchesAreBoundedByCountAndBytesButNeverEmpty() {
        var machine = UploadMachine()
        let many = sent(machine.next(pending: candidates(500), now: start))
        #expect(many == (0..<100).map { "\($0)" })
        _ = machine.finish(stored(many), now: start, using: &random)
        let large = sent(machine.next(pending: candidates(5, bytes: 400_000), now: start))
        #expect(large.count == 2)
        _ = machine.finish(stored(large), now: start, using: &random)
        #expect(sent(machine.next(pending: candidates(5, bytes: .max), now: start)).count == 1)
    }

    @Test mutating func everyAnswerIsActedOnByItsOwnKind() {
        var machine = UploadMachine()
        _ = machine.next(pending: candidates(4), now: start)
        let results = [
            RunResult(id: "3", status: .rejected, reason: "why"), RunResult(id: "0", status: .stored),
            RunResult(id: "1", status: .duplicate), RunResult(id: "2", status: .rejected),
            RunResult(id: "0", status: .rejected, reason: "said twice"), RunResult(id: "stranger", status: .stored),
        ]
        #expect(
            machine.finish(.answered(results), now: start, using: &random) == [
                .remove("0"), .remove("1"), .reject("2", reason: "the collector gave no reason"),
                .reject("3", reason: "why"),
            ]
        )
        #expect(sent(machine.next(pending: candidates(1), now: start)) == ["0"])
    }

    @Test mutating func whatAnAnswerLeavesOutIsKeptAndWaits() {
        var machine = UploadMachine()
        _ = machine.next(pending: candidates(2), now: start)
        #expect(machine.finish(stored(["1"]), now: start, using: &random) == [.remove("1")])
        guard case .wait(let instant) = machine.next(pending: candidates(1), now: start) else {
            Issue.record("sends again at once")
            return
        }
        #expect(instant > start && instant <= start + .seconds(1))
        #expect(sent(machine.next(pending: candidates(1), now: instant)) == ["0"])
    }

    @Test mutating func retryAfterIsHonoured() {
        var machine = UploadMachine()
        _ = machine.next(pending: candidates(1), now: start)
        #expect(machine.finish(.failed(serverWaitSeconds: 120), now: start, using: &random).isEmpty)
        #expect(machine.next(pending: candidates(1), now: start + .seconds(119)) != .send(["0"]))
        #expect(machine.next(pending: candidates(1), now: start + .seconds(122)) == .send(["0"]))
    }

    @Test mutating func aRefusedTokenKeepsRecordsAndRetriesSlowly() {
        var machine = UploadMachine()
        _ = machine.next(pending: candidates(3), now: start)
        #expect(machine.finish(.unauthorized, now: start, using: &random).isEmpty)
        #expect(machine.next(pending: candidates(3), now: start + .seconds(149)) != .send(["0", "1", "2"]))
        #expect(machine.next(pending: candidates(3), now: start + .seconds(300)) == .send(["0", "1", "2"]))
    }

    @Test mutating func anInterruptionCostsNothing() {
        var machine = UploadMachine()
        _ = machine.next(pending: candidates(3), now: start)
        #expect(machine.finish(.interrupted, now: start, using: &random).isEmpty)
        #expect(machine.next(pending: candidates(3), now: start) == .send(["0", "1", "2"]))
    }

    @Test mutating func aRefusedBatchIsHalvedUntilTheBadRecordStandsAlone() {
        var machine = UploadMachine()
        var pending = candidates(100)
        var rejected: [String] = []
        var requests = 0
        while !pending.isEmpty {
            let ids = sent(machine.next(pending: pending, now: start))
            let outcome = ids.contains("37") ? .refused(reason: "bad JSON") : stored(ids)
            for action in machine.finish(outcome, now: start, using: &random) {
                switch action {
                case .remove(let id): pending.removeAll { $0.id == id }
                case .reject(let id, _):
                    rejected.append(id)
                    pending.removeAll { $0.id == id }
                }
            }
            requests += 1
        }
        #expect(rejected == ["37"])
        #expect(requests < 30)
    }

    @Test mutating func failuresShrinkBatchesSoThatASlowLinkGetsSomethingThrough() {
        var machine = UploadMachine()
        var now = start
        var sizes: [Int] = []
        for _ in 0..<9 {
            while case .wait(let instant) = machine.next(pending: candidates(200), now: now) { now = instant }
            // The loop's last call began a batch of this size.
            _ = machine.finish(.interrupted, now: now, using: &random)
            sizes.append(sent(machine.next(pending: candidates(200), now: now)).count)
            _ = machine.finish(.failed(serverWaitSeconds: nil), now: now, using: &random)
        }
        #expect(sizes == [100, 50, 25, 12, 6, 3, 1, 1, 1])
    }
}
