import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@testable import CollectorAPI

/// Priorities, windows, deadlines, schedules and cancellation over HTTP; the clock starts at 16:30 UTC.
@Suite struct JobTimeTests {
    private func request(_ model: String, _ change: (inout JobRequest) -> Void = { _ in }) -> JobRequest {
        var request = JobRequest(models: [model], settings: JobSettings())
        change(&request)
        return request
    }

    private func make(_ client: Client, _ request: JobRequest) async throws -> JobRecord {
        try await client.send(.post, "/v1/jobs", as: client.harness.admin.text, json: request).decode()
    }

    private func cancel(_ client: Client, _ id: String) async throws -> Answer {
        try await client.send(.post, "/v1/jobs/\(id)/cancel", as: client.harness.admin.text)
    }

    private func poll(_ client: Client, _ agent: (id: String, token: String), wait: Int = 0) async throws
        -> [Assignment]
    {
        let answer = try await client.send(.get, "/v1/agents/\(agent.id)/jobs?wait=\(wait)", as: agent.token)
        return try answer.decode(AssignmentList.self).assignments
    }

    private func live(_ harness: Harness, _ body: @Sendable (Client) async throws -> Void) async throws {
        try await harness.application().test(.ahc(.http)) { try await body(Client(client: $0, harness: harness)) }
    }

    private func pollIsHeld(_ harness: Harness) async throws {
        for _ in 0..<500 where harness.pollCount != 1 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(harness.pollCount == 1)
    }

    private func ticker(_ harness: Harness) -> JobTicker {
        harness.api.jobTicker(logger: Logger(label: "test") { _ in harness.log })
    }

    @Test func aNewJobOfHigherPriorityIsNext() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.requests { client in
            _ = try await make(client, request("m"))
            #expect(try await poll(client, agent).map(\.model) == ["m"])
            _ = try await make(client, request("urgent") { $0.priority = 100 })
            #expect(try await poll(client, agent).map(\.model) == ["urgent", "m"])
        }
    }

    @Test func aClosedWindowHoldsThePollAndOpensByTheBoxesTime() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await live(harness) { client in
            _ = try await make(client, request("night") { $0.window = TimeWindow("22:00-06:00") })
            let start = ContinuousClock.now
            #expect(try await poll(client, agent, wait: 1).isEmpty)
            #expect(ContinuousClock.now - start >= .seconds(1))
            var heartbeat = Heartbeat.sample
            heartbeat.utcOffsetSeconds = 8 * 3600
            let path = "/v1/agents/\(agent.id)/heartbeat"
            #expect(try await client.send(.post, path, as: agent.token, json: heartbeat).status == 204)
            #expect(try await poll(client, agent, wait: 60).map(\.model) == ["night"])
            for offset in [86_401, -86_401, Int.max] {
                heartbeat.utcOffsetSeconds = offset
                #expect(try await client.send(.post, path, as: agent.token, json: heartbeat).status == 422)
            }
        }
    }

    @Test func cancellingWhileAPollIsHeldHandsNothingOut() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await live(harness) { client in
            let job = try await make(client, request("night") { $0.window = TimeWindow("22:00-06:00") })
            async let work = poll(client, agent, wait: 60)
            try await pollIsHeld(harness)
            let cancelled: JobRecord = try await cancel(client, job.id).decode()
            #expect(cancelled.state == .cancelled && cancelled.closed == 1 && cancelled.isDone)
            harness.advance(seconds: 8 * 3600)
            #expect(harness.pollCount == 1)
            _ = try await make(client, request("next"))
            #expect(try await work.map(\.model) == ["next"])
            // Again is no error, and changes nothing.
            #expect(try await cancel(client, job.id).decode(JobRecord.self) == cancelled)
            #expect(try await cancel(client, "unknown").status == 404)
            #expect(try await client.get("/v1/jobs/unknown/assignments").status == 404)
        }
    }

    @Test func aRunThatComesAfterTheDeadlineTakesItsPlace() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.requests { client in
            let deadline = Harness.start.advanced(bySeconds: 60)
            let job = try await make(client, request("resnet18") { $0.deadline = deadline })
            let work = try await poll(client, agent)
            harness.advance(seconds: 60)
            #expect(try await poll(client, agent).isEmpty)
            try await ticker(harness).tick()
            let path = "/v1/jobs/\(job.id)"
            let expired: JobRecord = try await client.get(path).decode()
            #expect(expired.isDone && expired.failed == 1 && expired.closed == 1)
            #expect(expired.expired == 1 && expired.state == .expired)
            let parts = try await client.get(path + "/assignments").decode(JobAssignmentList.self).assignments
            #expect(parts.map(\.closedReason) == ["expired: not begun in time"] && parts[0].agentName == "a")
            let batch = RunBatch(runs: [.sample(agentId: agent.id, assignment: work[0])])
            _ = try await client.send(.post, "/v1/runs", as: agent.token, json: batch)
            let done: JobRecord = try await client.get(path).decode()
            #expect(done.finished == 1 && done.failed == 0 && done.closed == 0)
            #expect(done.expired == 0 && done.state == .done)
        }
    }

    @Test func tickersOfSeveralCollectorsMakeARoundOnceAndWakeItsAgents() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        let second = try SQLStore(openingIn: harness.directory)
        defer { try? second.close() }
        let other = CollectorAPI(store: second) { Harness.start.advanced(bySeconds: 205) }
        try await live(harness) { client in
            let first = try await make(client, request("m") { $0.everySeconds = 60 })
            #expect(first.scheduleId == first.id && first.nextAt == Harness.start.advanced(bySeconds: 60))
            harness.advance(seconds: 205)
            async let work = poll(client, agent, wait: 60)
            try await pollIsHeld(harness)
            // The other's bell is not this one's: this one has to be first for the poll to wake at once.
            try await ticker(harness).tick()
            #expect(try await work.count == 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await ticker(harness).tick() }
                    group.addTask { try await other.jobTicker(logger: Logger(label: "other")).tick() }
                }
                try await group.waitForAll()
            }
            let jobs = try await client.get("/v1/jobs").decode(JobList.self).jobs
            #expect(jobs.count == 2 && jobs[0].scheduleId == first.id && jobs[0].nextAt == nil)
            #expect(jobs[1].nextAt == Harness.start.advanced(bySeconds: 240) && jobs[1].closed == 1)
            #expect(try await cancel(client, first.id).decode(JobRecord.self).nextAt == nil)
            harness.advance(seconds: 600)
            try await ticker(harness).tick()
            #expect(try await client.get("/v1/jobs").decode(JobList.self).jobs.count == 2)
        }
    }

    static let bad: [(String, any Sendable, Int)] = [
        ("priority", 101, 422), ("priority", -101, 422), ("priority", "high", 400), ("tier", "", 422),
        ("tier", "nowhere", 422), ("everySeconds", 59, 422), ("everySeconds", 31_536_001, 422),
        ("everySeconds", "daily", 400), ("deadline", "2020-01-01T00:00:00Z", 422), ("deadline", "soon", 400),
        ("window", "22:00-06:00", 400), ("window", ["from": "22:00"], 400),
        ("window", ["from": "22:60", "to": "22:00"], 400), ("window", ["from": "24:00", "to": "06:00"], 400),
    ]

    @Test(arguments: bad.indices)
    func badTimesAreRefusedByField(index: Int) async throws {
        let (field, value, status) = Self.bad[index]
        let harness = try await Harness()
        _ = try await harness.enroll()
        try await harness.requests { client in
            let body = try Spoilable(JobRequest.sample).with(field, value).data()
            let answer = try await client.send(.post, "/v1/jobs", as: harness.admin.text, body: body)
            #expect(answer.status == status)
            #expect(try answer.problem().detail?.contains(field) == true)
            #expect(try await client.get("/v1/jobs").decode(JobList.self).jobs.isEmpty)
        }
    }
}
