import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct RunUploadTests {
    @Test func uploadIsDurableIdempotentAndReadable() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        let runs = Run.Outcome.allCases.map { Run.sample(agentId: agent.id, outcome: $0) }
        try await harness.requests { client in
            for expected in [RunResult.Status.stored, .duplicate] {
                let answer = try await client.send(.post, "/v1/runs", as: agent.token, json: RunBatch(runs: runs))
                #expect(answer.status == 200)
                let results = try answer.decode(RunBatchResult.self).results
                #expect(results == runs.map { RunResult(id: $0.id, status: expected) })
            }
            for run in runs { #expect(try await client.get("/v1/runs/\(run.id)").decode(Run.self) == run) }
        }
    }

    @Test func aBadRunDoesNotSpoilTheOthers() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        let (first, last) = (Run.sample(agentId: agent.id), Run.sample(agentId: agent.id))
        let foreign = Run.sample(agentId: UUIDv7.make(at: Harness.start))
        let invalid = try Spoilable(Run.sample(agentId: agent.id)).with("threads", 0)
        let invalidId = invalid.object["id"] as? String ?? ""
        let runs: [Any] = [
            try Spoilable(first).object, 3, ["id": "not-a-run"], invalid.object, try Spoilable(foreign).object,
            try Spoilable(last).object,
        ]
        let body = try JSONSerialization.data(withJSONObject: ["runs": runs])
        try await harness.requests { client in
            let answer = try await client.send(.post, "/v1/runs", as: agent.token, body: body)
            let results = try answer.decode(RunBatchResult.self).results
            #expect(results.map(\.status) == [.stored, .rejected, .rejected, .rejected, .rejected, .stored])
            #expect(
                results.map(\.id) == [
                    first.id, "", "not-a-run", invalidId, foreign.id, last.id,
                ]
            )
            #expect(results[2].reason?.contains("is missing") == true)
            #expect(results[3].reason == "threads: must be 1 to 1024")
            #expect(results[4].reason == "agentId is not the agent this token belongs to")
            #expect(try await client.get("/v1/runs").decode(RunList.self).runs.count == 2)
        }
    }

    @Test func aRunThatCannotEvenBeReadEndsItsAssignment() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.requests { client in
            let request = JobRequest(models: ["resnet18"], settings: JobSettings())
            let made = try await client.send(.post, "/v1/jobs", as: harness.admin.text, json: request)
            let job = try made.decode(JobRecord.self)
            let path = "/v1/agents/\(agent.id)/jobs"
            let work = try await client.send(.get, path, as: agent.token).decode(AssignmentList.self).assignments
            let run: [String: Any] = ["id": "x", "assignmentId": try #require(work.first).id, "threads": "many"]
            let body = try JSONSerialization.data(withJSONObject: ["runs": [run]])
            let answer = try await client.send(.post, "/v1/runs", as: agent.token, body: body)
            #expect(try answer.decode(RunBatchResult.self).results.map(\.status) == [.rejected])
            let after = try await client.get("/v1/jobs/\(job.id)").decode(JobRecord.self)
            #expect(after.finished == 1 && after.failed == 1 && after.isDone)
            #expect(try await client.send(.get, path, as: agent.token).decode(AssignmentList.self).assignments.isEmpty)
        }
    }

    @Test func batchesAreBounded() async throws {
        let harness = try await Harness()
        let full = (0..<500).map { _ in Run.sample(agentId: nil) }
        try await harness.requests { client in
            let answer = try await client.send(.post, "/v1/runs", as: harness.admin.text, json: RunBatch(runs: full))
            #expect(try answer.decode(RunBatchResult.self).results.allSatisfy { $0.status == .stored })
            let over = RunBatch(runs: full + [.sample(agentId: nil)])
            let refused = try await client.send(.post, "/v1/runs", as: harness.admin.text, json: over)
            #expect(refused.status == 422)
            #expect(try refused.problem().detail == "runs: has 501; a batch holds 500 at most")
        }
    }

    @Test func runsArePagedAndFiltered() async throws {
        let harness = try await Harness()
        let runs: [Run] = (0..<7).map { (index: Int) -> Run in
            Run.sample(
                agentId: nil,
                startedAt: Timestamp(millisecondsSinceEpoch: Int64(1000 + index)),
                outcome: index % 2 == 0 ? .ok : .oom,
                model: index < 4 ? "a" : "b"
            )
        }
        try await harness.requests { client in
            _ = try await client.send(.post, "/v1/runs", as: harness.admin.text, json: RunBatch(runs: runs))
            var seen: [String] = []
            var path: String? = "/v1/runs?limit=3"
            while let next = path {
                let page: RunList = try await client.get(next).decode()
                seen += page.runs.map(\.id)
                path = page.nextCursor.map { "/v1/runs?limit=3&cursor=\($0)" }
            }
            #expect(seen == runs.reversed().map(\.id))
            #expect(try await client.get("/v1/runs?model=a&outcome=oom").decode(RunList.self).runs.count == 2)
            #expect(try await client.get("/v1/runs?agent=x").decode(RunList.self).runs.isEmpty)
            #expect(try await client.get("/v1/runs?job=x").decode(RunList.self).runs.isEmpty)
        }
    }
}
