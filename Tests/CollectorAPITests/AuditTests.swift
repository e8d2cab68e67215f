import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CollectorAPI

/// Every administrative act stands in the log, whatever became of it.
@Suite struct AuditTests {
    private func entries(_ client: Client, _ query: String = "") async throws -> AuditPage {
        try await client.send(.get, "/v1/audit" + query, as: client.harness.admin.text).decode()
    }

    @Test func actsAreRecordedWithWhoWhatAndResult() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        let admin = try #require(try await harness.store.tokens().first { $0.role == .admin })
        try await harness.requests { client in
            func act(_ method: HTTPRequest.Method, _ path: String, _ body: some Encodable) async throws -> Answer {
                try await client.send(method, path, as: harness.admin.text, json: body)
            }
            let created: TokenCreated = try await act(.post, "/v1/tokens", TokenRequest(role: .viewer)).decode()
            #expect(try await act(.post, "/v1/tokens", TokenRequest(role: .agent)).status == 422)
            #expect(try await act(.put, "/v1/agents/\(agent.id)/labels", AgentLabels(labels: ["a": "b"])).status == 200)
            harness.advance(seconds: 5)
            #expect(try await act(.delete, "/v1/tokens/none", "").status == 404)
            #expect(try await act(.put, "/v1/tiers", TierList(tiers: [])).status == 422)
            // Reading, and what a token does not allow, changes nothing.
            _ = try await client.get("/v1/tiers")
            _ = try await client.send(.post, "/v1/tokens", as: harness.viewer.text, json: TokenRequest(role: .viewer))

            let page = try await entries(client)
            #expect(page.nextCursor == nil)
            #expect(
                page.entries.map(\.action) == [
                    "PUT /v1/tiers", "DELETE /v1/tokens/:id", "PUT /v1/agents/:id/labels", "POST /v1/tokens",
                    "POST /v1/tokens",
                ]
            )
            #expect(page.entries.map(\.status) == [422, 404, 200, 422, 201])
            #expect(page.entries.map(\.target) == [nil, "none", agent.id, nil, created.id])
            #expect(page.entries.map(\.detail) == [nil, nil, nil, nil, "role=viewer"])
            #expect(page.entries.allSatisfy { $0.tokenId == admin.id && $0.requestId == "test-request" })
            #expect(page.entries.last?.at == Harness.start)
            #expect((page.entries.first?.at).map { $0 > Harness.start } == true)
            let text = String(decoding: try JSONEncoder().encode(page), as: UTF8.self)
            #expect(!text.contains(created.token) && !text.contains(harness.admin.text.suffix(64)))
        }
    }

    @Test func pagesFollowEachOther() async throws {
        let harness = try await Harness()
        for number in 0..<7 {
            _ = try await harness.store.beginAudit(AuditEntry(at: Harness.start, action: "a\(number)"))
        }
        try await harness.requests { client in
            var seen: [String] = []
            var query = "?limit=3"
            while true {
                let page = try await entries(client, query)
                seen += page.entries.map(\.action)
                #expect(page.entries.allSatisfy { $0.status == nil })
                guard let cursor = page.nextCursor else { break }
                query = "?limit=3&cursor=\(cursor)"
            }
            #expect(seen == (0..<7).reversed().map { "a\($0)" })
            for query in ["?limit=0", "?limit=501", "?cursor=x", "?cursor=-1", "?from=1"] {
                #expect(try await client.send(.get, "/v1/audit" + query, as: harness.admin.text).status == 400)
            }
            #expect(try await client.get("/v1/audit").status == 403)
        }
    }

    @Test func oldEntriesAreForgotten() async throws {
        let harness = try await Harness()
        _ = try await harness.store.beginAudit(AuditEntry(at: Harness.start, action: "old"))
        let later = Harness.start.millisecondsSinceEpoch + AuditRetention.milliseconds
        for (offset, kept) in [(Int64(0), 2), (1, 2)] {
            let at = Timestamp(millisecondsSinceEpoch: later + offset)
            _ = try await harness.store.beginAudit(AuditEntry(at: at, action: "new"))
            #expect(try await harness.store.audit(before: nil, limit: 10).count == kept)
        }
    }

    @Test func anActThatCannotBeRecordedIsRefused() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            try harness.store.close()
            let answer = try await client.send(
                .post,
                "/v1/tokens",
                as: harness.admin.text,
                json: TokenRequest(role: .viewer)
            )
            #expect(answer.status == 500)
        }
    }
}
