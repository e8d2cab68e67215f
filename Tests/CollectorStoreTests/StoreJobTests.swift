import CollectorStore
import EdgeprofAPI
import Testing

@Suite struct StoreJobTests {
    private let now = TemporaryStore.now

    @Test(arguments: StoreKind.available)
    func agentsAreListedByNameAndKeepTheirHeartbeat(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let second = try await temporary.enroll("b", labels: ["site": "lab"])
        _ = try await temporary.enroll("a")
        #expect(try await temporary.store.agents().map(\.name) == ["a", "b"])
        var host = HostFacts.sample
        host.kernel = "6.2"
        let heartbeat = Heartbeat(
            version: "0.1.1",
            host: host,
            spoolRecords: 1,
            spoolBytes: 2,
            droppedRecords: .max,
            rssBytes: 4,
            cpuSeconds: 0.5
        )
        let later = Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch + 5)
        #expect(try await temporary.store.recordHeartbeat(heartbeat, agentId: second, at: later))
        let agent = try #require(try await temporary.store.agent(id: second))
        #expect(agent.heartbeat == heartbeat && agent.host == host && agent.lastSeenAt == later)
        #expect(agent.labels == ["site": "lab"] && agent.enrolledAt == now)
        #expect(try await !temporary.store.recordHeartbeat(heartbeat, agentId: "unknown", at: later))
        #expect(try await temporary.store.agent(id: "unknown") == nil)
    }

    @Test(arguments: StoreKind.available)
    func jobsGoToAgentsThatCarryAllLabels(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let lab = try await temporary.enroll("lab", labels: ["site": "lab", "gen": "2"])
        let shop = try await temporary.enroll("shop", labels: ["site": "shop", "gen": "2"])
        let job = try await temporary.store.createSampleJob(labels: ["site": "lab"])
        #expect(job.total == 1)
        #expect(
            try await temporary.store.unfinishedAssignments(agentId: lab, limit: 9, at: TemporaryStore.now).map(\.jobId)
                == [job.id]
        )
        #expect(
            try await temporary.store.unfinishedAssignments(agentId: shop, limit: 9, at: TemporaryStore.now).isEmpty
        )
        #expect(try await temporary.store.createSampleJob(labels: ["gen": "2"]).total == 2)
        let request = JobRequest(models: ["m"], settings: JobSettings(), labels: ["site": "mars"])
        #expect(try await temporary.store.createJob(request, at: now) == .noMatchingAgent)
    }

    @Test(arguments: StoreKind.available)
    func revokedAgentsGetNoWork(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        #expect(try await temporary.store.revokeAgent(id: agentId))
        let request = JobRequest(models: ["m"], settings: JobSettings())
        #expect(try await temporary.store.createJob(request, at: now) == .noMatchingAgent)
        #expect(try await temporary.store.agents().count == 1)
    }

    @Test(arguments: StoreKind.available)
    func assignmentsComeOldestJobFirstAndRepeatAfterAllModels(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        let first = try await temporary.store.createSampleJob(models: ["m1", "m2"], repetitions: 2)
        let second = try await temporary.store.createSampleJob(models: ["m3"])
        let all = try await temporary.store.unfinishedAssignments(agentId: agentId, limit: 100, at: TemporaryStore.now)
        #expect(all.map(\.model) == ["m1", "m2", "m1", "m2", "m3"])
        #expect(all.map(\.jobId) == [first.id, first.id, first.id, first.id, second.id])
        #expect(all.allSatisfy { $0.settings == first.request.settings })
        #expect(
            try await temporary.store.unfinishedAssignments(agentId: agentId, limit: 2, at: TemporaryStore.now)
                == Array(all.prefix(2))
        )
        #expect(try await temporary.store.jobs(limit: 10).map(\.id) == [second.id, first.id])
        #expect(try await temporary.store.jobs(limit: 1).map(\.id) == [second.id])
    }

    @Test(arguments: [(1000, 1000), (Int.max, 2), (1, Int.max)])
    func jobsOfAbsurdSizeAreRefused(models: Int, repetitions: Int) async throws {
        let temporary = try TemporaryStore()
        _ = try await temporary.enroll("a")
        let names = (0..<min(models, 1000)).map { "m\($0)" }
        let request = JobRequest(
            models: names,
            settings: JobSettings(),
            repetitions: repetitions == 2 ? .max : repetitions
        )
        guard case .tooManyAssignments = try await temporary.store.createJob(request, at: now) else {
            Issue.record("a job of \(models) x \(repetitions) was made")
            return
        }
        #expect(try await temporary.store.jobs(limit: 10).isEmpty)
    }

    @Test(arguments: StoreKind.available)
    func runsFinishAssignmentsAndFailuresAreCounted(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        let job = try await temporary.store.createSampleJob(models: ["m1", "m2", "m3"])
        let work = try await temporary.store.unfinishedAssignments(agentId: agentId, limit: 100, at: TemporaryStore.now)
        let runs = [
            Run.sample(agentId: agentId, assignment: work[0], model: "m1"),
            Run.sample(agentId: agentId, assignment: work[2], outcome: .oom, model: "m3"),
        ]
        let results = try await temporary.store.insert(runs, from: .agent(id: agentId), at: now)
        #expect(results.map(\.status) == [.stored, .stored])
        let record = try #require(try await temporary.store.job(id: job.id))
        #expect(record.total == 3 && record.finished == 2 && record.failed == 1 && !record.isDone)
        #expect(
            try await temporary.store.unfinishedAssignments(agentId: agentId, limit: 9, at: TemporaryStore.now) == [
                work[1]
            ]
        )
        // A second run of a finished assignment is kept, and changes nothing about the job.
        let again = Run.sample(agentId: agentId, assignment: work[0], outcome: .crashed, model: "m1")
        let second = try await temporary.store.insert([again], from: .agent(id: agentId), at: now)
        #expect(second.map(\.status) == [.stored])
        #expect(try await temporary.store.job(id: job.id) == record)
        #expect(try await temporary.store.job(id: "unknown") == nil)
    }

    /// Regression: the assignment of a rejected run stayed open, and its job never ended.
    @Test(arguments: StoreKind.available)
    func aRejectedRunEndsItsAssignmentAsFailed(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let store = temporary.store
        let (agentId, other) = (try await temporary.enroll("a", labels: ["x": "1"]), try await temporary.enroll("b"))
        let job = try await store.createSampleJob(models: ["m1", "m2", "m3"], labels: ["x": "1"])
        let work = try await store.unfinishedAssignments(agentId: agentId, limit: 100, at: TemporaryStore.now)
        let wrongModel = Run.sample(agentId: agentId, assignment: work[0], model: "m9")
        #expect(try await store.insert([wrongModel], from: .agent(id: agentId), at: now).map(\.status) == [.rejected])
        #expect(
            try await store.unfinishedAssignments(agentId: agentId, limit: 9, at: TemporaryStore.now)
                == Array(work.dropFirst())
        )
        // Nobody ends what is not theirs.
        let rejection = RejectedAssignment(assignmentId: work[1].id, reason: "no hash")
        try await store.rejectAssignments([rejection], agentId: other)
        #expect(try await store.job(id: job.id)?.finished == 1)
        try await store.rejectAssignments([rejection, rejection], agentId: agentId)
        var record = try #require(try await store.job(id: job.id))
        #expect(record.finished == 2 && record.failed == 2 && !record.isDone)
        // A run that can be stored after all takes the rejection back.
        let good = Run.sample(agentId: agentId, assignment: work[0], model: "m1")
        #expect(try await store.insert([good], from: .agent(id: agentId), at: now).map(\.status) == [.stored])
        record = try #require(try await store.job(id: job.id))
        #expect(record.finished == 2 && record.failed == 1)
        // What an administrator uploads ends nothing.
        let foreign = Run.sample(agentId: agentId, assignment: work[2], model: "m9")
        #expect(try await store.insert([foreign], from: .administrator, at: now).map(\.status) == [.rejected])
        #expect(try await store.unfinishedAssignments(agentId: agentId, limit: 9, at: TemporaryStore.now) == [work[2]])
    }
}
