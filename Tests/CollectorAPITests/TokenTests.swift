import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct TokenTests {
    @Test func listsShowWhatATokenIsButNotItsSecret() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.requests { client in
            let request = TokenRequest(role: .enrollment, expiresInSeconds: 60, maximumUses: 5)
            let answer = try await client.send(.post, "/v1/tokens", as: harness.admin.text, json: request)
            #expect(answer.status == 201)
            let created: TokenCreated = try answer.decode()
            let list = try await client.send(.get, "/v1/tokens", as: harness.admin.text)
            let text = String(decoding: list.data, as: UTF8.self)
            for secret in [created.token, agent.token, harness.admin.text] {
                #expect(!text.contains(secret.suffix(64)))
            }
            let tokens = try list.decode(TokenList.self).tokens
            let record = try #require(tokens.first { $0.id == created.id })
            #expect(record.role == .enrollment && record.usesLeft == 5 && record.createdAt == Harness.start)
            #expect(record.expiresAt?.millisecondsSinceEpoch == Harness.start.millisecondsSinceEpoch + 60_000)
            // Revoking its token shuts an agent out.
            let own = try #require(tokens.first { $0.agentId == agent.id })
            #expect(try await client.send(.delete, "/v1/tokens/\(own.id)", as: harness.admin.text).status == 204)
            #expect(try await client.send(.get, "/v1/agents/\(agent.id)/jobs", as: agent.token).status == 401)
        }
    }

    @Test(arguments: [
        TokenRequest(role: .agent), TokenRequest(role: .viewer, expiresInSeconds: 0),
        TokenRequest(role: .viewer, expiresInSeconds: .max), TokenRequest(role: .enrollment, maximumUses: 0),
        TokenRequest(role: .enrollment, maximumUses: .max), TokenRequest(role: .admin, maximumUses: 1),
    ])
    func badRequestsAreRefused(request: TokenRequest) async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let answer = try await client.send(.post, "/v1/tokens", as: harness.admin.text, json: request)
            #expect(answer.status == 422)
            #expect(try await harness.store.tokens().count == 2)
        }
    }
}
