import EdgeprofAPI
import Synchronization
import Testing

@testable import CollectorStore

/// Deliveries that share a transaction.
@Suite struct GroupCommitTests {
    private func delivery(_ id: String, count: Int = 1) -> RunDelivery {
        RunDelivery(
            runs: (0..<count).map { PreparedRun(.sample(id: "\(id)-\($0)", agentId: nil)) },
            uploader: .administrator,
            receivedAt: TemporaryStore.now
        )
    }

    private static func results(_ deliveries: [RunDelivery]) -> [[RunResult]] {
        deliveries.map { $0.runs.map { RunResult(id: $0.id, status: .stored) } }
    }

    @Test func deliveriesThatComeTogetherShareATransaction() async throws {
        let groups = Mutex<[Int]>([])
        let commit = GroupCommit { deliveries in
            groups.withLock { $0.append(deliveries.count) }
            try await Task.sleep(for: .milliseconds(30))
            return Self.results(deliveries)
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for index in 0..<100 {
                tasks.addTask {
                    let results = try await commit.store(delivery("\(index)", count: 2))
                    #expect(results.map(\.id) == ["\(index)-0", "\(index)-1"])
                }
            }
            try await tasks.waitForAll()
        }
        let sizes = groups.withLock { $0 }
        #expect(sizes.reduce(0, +) == 100 && sizes.count < 50)
    }

    @Test func aFailureIsPaidForByItsOwnDeliveryAlone() async throws {
        let commit = GroupCommit { deliveries in
            try await Task.sleep(for: .milliseconds(10))
            if deliveries.contains(where: { $0.runs[0].id == "bad-0" }) { throw StoreError(.failed, "bad") }
            return Self.results(deliveries)
        }
        await withTaskGroup(of: Void.self) { tasks in
            for index in 0..<20 {
                tasks.addTask {
                    let isBad = index == 11
                    do {
                        _ = try await commit.store(delivery(isBad ? "bad" : "\(index)"))
                        #expect(!isBad)
                    } catch {
                        #expect(isBad)
                    }
                }
            }
        }
    }

    @Test func aFailureOfTheStoreIsNotTriedOnceADelivery() async throws {
        let calls = Mutex(0)
        let commit = GroupCommit { deliveries in
            calls.withLock { $0 += 1 }
            try await Task.sleep(for: .milliseconds(20))
            throw StoreError(.unavailable, "gone")
        }
        await withTaskGroup(of: Void.self) { tasks in
            for index in 0..<200 {
                tasks.addTask {
                    await #expect(throws: StoreError.self) { _ = try await commit.store(delivery("\(index)")) }
                }
            }
        }
        #expect(calls.withLock { $0 } < 50)
    }

    @Test func aGroupHasABoundAndALargeDeliveryStillFits() async throws {
        let largest = Mutex(0)
        let commit = GroupCommit { deliveries in
            let runs = deliveries.reduce(0) { $0 + $1.runs.count }
            largest.withLock { $0 = max($0, deliveries.count > 1 ? runs : 0) }
            return Self.results(deliveries)
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for index in 0..<30 { tasks.addTask { _ = try await commit.store(delivery("\(index)", count: 100)) } }
            tasks.addTask {
                let results = try await commit.store(delivery("large", count: 500))
                #expect(results.count == 500)
            }
            try await tasks.waitForAll()
        }
        #expect(largest.withLock { $0 } <= GroupCommit.mostRuns)
    }

    @Test(arguments: StoreKind.available)
    func concurrentRequestsAreStoredOnceEach(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agent = try await temporary.enroll("a")
        let runs = (0..<60).map { _ in Run.sample(agentId: agent) }
        var bad = Run.sample(agentId: agent)
        bad.assignmentId = UUIDv7.make(at: TemporaryStore.now)
        bad.jobId = bad.assignmentId
        let wrong = bad
        let stored = try await withThrowingTaskGroup(of: Int.self) { tasks in
            // Each is sent three times at once, and one that cannot be stored among them.
            for run in runs + runs + runs {
                tasks.addTask {
                    let store = temporary.store
                    let results = try await store.insert([run, wrong], from: .agent(id: agent), at: TemporaryStore.now)
                    #expect(results[1].status == .rejected)
                    return results[0].status == .stored ? 1 : 0
                }
            }
            return try await tasks.reduce(0, +)
        }
        #expect(stored == 60)
        #expect(try await temporary.store.rankingInputs().measuredRuns == 60)
        let page = try await temporary.store.runs(matching: RunFilter(), after: nil, limit: 100)
        #expect(Set(page.runs) == Set(runs))
    }
}
