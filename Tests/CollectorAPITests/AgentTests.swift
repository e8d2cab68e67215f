import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct AgentTests {
    @Test func enrolmentGivesAnIdAndATokenOnce() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let created: TokenCreated = try await client.send(
                .post,
                "/v1/tokens",
                as: harness.admin.text,
                json: TokenRequest(role: .enrollment, maximumUses: 1)
            ).decode()
            let answer = try await client.send(.post, "/v1/enroll", as: created.token, json: EnrollRequest.sample)
            #expect(answer.status == 201)
            let enrolled: EnrollResponse = try answer.decode()
            let accessToken = try #require(enrolled.accessToken)
            #expect(accessToken.hasPrefix("edgeprof_agent_") && enrolled.status == .active)
            #expect(enrolled.expiresInSeconds == 3600)
            let agent: AgentRecord = try await client.get("/v1/agents/\(enrolled.agentId)").decode()
            #expect(agent.name == "box" && agent.labels == ["site": "lab"] && agent.host == .sample)
            #expect(agent.enrolledAt == Harness.start && agent.heartbeat == nil)
            let poll = try await client.send(
                .get,
                "/v1/agents/\(enrolled.agentId)/jobs",
                as: accessToken
            )
            #expect(try poll.decode(AssignmentList.self).assignments.isEmpty)
            // The one use is spent.
            let again = try await client.send(.post, "/v1/enroll", as: created.token, json: EnrollRequest.sample)
            #expect(again.status == 401)
            #expect(try await client.get("/v1/agents").decode(AgentList.self).agents.count == 1)
            for secret in [created.token, accessToken] {
                for path in ["collector.sqlite", "collector.sqlite-wal"] {
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: harness.directory.path + "/" + path))
                    #expect(bytes.range(of: Data(secret.suffix(64).utf8)) == nil)
                }
            }
        }
    }

    static let badEnrolments: [(String, any Sendable, String)] = [
        ("name", "", "name"), ("name", String(repeating: "x", count: 129), "name"), ("name", "a\u{1b}[2J", "name"),
        ("version", "", "version"), ("host.hostname", "", "host.hostname"), ("host.usableCpus", 0, "host.usableCpus"),
        ("host.onlineCpus", 70_000, "host.onlineCpus"), ("host.memoryBytes", 0, "host.memoryBytes"),
        ("host.limits.cpus", [Int](), "host.limits.cpus"), ("host.limits.cpus", [-1], "host.limits.cpus"),
        ("host.limits.memoryBytes", 0, "host.limits.memoryBytes"), ("labels", ["": "x"], "labels"),
        ("labels", ["x": "a\nb"], "labels"), ("host.board", "", "host.board"),
        ("publicKey", "", "publicKey"), ("publicKey", "AAAA", "publicKey"), ("publicKey", "no base64!", "publicKey"),
    ]

    @Test(arguments: badEnrolments.indices)
    func badEnrolmentsAreRefusedAndCostNoUse(index: Int) async throws {
        let (path, value, field) = Self.badEnrolments[index]
        let harness = try await Harness()
        let secret = TokenSecret(role: .enrollment)
        _ = try await harness.store.createToken(
            NewToken(hash: secret.hash, role: .enrollment, usesLeft: 1),
            at: Harness.start
        )
        try await harness.requests { client in
            let body = try Spoilable(EnrollRequest.sample).with(path, value).data()
            let answer = try await client.send(.post, "/v1/enroll", as: secret.text, body: body)
            #expect(answer.status == 422)
            let detail = try answer.problem().detail
            #expect(detail?.hasPrefix(field + ":") == true, "\(detail ?? "")")
            #expect(
                try await client.send(.post, "/v1/enroll", as: secret.text, json: EnrollRequest.sample).status == 201
            )
        }
    }

    @Test func heartbeatsAreKept() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        harness.advance(seconds: 7)
        try await harness.requests { client in
            let path = "/v1/agents/\(agent.id)/heartbeat"
            let answer = try await client.send(.post, path, as: agent.token, json: Heartbeat.sample)
            #expect(answer.status == 204 && answer.data.isEmpty)
            let record: AgentRecord = try await client.get("/v1/agents/\(agent.id)").decode()
            #expect(record.heartbeat == .sample)
            #expect(record.lastSeenAt?.millisecondsSinceEpoch == Harness.start.millisecondsSinceEpoch + 7000)
            for (field, value) in [
                ("cpuSeconds", -1.0), ("spoolRecords", -1), ("host.usableCpus", 0), ("sentBytes", 1e17),
                ("peakRssBytes", 1e18), ("measuring.expectedSeconds", -1.0), ("measuring.model", ""),
            ] as [(String, any Sendable)] {
                let body = try Spoilable(Heartbeat.sample).with(field, value).data()
                #expect(try await client.send(.post, path, as: agent.token, body: body).status == 422)
            }
            #expect(try await client.get("/v1/agents/\(agent.id)").decode(AgentRecord.self) == record)
        }
    }

    @Test func agentsAreShownWithTheirTiers() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.requests { client in
            func tiers() async throws -> [String] {
                let list: AgentList = try await client.get("/v1/agents").decode()
                let one: AgentRecord = try await client.get("/v1/agents/\(agent.id)").decode()
                #expect(list.agents == [one])
                return one.tiers
            }
            #expect(try await tiers() == [])
            var bounded = Tier.sample("bounded")
            // The limit of 512 MiB counts, not the 1 GiB that are installed.
            bounded.match.memoryMib = [500, 600]
            let list = TierList(tiers: [.sample("a"), .sample("b", cpuModel: "xeon"), bounded])
            let replaced = try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: list)
            #expect(replaced.status == 200)
            #expect(try await tiers() == ["a", "bounded"])
        }
    }

    @Test func unknownIdsAreNotFound() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            for (path, what) in [("agents", "agent"), ("runs", "run"), ("jobs", "job")] {
                let answer = try await client.get("/v1/\(path)/x")
                #expect(answer.status == 404)
                #expect(try answer.problem().detail == "there is no \(what) with id x")
            }
        }
    }
}
