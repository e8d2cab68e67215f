import CollectorStore
import EdgeprofAPI
import Foundation
import Gzip
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CollectorAPI

/// Bad input over a real connection: a 4xx problem document, nothing stored, and the collector goes on.
@Suite struct BadInputTests {
    struct Input: Sendable, CustomStringConvertible {
        var description: String
        var method = HTTPRequest.Method.post
        var path = "/v1/runs"
        var body: @Sendable () throws -> Data
        var encoding: String?
        var status: Int
    }

    private static func label(_ text: String) -> Data {
        let document = ["labels": ["site": text]]
        return (try? JSONEncoder().encode(document)) ?? Data()
    }

    static let inputs: [Input] = [
        Input(
            description: "deep JSON",
            body: { Data((String(repeating: #"{"runs":["#, count: 500_000)).utf8) },
            status: 400
        ),
        Input(description: "deep lists", body: { Data(String(repeating: "[", count: 5_000_000).utf8) }, status: 400),
        Input(
            description: "invalid UTF-8",
            path: "/v1/jobs",
            body: { Data(Array(#"{"models":[""#.utf8) + [0xff, 0xfe, 0xc0, 0x80] + Array(#""]}"#.utf8)) },
            status: 400
        ),
        Input(
            description: "gzip bomb",
            body: { Data(try #require(Gzip.compressed([UInt8](repeating: 0x20, count: 200 << 20)))) },
            encoding: "gzip",
            status: 413
        ),
        Input(description: "100 MB", body: { Data(repeating: 0x20, count: 100_000_000) }, status: 413),
        Input(description: "NaN", body: { Data(#"{"runs":[NaN]}"#.utf8) }, status: 400),
        Input(
            description: "number without end",
            path: "/v1/jobs",
            body: { Data((#"{"models":["m"],"repetitions":1e999999}"#).utf8) },
            status: 400
        ),
        Input(
            description: "a token's request beyond its limit",
            path: "/v1/tokens",
            body: { Data(repeating: 0x20, count: 5000) },
            status: 413
        ),
        Input(
            description: "SQL where an id is expected",
            method: .delete,
            path: "/v1/tokens/x'%3B%20DROP%20TABLE%20token%3B--",
            body: { Data() },
            status: 404
        ),
    ]

    @Test(arguments: inputs)
    func isRefused(input: Input) async throws {
        let harness = try await Harness()
        try await harness.application().test(.live) { client in
            var headers: HTTPFields = [
                .authorization: "Bearer \(harness.admin.text)", .contentType: "application/json",
            ]
            if let encoding = input.encoding { headers[.contentEncoding] = encoding }
            let body = ByteBuffer(bytes: try input.body())
            let response: TestResponse
            do {
                response = try await client.execute(uri: input.path, method: input.method, headers: headers, body: body)
            } catch  where input.status == 413 {
                // The connection may be closed before so large a body is sent; then the answer is lost, as TCP has it.
                return try await expectUntouched(harness)
            }
            let answer = Answer(response: response)
            #expect(answer.status == input.status)
            #expect(try answer.problem().detail?.isEmpty == false)
            try await expectUntouched(harness, client)
        }
    }

    @Test func tokensOfOthersAreOfNoUse() async throws {
        let harness = try await Harness()
        let (one, two) = (try await harness.enroll("one"), try await harness.enroll("two"))
        let expired = TokenSecret(role: .admin)
        _ = try await harness.store.createToken(
            NewToken(
                hash: expired.hash,
                role: .admin,
                expiresAt: Timestamp(millisecondsSinceEpoch: Harness.start.millisecondsSinceEpoch + 1000)
            ),
            at: Harness.start
        )
        harness.advance(seconds: 2)
        try await harness.application().test(.live) { client in
            let client = Client(client: client, harness: harness)
            let body = TokenRequest(role: .viewer)
            #expect(try await client.send(.post, "/v1/tokens", as: expired.text, json: body).status == 401)
            #expect(try await client.send(.post, "/v1/tokens", as: harness.viewer.text, json: body).status == 403)
            #expect(try await client.send(.get, "/v1/agents/\(two.id)/jobs", as: one.token).status == 403)
            let beat = try await client.send(
                .post,
                "/v1/agents/\(two.id)/heartbeat",
                as: one.token,
                json: Heartbeat.sample
            )
            #expect(try beat.status == 403 && beat.problem().detail?.contains("another agent") == true)
            try await expectUntouched(harness, client.client)
        }
    }

    @Test(arguments: ["<script>alert(1)</script>", "'; DROP TABLE agent; --", "\" onload=\"x", "\u{202e}x"])
    func labelsNeverBecomeAnythingElse(text: String) async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.application().test(.live) { client in
            let client = Client(client: client, harness: harness)
            let path = "/v1/agents/\(agent.id)/labels"
            let answer = try await client.send(.put, path, as: harness.admin.text, body: Self.label(text))
            let list = try await client.get("/v1/agents")
            #expect(list.response.headers[.contentType] == "application/json")
            #expect(list.response.headers[.xContentTypeOptions] == "nosniff")
            let labels = try list.decode(AgentList.self).agents.first?.labels
            // Either it is a label, kept letter for letter, or it is refused and nothing is kept.
            #expect(answer.status == 200 ? labels == ["site": text] : answer.status == 422 && labels == [:])
        }
    }

    private func expectUntouched(_ harness: Harness, _ client: any TestClientProtocol) async throws {
        try await expectUntouched(harness)
        #expect(try await client.execute(uri: "/readyz", method: .get).status == .ok)
    }

    private func expectUntouched(_ harness: Harness) async throws {
        #expect(try await harness.store.runs(matching: RunFilter(), after: nil, limit: 1).runs.isEmpty)
        #expect(try await harness.store.tokens().contains { $0.role == .admin })
    }
}
