import CollectorStore
import EdgeprofAPI
import Testing

@Suite struct StoreJobTimeTests {
    private let now = TemporaryStore.now

    private func request(_ model: String = "m", _ change: (inout JobRequest) -> Void = { _ in }) -> JobRequest {
        var request = JobRequest(models: [model], settings: JobSettings())
        change(&request)
        return request
    }

    private func models(_ store: some Store, _ agentId: String, at moment: Timestamp) async throws -> [String] {
        try await store.unfinishedAssignments(agentId: agentId, limit: 100, at: moment).map(\.model)
    }

    private func make(_ store: some Store, _ request: JobRequest, at moment: Timestamp) async throws -> JobRecord {
        guard case .created(let job, _) = try await store.createJob(request, at: moment) else {
            throw StoreError(.failed, "no job")
        }
        return job
    }

    @Test(arguments: StoreKind.available)
    func higherPriorityGoesFirstThenAge(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        for (model, priority) in [("first", nil), ("urgent", 5), ("idle", -5), ("second", 0), ("urgent too", 5)]
            as [(String, Int?)]
        {
            _ = try await make(temporary.store, request(model) { $0.priority = priority }, at: now)
        }
        let order = try await models(temporary.store, agentId, at: now)
        #expect(order == ["urgent", "urgent too", "first", "second", "idle"])
    }

    @Test(arguments: [
        (0, "2026-11-23T03:00:00Z", true), (0, "2026-11-23T12:00:00Z", false), (28_800, "2026-11-23T14:00:00Z", true),
    ])
    func windowsOpenByTheAgentsOwnTime(offset: Int, moment: String, isOpen: Bool) async throws {
        let temporary = try TemporaryStore()
        let agentId = try await temporary.enroll("a")
        let heartbeat = Heartbeat(
            version: "1",
            host: .sample,
            spoolRecords: 0,
            spoolBytes: 0,
            droppedRecords: 0,
            rssBytes: 1,
            cpuSeconds: 0,
            utcOffsetSeconds: offset
        )
        #expect(try await temporary.store.recordHeartbeat(heartbeat, agentId: agentId, at: now))
        _ = try await make(temporary.store, request("night") { $0.window = TimeWindow("22:00-06:00") }, at: now)
        _ = try await make(temporary.store, request("any"), at: now)
        let open = try await models(temporary.store, agentId, at: try #require(Timestamp(moment)))
        #expect(open == (isOpen ? ["night", "any"] : ["any"]))
    }

    @Test(arguments: StoreKind.available)
    func whatHasNotBegunByTheDeadlineIsGivenUp(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let (store, agentId) = (temporary.store, try await temporary.enroll("a"))
        let deadline = now.advanced(bySeconds: 100)
        let job = try await make(
            store,
            request {
                $0.deadline = deadline
                $0.repetitions = 2
            },
            at: now
        )
        let work = try await store.unfinishedAssignments(agentId: agentId, limit: 9, at: now.advanced(bySeconds: 99))
        #expect(work.count == 2)
        // Not handed out any more, even before the clock's next look.
        #expect(try await models(store, agentId, at: deadline).isEmpty)
        try await store.expireAssignments(at: now.advanced(bySeconds: 99))
        #expect(try await store.job(id: job.id)?.finished == 0)
        try await store.expireAssignments(at: deadline)
        try await store.expireAssignments(at: deadline)
        var record = try #require(try await store.job(id: job.id))
        #expect(record.isDone && record.failed == 2 && record.closed == 2)
        // One that had begun in time comes late and takes its place.
        let late = Run.sample(agentId: agentId, assignment: work[0], model: "m")
        #expect(try await store.insert([late], from: .agent(id: agentId), at: deadline).map(\.status) == [.stored])
        record = try #require(try await store.job(id: job.id))
        #expect(record.finished == 2 && record.failed == 1 && record.closed == 1)
        let shown = try await store.assignments(ofJob: job.id, limit: 9)
        #expect(shown.map(\.outcome) == [.ok, nil] && shown[1].closedReason?.hasPrefix("expired") == true)
        #expect(shown[0].runId == late.id && shown[0].agentName == "a")
    }

    @Test(arguments: StoreKind.available)
    func cancellingEndsWhatIsOpenAndKeepsWhatComesLate(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let (store, agentId) = (temporary.store, try await temporary.enroll("a"))
        let job = try await make(store, request { $0.repetitions = 3 }, at: now)
        let work = try await store.unfinishedAssignments(agentId: agentId, limit: 9, at: now)
        let first = Run.sample(agentId: agentId, assignment: work[0], model: "m")
        _ = try await store.insert([first], from: .agent(id: agentId), at: now)
        let cancelled = try #require(try await store.cancelJob(id: job.id, at: now))
        #expect(cancelled.cancelledAt == now && cancelled.closed == 2 && cancelled.isDone && cancelled.failed == 2)
        #expect(cancelled.state == .cancelled)
        #expect(try await models(store, agentId, at: now).isEmpty)
        let late = Run.sample(agentId: agentId, assignment: work[1], model: "m")
        #expect(try await store.insert([late], from: .agent(id: agentId), at: now).map(\.status) == [.stored])
        #expect(try await store.job(id: job.id)?.closed == 1)
        #expect(try await store.cancelJob(id: "unknown", at: now) == nil)
        // A job that is done stays done.
        let done = try await make(store, request("n"), at: now)
        let rest = try await store.unfinishedAssignments(agentId: agentId, limit: 9, at: now)
        let last = Run.sample(agentId: agentId, assignment: rest[0], model: "n")
        _ = try await store.insert([last], from: .agent(id: agentId), at: now)
        #expect(try await store.cancelJob(id: done.id, at: now)?.state == .done)
    }

    @Test(arguments: StoreKind.available)
    func schedulesMakeEachRoundOnce(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let (store, agentId) = (temporary.store, try await temporary.enroll("a"))
        let first = try await make(store, request { $0.everySeconds = 100 }, at: now)
        #expect(first.scheduleId == first.id && first.nextAt == now.advanced(bySeconds: 100))
        #expect(try await store.makeDueRounds(at: now.advanced(bySeconds: 99)).isEmpty)
        // Agents that came meanwhile take part.
        _ = try await temporary.enroll("b")
        // Several collectors look at once, later than due: one round, and the next at its own time.
        let late = now.advanced(bySeconds: 350)
        let rounds = try await withThrowingTaskGroup(of: [ScheduleRound].self) { group in
            for _ in 0..<4 { group.addTask { try await store.makeDueRounds(at: late) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(rounds.count == 1 && rounds[0].scheduleId == first.id)
        guard case .created(let second, let agentIds) = rounds[0].creation else {
            throw StoreError(.failed, "\(rounds)")
        }
        #expect(agentIds.count == 2 && second.scheduleId == first.id && second.nextAt == nil && second.total == 2)
        #expect(try await store.job(id: first.id)?.nextAt == now.advanced(bySeconds: 400))
        // The round before ended with the beginning of this one.
        try await store.expireAssignments(at: late)
        #expect(try await store.unfinishedAssignments(agentId: agentId, limit: 9, at: late).map(\.jobId) == [second.id])
        // Cancelling the first job ends the schedule with all of its rounds.
        #expect(try await store.cancelJob(id: first.id, at: late)?.nextAt == nil)
        #expect(try await models(store, agentId, at: late).isEmpty)
        #expect(try await store.makeDueRounds(at: now.advanced(bySeconds: 100_000)).isEmpty)
        #expect(try await store.job(id: second.id)?.state == .cancelled)
    }

    @Test(arguments: StoreKind.available)
    func schedulesEndAtTheirDeadline(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        _ = try await temporary.enroll("a")
        let store = temporary.store
        let job = try await make(
            store,
            request {
                $0.everySeconds = 100
                $0.deadline = now.advanced(bySeconds: 150)
            },
            at: now
        )
        #expect(try await store.makeDueRounds(at: now.advanced(bySeconds: 100)).count == 1)
        #expect(try await store.job(id: job.id)?.nextAt == nil)
        #expect(try await store.makeDueRounds(at: now.advanced(bySeconds: 200)).isEmpty)
    }

    @Test(arguments: StoreKind.available)
    func tiersChooseAgentsByTheirHosts(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let lab = try await temporary.enroll("lab", labels: ["site": "lab"])
        _ = try await temporary.enroll("shop", labels: ["site": "shop"])
        let store = temporary.store
        #expect(try await store.createJob(request { $0.tier = "lab" }, at: now) == .unknownTier)
        var tier = Tier(id: "lab", priceUsd: 1, memoryMib: 1024, idleWatts: 1, activeWatts: 2)
        tier.match.label = ["site": "lab"]
        try await store.replaceTiers(TierList(tiers: [tier]))
        guard case .created(_, let agentIds) = try await store.createJob(request { $0.tier = "lab" }, at: now) else {
            throw StoreError(.failed, "no job")
        }
        #expect(agentIds == [lab])
    }
}
