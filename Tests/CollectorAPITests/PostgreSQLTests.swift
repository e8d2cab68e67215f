import CollectorAPI
import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import PostgreSQLTestServer
import Testing

/// The main paths on a store in PostgreSQL, and what several collectors of one store owe each other.
@Suite(.enabled(if: PostgreSQLTestServer.shared != nil))
struct PostgreSQLTests {
    private func url() throws -> String { try #require(PostgreSQLTestServer.shared).makeDatabase() }

    private func place(_ url: String) throws -> StoreLocation { .postgresql(try PostgreSQLLocation(url: url)) }

    @Test func anAgentsDayFromEnrolmentToSummary() async throws {
        let harness = try await Harness(at: try place(try url()))
        let agent = try await harness.enroll("a", labels: ["site": "lab"])
        try await harness.requests { client in
            let path = "/v1/agents/\(agent.id)"
            #expect(
                try await client.send(.post, path + "/heartbeat", as: agent.token, json: Heartbeat.sample).status < 300
            )
            let created = try await client.send(.post, "/v1/jobs", as: harness.admin.text, json: JobRequest.sample)
            #expect(created.status == 201)
            let answer = try await client.send(.get, path + "/jobs?wait=0", as: agent.token)
            let work = try answer.decode(AssignmentList.self).assignments
            #expect(work.map(\.model) == JobRequest.sample.models)
            var runs: [Run] = []
            for assignment in work {
                var run = Run.sample(agentId: agent.id, model: assignment.model, milliseconds: 20)
                (run.jobId, run.assignmentId) = (assignment.jobId, assignment.id)
                runs.append(run)
            }
            for expected in [RunResult.Status.stored, .duplicate] {
                let answer = try await client.send(.post, "/v1/runs", as: agent.token, json: RunBatch(runs: runs))
                #expect(try answer.decode(RunBatchResult.self).results.allSatisfy { $0.status == expected })
            }
            let jobs = try await client.get("/v1/jobs").decode(JobList.self).jobs
            #expect(jobs.map(\.finished) == [2] && jobs.allSatisfy { $0.isDone })
            let page = try await client.get("/v1/runs?model=resnet18&limit=1").decode(RunList.self)
            #expect(page.runs.map(\.model.name) == ["resnet18"])
            var tier = Tier.sample("lab")
            tier.match = Tier.Match(label: ["site": "lab"])
            let list = TierList(tiers: [tier])
            #expect(try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: list).status < 300)
            #expect(try await client.get("/v1/summary").status == 200)
            #expect(try await client.get("/readyz").status == 200)
            let revoked = try await client.send(.post, path + "/revoke", as: harness.admin.text)
            #expect(revoked.status < 300)
            #expect(try await client.send(.get, path + "/jobs?wait=0", as: agent.token).status == 401)
        }
    }

    @Test func aJobMadeAtOneCollectorWakesThePollAtTheOther() async throws {
        let url = try url()
        let one = try await Harness(at: try place(url))
        let two = try await Harness(at: try place(url), isFurther: true)
        let agent = try await one.enroll()
        let relay = Task { try await one.api.wakeRelay.run() }
        defer { relay.cancel() }
        try await one.application().test(.ahc(.http)) { client in
            let client = Client(client: client, harness: one)
            async let poll = client.send(.get, "/v1/agents/\(agent.id)/jobs?wait=50", as: agent.token)
            for _ in 0..<500 where one.pollCount == 0 { try await Task.sleep(for: .milliseconds(10)) }
            // The relay listens by then, or says that calls may have been missed once it does.
            let start = ContinuousClock.now
            try await two.requests { other in
                let created = try await other.send(.post, "/v1/jobs", as: two.admin.text, json: JobRequest.sample)
                #expect(created.status == 201)
            }
            #expect(try await poll.decode(AssignmentList.self).assignments.count == 2)
            #expect(ContinuousClock.now - start < .seconds(15))
        }
    }

    @Test func theProgramServesCopiesBacksUpAndRestores() async throws {
        let folder = NSTemporaryDirectory() + "edgeprof-program-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (first, second) = (try url(), try url())
        let token = try Program.run("init", "--store", first)
        #expect(token.code == 0 && token.standardOutput.hasPrefix("edgeprof_admin_"))
        #expect(try Program.run("init", "--store", first).code == 1)
        let serving = try ServingProcess(arguments: ["--store", first])
        let admin = token.standardOutput.trimmingCharacters(in: .newlines)
        #expect(try await serving.caller.send("GET", "/v1/tokens", token: admin).0 == 200)
        let backup = try Program.run("backup", folder + "/b.sqlite", "--store", first)
        #expect(backup.code == 0, "\(backup)")
        #expect(serving.end(SIGTERM) == 0)
        let copied = try Program.run("copy", "--from", first, "--to", folder + "/d")
        #expect(copied.code == 0 && copied.standardOutput.contains("token: 1 rows, equal"), "\(copied)")
        #expect(try Program.run("restore", folder + "/b.sqlite", "--store", second).code == 0)
        for place in [second, folder + "/d"] {
            let checked = try Program.run("migrate", "--check", "--store", place)
            #expect(checked.code == 0 && checked.standardOutput.contains("up to date"), "\(checked)")
        }
        let restored = try ServingProcess(arguments: ["--store", second])
        #expect(try await restored.caller.send("GET", "/v1/tokens", token: admin).0 == 200)
        #expect(restored.end(SIGTERM) == 0)
        let secret = try Program.run("init", "--store", "postgres://u:geheim@h/e")
        #expect(secret.code == 1 && !secret.standardError.contains("geheim"))
    }
}
