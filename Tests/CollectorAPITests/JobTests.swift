import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct JobTests {
    @Test func aJobGoesThroughItsWholeLife() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll("a", labels: ["site": "lab"])
        try await harness.requests { client in
            var request = JobRequest.sample
            request.labels = ["site": "lab"]
            let answer = try await client.send(.post, "/v1/jobs", as: harness.admin.text, json: request)
            #expect(answer.status == 201)
            let job: JobRecord = try answer.decode()
            #expect(job.total == 2 && job.finished == 0 && job.request == request)
            let path = "/v1/agents/\(agent.id)/jobs?wait=60"
            let work = try await client.send(.get, path, as: agent.token).decode(AssignmentList.self).assignments
            #expect(work.map(\.model) == ["resnet18", "densenet121"])
            // Handing out does not consume.
            #expect(try await client.send(.get, path, as: agent.token).decode(AssignmentList.self).assignments == work)
            let runs = [
                Run.sample(agentId: agent.id, assignment: work[0]),
                .sample(agentId: agent.id, assignment: work[1], outcome: .crashed, model: "densenet121"),
            ]
            _ = try await client.send(.post, "/v1/runs", as: agent.token, json: RunBatch(runs: runs))
            let done: JobRecord = try await client.get("/v1/jobs/\(job.id)").decode()
            #expect(done.isDone && done.failed == 1)
            #expect(try await client.get("/v1/jobs").decode(JobList.self).jobs == [done])
            #expect(try await client.get("/v1/runs?job=\(job.id)").decode(RunList.self).runs.count == 2)
            let rest = try await client.send(.get, "/v1/agents/\(agent.id)/jobs", as: agent.token)
            #expect(try rest.decode(AssignmentList.self).assignments.isEmpty)
        }
    }

    @Test func aJobNobodyCanDoIsAConflict() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let answer = try await client.send(.post, "/v1/jobs", as: harness.admin.text, json: JobRequest.sample)
            #expect(answer.status == 409)
            #expect(try answer.problem().detail?.contains("no agent") == true)
        }
    }

    static let badFields: [(String, any Sendable, String)] = [
        ("models", [String](), "models"), ("models", ["a", "a"], "models"), ("models", [""], "models"),
        ("models", (0..<101).map { "m\($0)" }, "models"), ("repetitions", 0, "repetitions"),
        ("repetitions", 1001, "repetitions"), ("labels", ["": ""], "labels"), ("settings.threads", 0, "settings"),
        ("settings.instances", 2000, "settings"), ("settings.durationSeconds", 0, "settings"),
        ("settings.durationSeconds", 1e9, "settings"), ("settings.isa", "", "settings.isa"),
        ("models", (0..<100).map { "m\($0)" }, "assignments"),
    ]

    @Test(arguments: badFields.indices)
    func badJobsAreRefused(index: Int) async throws {
        let (path, value, field) = Self.badFields[index]
        let harness = try await Harness()
        _ = try await harness.enroll("1")
        _ = try await harness.enroll("2")
        try await harness.requests { client in
            var request = JobRequest.sample
            if field == "assignments" { request.repetitions = 1000 }
            let body = try Spoilable(request).with(path, value).data()
            let answer = try await client.send(.post, "/v1/jobs", as: harness.admin.text, body: body)
            #expect(answer.status == 422)
            #expect(try answer.problem().detail?.contains(field) == true)
            #expect(try await client.get("/v1/jobs").decode(JobList.self).jobs.isEmpty)
        }
    }

    @Test(arguments: ["-1", "61", "x", "1.5"])
    func waitsAreBounded(wait: String) async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.requests { client in
            let answer = try await client.send(.get, "/v1/agents/\(agent.id)/jobs?wait=\(wait)", as: agent.token)
            #expect(answer.status == 400)
        }
    }
}
