import CollectorStore
import EdgeprofAPI
import Hummingbird
import HummingbirdTesting
import Testing

/// Clients that ask again for what they have.
@Suite struct UnchangedTests {
    @Test func aSummaryTheClientHasIsNotSentAgain() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            func summary(ifNoneMatch tag: String?) async throws -> TestResponse {
                var headers: HTTPFields = [.authorization: "Bearer \(harness.viewer.text)"]
                if let tag { headers[.ifNoneMatch] = tag }
                return try await client.client.execute(uri: "/v1/summary", method: .get, headers: headers)
            }
            let first = try await summary(ifNoneMatch: nil)
            let tag = try #require(first.headers[.eTag])
            #expect(first.status == .ok)
            for known in [tag, "W/\"x\", \(tag)", "*"] {
                let again = try await summary(ifNoneMatch: known)
                #expect(again.status == .notModified && again.body.readableBytes == 0)
                #expect(again.headers[.eTag] == tag)
            }
            #expect(try await summary(ifNoneMatch: "W/\"x\"").status == .ok)
            let batch = RunBatch(runs: [.sample(agentId: nil)])
            #expect(try await client.send(.post, "/v1/runs", as: harness.admin.text, json: batch).status == 200)
            let changed = try await summary(ifNoneMatch: tag)
            #expect(changed.status == .ok && changed.headers[.eTag] != tag)
        }
    }
}
