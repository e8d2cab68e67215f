import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CollectorAPI

/// Who may call what: the table of docs/collector.md, tried whole.
@Suite struct AccessTests {
    struct Route: CustomStringConvertible, Sendable {
        var method: HTTPRequest.Method
        var path: String
        var roles: Set<TokenRole>
        var description: String { "\(method.rawValue) \(path)" }

        init(_ method: HTTPRequest.Method, _ path: String, _ roles: Set<TokenRole>) {
            self.method = method
            self.path = path
            self.roles = roles
        }
    }

    static let routes: [Route] = [
        Route(.post, "/v1/enroll", [.enrollment]),
        Route(.post, "/v1/agents/ID/heartbeat", [.agent]),
        Route(.get, "/v1/agents/ID/jobs", [.agent]),
        Route(.post, "/v1/runs", [.agent, .admin]),
        Route(.get, "/v1/runs", [.viewer, .admin]),
        Route(.get, "/v1/runs/ID", [.viewer, .admin]),
        Route(.get, "/v1/runs/export?format=csv", [.viewer, .admin]),
        Route(.post, "/v1/runs/import", [.admin]),
        Route(.post, "/v1/runs/compare", [.viewer, .admin]),
        Route(.get, "/v1/agents", [.viewer, .admin]),
        Route(.get, "/v1/agents/ID", [.viewer, .admin]),
        Route(.post, "/v1/agents/ID/approve", [.admin]),
        Route(.post, "/v1/agents/NOBODY/revoke", [.admin]),
        Route(.put, "/v1/agents/ID/labels", [.admin]),
        Route(.post, "/v1/jobs", [.admin]),
        Route(.get, "/v1/jobs", [.viewer, .admin]),
        Route(.get, "/v1/jobs/ID", [.viewer, .admin]),
        Route(.get, "/v1/jobs/ID/assignments", [.viewer, .admin]),
        Route(.post, "/v1/jobs/ID/cancel", [.admin]),
        Route(.post, "/v1/tokens", [.admin]),
        Route(.get, "/v1/tokens", [.admin]),
        Route(.delete, "/v1/tokens/ID", [.admin]),
        Route(.get, "/v1/models/\(String(repeating: "a", count: 64))/accuracy", [.viewer, .admin]),
        Route(.put, "/v1/models/\(String(repeating: "a", count: 64))/accuracy", [.admin]),
        Route(.get, "/v1/models", [.viewer, .admin]),
        Route(.put, "/v1/models/\(String(repeating: "a", count: 64))", [.admin]),
        Route(.get, "/v1/models/\(String(repeating: "a", count: 64))", [.agent, .viewer, .admin]),
        Route(.get, "/v1/audit", [.admin]),
        Route(.get, "/metrics", [.viewer, .admin]),
        Route(.get, "/v1/tiers", [.viewer, .admin]),
        Route(.put, "/v1/tiers", [.admin]),
        Route(.get, "/v1/summary", [.viewer, .admin]),
        Route(.get, "/v1/changes", [.viewer, .admin]),
        Route(.post, "/v1/rank", [.viewer, .admin]),
        Route(.post, "/v1/plan", [.viewer, .admin]),
    ]

    /// What is open to all is listed here; everything else is in the table, with just its roles.
    @Test func noRouteIsLeftOut() async throws {
        let open: Set = [
            "GET /healthz", "GET /readyz", "GET /openapi.json", "POST /v1/agents/:/token", "GET /install.sh",
            "GET /packages/:",
        ]
        var expected = Dictionary(uniqueKeysWithValues: open.map { ($0, Set<TokenRole>()) })
        for route in Self.routes {
            let path = route.path.prefix { $0 != "?" }.split(separator: "/").map {
                ["ID", "NOBODY"].contains($0) || $0.utf8.count == 64 ? ":" : String($0)
            }
            expected["\(route.method.rawValue) /" + path.joined(separator: "/")] = route.roles
        }
        let harness = try await Harness()
        var found: [String: Set<TokenRole>] = [:]
        for endpoint in harness.api.endpoints {
            let path = endpoint.path.split(separator: "/").map { $0.hasPrefix(":") ? ":" : String($0) }
            var allowed: Set<TokenRole> = []
            if case .roles(let roles) = endpoint.access { allowed = roles }
            found["\(endpoint.method.rawValue) /" + path.joined(separator: "/")] = allowed
        }
        #expect(found == expected)
        #expect(found.count == harness.api.endpoints.count)
    }

    @Test(arguments: routes)
    func onlyTheseRoles(route: Route) async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        let enrollment = TokenSecret(role: .enrollment)
        _ = try await harness.store.createToken(
            NewToken(hash: enrollment.hash, role: .enrollment),
            at: Harness.start
        )
        let tokens: [TokenRole: String] = [
            .admin: harness.admin.text, .viewer: harness.viewer.text, .agent: agent.token, .enrollment: enrollment.text,
        ]
        let path = route.path.replacing("ID", with: agent.id)
        try await harness.requests { client in
            let anonymous = try await client.send(route.method, path)
            #expect(anonymous.status == 401)
            #expect(anonymous.response.headers[.wwwAuthenticate] == #"Bearer realm="edgeprof""#)
            #expect(try anonymous.problem().detail?.isEmpty == false)
            for token in [
                "x", String(harness.admin.text.dropLast()), harness.admin.text + "0",
            ] {
                #expect(try await client.send(route.method, path, as: token).status == 401)
            }
            for (role, token) in tokens {
                // Without a body, those let through get no further than a word about it.
                let answer = try await client.send(route.method, path, as: token)
                #expect((answer.status == 403) == !route.roles.contains(role), "\(role) got \(answer.status)")
                #expect(answer.status != 401 && answer.status < 500, "\(role) got \(answer.status)")
            }
        }
    }

    @Test func otherSchemesAreNoTokens() async throws {
        let harness = try await Harness()
        let token = harness.admin.text
        let answers: [(String, Int)] = [
            (token, 401), ("Basic \(token)", 401), ("Bearer", 401), ("Bearer ", 401), ("", 401),
            ("bearer \(token)", 200),
            ("Bearer  \(token)", 200), ("Bearer \(token) x", 401),
        ]
        try await harness.application().test(.router) { client in
            for (value, status) in answers {
                let headers: HTTPFields = [.authorization: value]
                let response = try await client.execute(uri: "/v1/agents", method: .get, headers: headers)
                #expect(response.status.code == status, "\(value.prefix(12))")
            }
        }
    }

    @Test func agentsActForThemselvesOnly() async throws {
        let harness = try await Harness()
        let (one, two) = (try await harness.enroll("1"), try await harness.enroll("2"))
        try await harness.requests { client in
            let heartbeat = try await client.send(
                .post,
                "/v1/agents/\(two.id)/heartbeat",
                as: one.token,
                json: Heartbeat.sample
            )
            #expect(heartbeat.status == 403)
            #expect(try heartbeat.problem().detail == "this token belongs to another agent")
            #expect(try await client.send(.get, "/v1/agents/\(two.id)/jobs", as: one.token).status == 403)
            #expect(try await client.send(.get, "/v1/agents/\(one.id)/jobs", as: one.token).status == 200)
        }
    }

    @Test func expiredAndRevokedTokensStopAtOnce() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let request = TokenRequest(role: .viewer, expiresInSeconds: 60)
            let created: TokenCreated = try await client.send(
                .post,
                "/v1/tokens",
                as: harness.admin.text,
                json: request
            )
            .decode()
            #expect(try await client.send(.get, "/v1/jobs", as: created.token).status == 200)
            harness.advance(seconds: 60)
            let expired = try await client.send(.get, "/v1/jobs", as: created.token)
            #expect(expired.status == 401)
            #expect(expired.response.headers[.wwwAuthenticate]?.contains("invalid_token") == true)

            let second: TokenCreated = try await client.send(
                .post,
                "/v1/tokens",
                as: harness.admin.text,
                json: TokenRequest(role: .viewer)
            ).decode()
            #expect(try await client.send(.get, "/v1/jobs", as: second.token).status == 200)
            let revoked = try await client.send(.delete, "/v1/tokens/\(second.id)", as: harness.admin.text)
            #expect(revoked.status == 204)
            #expect(try await client.send(.get, "/v1/jobs", as: second.token).status == 401)
            #expect(try await client.send(.delete, "/v1/tokens/\(second.id)", as: harness.admin.text).status == 404)
        }
    }

    @Test func logsHoldNoSecret() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.requests { client in
            let created: TokenCreated = try await client.send(
                .post,
                "/v1/tokens",
                as: harness.admin.text,
                json: TokenRequest(role: .enrollment)
            ).decode()
            let enrolled = try await client.send(.post, "/v1/enroll", as: created.token, json: EnrollRequest.sample)
            let agentToken = try #require(try enrolled.decode(EnrollResponse.self).accessToken)
            let secrets = [created.token, agentToken, harness.admin.text]
            _ = try await client.send(.post, "/v1/runs", as: agent.token, json: RunBatch(runs: [.sample(agentId: "x")]))
            _ = try await client.send(.get, "/v1/runs?limit=\(created.token)", as: harness.admin.text)
            _ = try await client.send(.get, "/nowhere", as: harness.admin.text)
            for secret in secrets + [agent.token] { #expect(!harness.log.text.contains(secret.suffix(64))) }
        }
        #expect(harness.log.text.contains("POST /v1/enroll"))
        #expect(harness.log.text.contains("Run rejected"))
    }
}
