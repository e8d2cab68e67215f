import CollectorStore
import EdgeprofAPI
import Testing

@Suite struct StoreRunTests {
    private let now = TemporaryStore.now

    @Test(arguments: StoreKind.available)
    func runsComeBackAsTheyWere(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        var run = Run.sample(agentId: agentId)
        run.memory = Run.Memory(
            peakRssBytes: .max,
            loadPeakRssBytes: 2,
            rssAnonBytes: 3,
            arenaBytes: 4,
            weightBytes: 5
        )
        run.counters = [Run.Counter(name: "cycles", availability: .denied, reason: "perf_event_paranoid is 3")]
        run.flags = [.standIn]
        _ = try await temporary.store.insert([run], from: .agent(id: agentId), at: now)
        #expect(try await temporary.store.run(id: run.id) == run)
        #expect(try await temporary.store.run(id: "unknown") == nil)
    }

    @Test(arguments: StoreKind.available)
    func theSameRunIsStoredOnce(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        let run = Run.sample(agentId: agentId)
        let first = try await temporary.store.insert([run, run], from: .agent(id: agentId), at: now)
        #expect(first.map(\.status) == [.stored, .duplicate])
        let version = try await temporary.store.dataVersion()
        let second = try await temporary.store.insert([run], from: .agent(id: agentId), at: now)
        #expect(second.map(\.status) == [.duplicate])
        #expect(try await temporary.store.dataVersion() == version)
        #expect(try await temporary.store.count("SELECT count(*) FROM run") == 1)
    }

    @Test(arguments: StoreKind.available)
    func runsOfOthersAreRejectedAndTheRestStored(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let (one, two) = (try await temporary.enroll("1"), try await temporary.enroll("2"))
        let job = try await temporary.store.createSampleJob(models: ["m"])
        let other = try await temporary.store.createSampleJob(models: ["m"])
        let mine = try #require(
            try await temporary.store.unfinishedAssignments(agentId: one, limit: 1, at: TemporaryStore.now).first
        )
        let theirs = try #require(
            try await temporary.store.unfinishedAssignments(agentId: two, limit: 1, at: TemporaryStore.now).first
        )
        let taken = Run.sample(agentId: two)
        _ = try await temporary.store.insert([taken], from: .agent(id: two), at: now)
        var wrongJob = Run.sample(agentId: one, assignment: mine, model: "m")
        wrongJob.jobId = other.id
        var unknownAssignment = wrongJob
        unknownAssignment.assignmentId = UUIDv7.make(at: now)
        var noAssignment = Run.sample(agentId: one)
        noAssignment.jobId = job.id
        let cases: [(Run, String)] = [
            (.sample(agentId: two), "agentId is not the agent"),
            (.sample(agentId: nil), "agentId is not the agent"),
            (.sample(id: taken.id, agentId: one), "another agent's run"),
            (.sample(agentId: one, assignment: theirs, model: "m"), "belongs to another agent"),
            (.sample(agentId: one, assignment: mine, model: "other"), "not the assignment's model"),
            (wrongJob, "another job"),
            (unknownAssignment, "names no assignment"),
            (noAssignment, "without assignmentId"),
        ]
        let good = Run.sample(agentId: one, assignment: mine, model: "m")
        let results = try await temporary.store.insert(cases.map(\.0) + [good], from: .agent(id: one), at: now)
        for (result, (run, reason)) in zip(results, cases) {
            #expect(result.id == run.id && result.status == .rejected)
            #expect(result.reason?.contains(reason) == true, "\(result)")
        }
        #expect(results.last?.status == .stored)
        #expect(try await temporary.store.count("SELECT count(*) FROM run") == 2)
        #expect(try await temporary.store.job(id: job.id)?.finished == 1)
    }

    @Test(arguments: StoreKind.available)
    func administratorsUploadForKnownAgentsAndForNone(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        let runs = [Run.sample(agentId: agentId), .sample(agentId: nil), .sample(agentId: UUIDv7.make(at: now))]
        let results = try await temporary.store.insert(runs, from: .administrator, at: now)
        #expect(results.map(\.status) == [.stored, .stored, .rejected])
        #expect(results[2].reason == "agentId names no agent")
    }

    @Test(arguments: StoreKind.available)
    func manyBatchesAtOnceLoseNothing(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        let store = temporary.store
        let shared = (0..<10).map { _ in Run.sample(agentId: agentId) }
        let results = try await withThrowingTaskGroup(of: [RunResult].self) { group in
            for _ in 0..<40 {
                let runs = shared + (0..<10).map { _ in Run.sample(agentId: agentId) }
                group.addTask { try await store.insert(runs, from: .agent(id: agentId), at: TemporaryStore.now) }
            }
            return try await group.reduce(into: [RunResult]()) { $0 += $1 }
        }
        #expect(results.count(where: { $0.status == .stored }) == 410)
        #expect(results.count(where: { $0.status == .duplicate }) == 390)
        #expect(try await store.rankingInputs().measuredRuns == 410)
        // Calls that come together share a transaction, and each of those stored something.
        #expect(try await (1...40).contains(store.dataVersion()))
    }

    @Test(arguments: StoreKind.available)
    func pagesNeitherRepeatNorHideRuns(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        // Three at the same moment: the id breaks the tie.
        let moments: [Int64] = [5, 1, 3, 3, 3, 2, 9, 7]
        let runs = moments.map { Run.sample(agentId: agentId, startedAt: Timestamp(millisecondsSinceEpoch: $0)) }
        _ = try await temporary.store.insert(runs, from: .administrator, at: now)
        let expected = runs.sorted { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }.map(\.id)
        for limit in [1, 2, 3, 7, 8, 9] {
            var seen: [String] = []
            var cursor: RunCursor?
            repeat {
                let page = try await temporary.store.runs(matching: RunFilter(), after: cursor, limit: limit)
                #expect(page.runs.count <= limit)
                seen += page.runs.map(\.id)
                cursor = try page.nextCursor.map { try RunCursor($0, for: RunFilter()) }
                // A run that comes in meanwhile must not shift the rest.
                let newest = Run.sample(agentId: nil, startedAt: now)
                _ = try await temporary.store.insert([newest], from: .administrator, at: now)
            } while cursor != nil && seen.count < 100
            #expect(seen.filter(expected.contains) == expected, "limit \(limit)")
        }
    }

    @Test(arguments: StoreKind.available)
    func filtersCombine(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        let job = try await temporary.store.createSampleJob(models: ["m"])
        let work = try #require(
            try await temporary.store.unfinishedAssignments(agentId: agentId, limit: 1, at: TemporaryStore.now).first
        )
        let answer = Run.sample(agentId: agentId, assignment: work, outcome: .timeout, model: "m")
        let runs = [
            answer, .sample(agentId: agentId, model: "m"), .sample(agentId: nil, model: "m"), .sample(agentId: nil),
        ]
        _ = try await temporary.store.insert(runs, from: .administrator, at: now)
        func count(_ filter: RunFilter) async throws -> Int {
            try await temporary.store.runs(matching: filter, after: nil, limit: 100).runs.count
        }
        #expect(try await count(RunFilter()) == 4)
        #expect(try await count(RunFilter(model: "m")) == 3)
        #expect(try await count(RunFilter(agentId: agentId)) == 2)
        #expect(try await count(RunFilter(jobId: job.id)) == 1)
        #expect(try await count(RunFilter(outcome: .timeout)) == 1)
        #expect(try await count(RunFilter(model: "m", agentId: agentId, outcome: .ok)) == 1)
        #expect(try await count(RunFilter(model: "m' OR 1=1 --")) == 0)
        #expect(try await temporary.store.rankingInputs().measuredRuns == 3)
    }

    @Test(arguments: StoreKind.available)
    func tiersAreReplacedWhole(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        #expect(try await temporary.store.tiers() == TierList(tiers: []))
        for id in ["one", "two"] {
            let version = try await temporary.store.dataVersion()
            let tier = Tier(id: id, priceUsd: 1, memoryMib: 2, idleWatts: 3, activeWatts: 4)
            let list = TierList(tiers: [tier], examplePrices: true)
            try await temporary.store.replaceTiers(list)
            #expect(try await temporary.store.tiers() == list)
            #expect(try await temporary.store.rankingInputs().tiers == list)
            #expect(try await temporary.store.dataVersion() == version + 1)
        }
    }
}
