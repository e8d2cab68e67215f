import EdgeprofAPI
import Testing
import Uploader

/// The machine against a model of spool and collector, through random faults.
///
/// Whatever happens: no record is lost, none is taken out that the collector does not hold, none is acted on twice, and
/// only bad ones are set aside.
@Suite struct UploadMachineModelTests {
    @Test(arguments: 1...60) func nothingIsLostWhateverHappens(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var world = World()
        var machine = UploadMachine()
        for _ in 0..<400 {
            if Int.random(in: 0..<3, using: &random) == 0 { world.addRecord(&random) }
            // A crash of the agent: the machine forgets, the spool does not.
            if Int.random(in: 0..<50, using: &random) == 0 { machine = UploadMachine() }
            world.step(&machine, &random, faulty: true)
        }
        for _ in 0..<2000 where !world.pending.isEmpty { world.step(&machine, &random, faulty: false) }
        #expect(world.pending.isEmpty, "seed \(seed): records never came through")
        #expect(world.violations.isEmpty, "seed \(seed): \(world.violations)")
        #expect(Set(world.acted.keys) == world.added, "seed \(seed): records vanished")
        #expect(world.acted.values.allSatisfy { $0 == 1 }, "seed \(seed): acted on twice")
        #expect(world.stored == world.added.subtracting(world.bad), "seed \(seed)")
    }

    private struct World {
        var now = ContinuousClock.now
        var pending: [UploadMachine.Candidate] = []
        var added: Set<String> = []
        /// Records the collector rejects each by itself, and those that spoil a whole batch.
        var rejectedKind: Set<String> = []
        var spoiling: Set<String> = []
        var stored: Set<String> = []
        var acted: [String: Int] = [:]
        var violations: [String] = []

        var bad: Set<String> { rejectedKind.union(spoiling) }

        mutating func addRecord(_ random: inout SplitMix64) {
            let id = "run-\(added.count)"
            added.insert(id)
            switch Int.random(in: 0..<20, using: &random) {
            case 0: rejectedKind.insert(id)
            case 1: spoiling.insert(id)
            default: break
            }
            pending.append(UploadMachine.Candidate(id: id, bytes: Int.random(in: 1...400_000, using: &random)))
        }

        mutating func step(_ machine: inout UploadMachine, _ random: inout SplitMix64, faulty: Bool) {
            switch machine.next(pending: pending, now: now) {
            case .idle:
                if !pending.isEmpty { violations.append("idle with records waiting") }
            case .wait(let until):
                if until <= now { violations.append("waits for the past") }
                if until > now + .seconds(3700) { violations.append("waits for ever") }
                now = until
            case .send(let ids):
                if ids.isEmpty || ids.count > UploadMachine.maximumRecords {
                    violations.append("batch of \(ids.count)")
                }
                if ids != pending.prefix(ids.count).map(\.id) { violations.append("not the oldest first") }
                let outcome = collect(ids, &random, faulty: faulty)
                for action in machine.finish(outcome, now: now, using: &random) { carryOut(action, sent: ids) }
            }
        }

        /// What the network and the collector make of a batch.
        private mutating func collect(
            _ ids: [String],
            _ random: inout SplitMix64,
            faulty: Bool
        ) -> UploadMachine.Outcome {
            let fault = faulty ? Int.random(in: 0..<12, using: &random) : 99
            switch fault {
            case 0: return .failed(serverWaitSeconds: nil)
            case 1: return .failed(serverWaitSeconds: Int.random(in: 0...100_000, using: &random))
            case 2: return .unauthorized
            case 3: return .interrupted
            default: break
            }
            if !spoiling.isDisjoint(with: ids) { return .refused(reason: "spoilt") }
            var results = ids.map { id in
                rejectedKind.contains(id)
                    ? RunResult(id: id, status: .rejected, reason: "bad")
                    : RunResult(id: id, status: stored.insert(id).inserted ? .stored : .duplicate)
            }
            switch fault {
            // Stored, but the answer is lost on its way.
            case 4: return .failed(serverWaitSeconds: nil)
            case 5: return .interrupted
            case 6: results.removeAll { _ in Bool.random(using: &random) }
            case 7: results.shuffle(using: &random)
            case 8: results += results + [RunResult(id: "stranger", status: .stored)]
            default: break
            }
            return .answered(results)
        }

        private mutating func carryOut(_ action: UploadMachine.Action, sent: [String]) {
            let id: String
            switch action {
            case .remove(let removed):
                id = removed
                if !stored.contains(id) { violations.append("removed \(id), which is not stored") }
            case .reject(let rejected, let reason):
                id = rejected
                if !bad.contains(id) || reason.isEmpty { violations.append("rejected \(id), which is good") }
            }
            if !sent.contains(id) { violations.append("acted on \(id), which was not sent") }
            acted[id, default: 0] += 1
            pending.removeAll { $0.id == id }
        }
    }
}
