import CollectorAPI
import CollectorStore
import EdgeprofAPI
import Foundation
import Gzip
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct RoutingTests {
    @Test func healthAndReadinessArePublic() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            for path in ["/healthz", "/readyz"] {
                let answer = try await client.send(.get, path)
                #expect(answer.status == 200)
                #expect(String(decoding: answer.data, as: UTF8.self) == #"{"status":"ok"}"#)
            }
            try harness.store.close()
            #expect(try await client.send(.get, "/healthz").status == 200)
            let answer = try await client.send(.get, "/readyz")
            #expect(answer.status == 503)
            #expect(try answer.problem().detail?.contains("log") == true)
        }
    }

    @Test(arguments: ["/", "/v1", "/v1/nothing", "/v2/runs", "/v1/runs/a/b", "/v1/agents/a/b", "/%2e%2e/etc/passwd"])
    func unknownRoutesAreNotFound(path: String) async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let answer = try await client.send(.get, path, as: harness.admin.text)
            #expect(answer.status == 404)
            #expect(try answer.problem().detail == "there is no such route")
        }
    }

    @Test(arguments: [
        ("/healthz", "GET, HEAD"), ("/v1/enroll", "POST"), ("/v1/runs", "GET, HEAD, POST"), ("/v1/runs/x", "GET, HEAD"),
        ("/v1/agents/x/heartbeat", "POST"), ("/v1/agents/x/jobs", "GET, HEAD"), ("/v1/tokens/x", "DELETE"),
        ("/v1/models/x/accuracy", "GET, HEAD, PUT"), ("/v1/tiers", "GET, HEAD, PUT"), ("/v1/summary", "GET, HEAD"),
        ("/v1/rank", "POST"), ("/v1/rank/", "POST"), ("/v1/plan", "POST"),
        ("/install.sh", "GET, HEAD"), ("/packages/x", "GET, HEAD"),
    ])
    func otherMethodsAreToldWhichThereAre(path: String, allowed: String) async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            for method in [HTTPRequest.Method.patch, .connect, try #require(HTTPRequest.Method("BREW"))] {
                let answer = try await client.send(method, path)
                #expect(answer.status == 405)
                #expect(answer.response.headers[.allow] == allowed)
                #expect(try answer.problem().detail == "this route answers to \(allowed)")
            }
        }
    }

    @Test func headIsGetWithoutABody() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let answer = try await client.send(.head, "/v1/agents", as: harness.viewer.text)
            #expect(answer.status == 200 && answer.data.isEmpty)
        }
    }

    @Test func everyAnswerIsGuardedAndTraceable() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            for path in ["/healthz", "/nowhere", "/v1/agents"] {
                let headers = try await client.send(.get, path).response.headers
                #expect(headers[.xContentTypeOptions] == "nosniff")
                #expect(headers[.cacheControl] == "no-store")
                #expect(headers[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
                #expect(headers[try #require(HTTPFields.Element.Name("X-Request-Id"))] == "test-request")
            }
        }
    }

    @Test func failuresOfTheStoreKeepTheirDetailsInTheLog() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            try harness.store.close()
            let answer = try await client.get("/v1/agents")
            #expect(answer.status == 500)
            let text = String(decoding: answer.data, as: UTF8.self)
            #expect(try answer.problem().detail?.contains("log") == true)
            #expect(!text.contains(harness.directory.path) && !text.contains("SQLite"))
            #expect(harness.log.text.contains(harness.directory.path))
        }
    }

    @Test func bodiesMustBeJSONOfASaneSize() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.requests { client in
            func post(_ body: Data, type: String?) async throws -> Answer {
                try await client.send(.post, "/v1/runs", as: agent.token, body: body, type: type)
            }
            let body = Data(#"{"runs":[]}"#.utf8)
            #expect(try await post(body, type: "application/json").status == 200)
            #expect(try await post(body, type: "Application/JSON; charset=utf-8").status == 200)
            for type in ["text/plain", "application/jsonx", "", "application/x-www-form-urlencoded", nil] {
                #expect(try await post(body, type: type).status == 415)
            }
            let large = Data(repeating: UInt8(ascii: " "), count: CollectorAPI.maximumBodyBytes + 1)
            let refused = try await post(large, type: "application/json")
            #expect(refused.status == 413)
            #expect(try refused.problem().detail?.contains("16777216") == true)
            #expect(try await post(large.dropLast(12) + body, type: "application/json").status == 200)
        }
        try await harness.application().test(.router) { client in
            func post(_ body: [UInt8], _ encoding: String) async throws -> HTTPResponse.Status {
                let headers: HTTPFields = [
                    .authorization: "Bearer \(agent.token)", .contentType: "application/json",
                    .contentEncoding: encoding,
                ]
                let buffer = ByteBuffer(bytes: body)
                return try await client.execute(uri: "/v1/runs", method: .post, headers: headers, body: buffer).status
            }
            let packed = try #require(Gzip.compressed(Array(#"{"runs":[]}"#.utf8)))
            #expect(try await post(packed, "gzip") == .ok)
            #expect(try await post(packed, "br") == .unsupportedMediaType)
            #expect(try await post(packed.dropLast(), "gzip") == .badRequest)
            #expect(try await post(Array("{}".utf8), "gzip") == .badRequest)
            // Little on the way, too much when it is unpacked.
            let blanks = [UInt8](repeating: UInt8(ascii: " "), count: CollectorAPI.maximumBodyBytes + 1)
            #expect(try await post(try #require(Gzip.compressed(blanks)), "gzip") == .contentTooLarge)
        }
    }

    @Test(arguments: [
        ("", "body: is not JSON. "), ("{", "body: is not JSON. Unexpected end"),
        (
            #"{"models":["m"],"settings":{"scenario":"offline","plan":"fused","durationSeconds":1},"labels":{},"repetitions":1.5}"#,
            "repetitions: 1.5 does not fit its field"
        ),
        (
            #"{"models":["m"],"settings":{"scenario":"offline","plan":"fused","durationSeconds":1.0},"labels":{},"repetitions":1,"everySeconds":1e300}"#,
            "everySeconds: 1e300 does not fit its field"
        ),
        ("[]", "body: should be an object"), ("{}", "models: is missing"),
        (#"{"models":3}"#, "models: should be a list"),
        (#"{"models":[1]}"#, "models[0]: should be text"),
        (#"{"models":["m"],"settings":{"scenario":"fast"}}"#, "settings.scenario: "),
        (#"{"models":["m"],"settings":null}"#, "settings: is null"),
        (String(repeating: "[", count: 100_000), "body: "),
        ("{\"models\":[\"\\ud800\"]}", "body: "),
    ])
    func malformedBodiesAreToldWhere(body: String, expected: String) async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let answer = try await client.send(.post, "/v1/jobs", as: harness.admin.text, body: Data(body.utf8))
            #expect(answer.status == 400)
            let detail = try #require(try answer.problem().detail)
            #expect(detail.hasPrefix(expected), "\(detail)")
        }
    }

    @Test func randomBytesNeverFailTheServer() async throws {
        let harness = try await Harness()
        let sound = [UInt8](try JSONEncoder().encode(RunBatch(runs: [.sample(agentId: nil)])))
        try await harness.requests { client in
            var generator = SystemRandomNumberGenerator()
            for round in 0..<300 {
                var bytes = sound
                if round % 3 == 0 { bytes = Array(bytes.prefix(Int.random(in: 0..<bytes.count))) }
                for _ in 0..<(round % 5) where !bytes.isEmpty {
                    bytes[Int.random(in: 0..<bytes.count)] = generator.next()
                }
                let answer = try await client.send(.post, "/v1/runs", as: harness.admin.text, body: Data(bytes))
                #expect(answer.status == 200 || answer.status == 400, "\(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }

    @Test(arguments: [
        "/v1/runs?modle=x", "/v1/runs?limit=0", "/v1/runs?limit=501", "/v1/runs?limit=x", "/v1/runs?outcome=good",
        "/v1/runs?cursor=x", "/v1/runs?model=a&model=b", "/v1/runs?limit=99999999999999999999", "/v1/jobs?x=1",
        "/v1/agents?x=1", "/v1/summary?tier=x",
    ])
    func queriesAreReadStrictly(path: String) async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let answer = try await client.get(path)
            #expect(answer.status == 400)
            #expect(try answer.problem().detail?.contains("query parameter") == true)
        }
    }
}
