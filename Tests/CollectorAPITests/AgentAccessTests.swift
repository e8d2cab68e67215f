import CollectorStore
import Crypto
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CollectorAPI

/// Access tokens by signature, approval, revocation and labels.
@Suite struct AgentAccessTests {
    private let key = Curve25519.Signing.PrivateKey()
    private var publicKey: String { key.publicKey.rawRepresentation.base64EncodedString() }

    private func challenge(_ client: Client, _ id: String) async throws -> String {
        let answer = try await client.send(.post, "/v1/agents/\(id)/token")
        #expect(answer.status == 401)
        return try #require(try answer.problem().challenge)
    }

    private func signed(
        _ challenge: String,
        by key: Curve25519.Signing.PrivateKey? = nil,
        for id: String
    ) throws -> AccessTokenRequest {
        let text = AccessTokenRequest.signedText(agentId: id, challenge: challenge)
        let signature = try (key ?? self.key).signature(for: Data(text.utf8))
        return AccessTokenRequest(challenge: challenge, signature: signature.base64EncodedString())
    }

    private func ask(_ client: Client, _ id: String, _ request: AccessTokenRequest) async throws -> Answer {
        try await client.send(.post, "/v1/agents/\(id)/token", json: request)
    }

    @Test func aSignedChallengeGivesATokenForAnHour() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(publicKey: publicKey)
        try await harness.requests { client in
            let answer = try await ask(client, agent.id, signed(challenge(client, agent.id), for: agent.id))
            #expect(answer.status == 200)
            let grant: AccessTokenGrant = try answer.decode()
            #expect(grant.expiresInSeconds == 3600)
            #expect(grant.expiresAt.millisecondsSinceEpoch == Harness.start.millisecondsSinceEpoch + 3_600_000)
            let path = "/v1/agents/\(agent.id)/jobs"
            harness.advance(seconds: 3599)
            #expect(try await client.send(.get, path, as: grant.accessToken).status == 200)
            harness.advance(seconds: 1)
            #expect(try await client.send(.get, path, as: grant.accessToken).status == 401)
            // The next request for a token takes the expired one away.
            #expect(try await ask(client, agent.id, signed(challenge(client, agent.id), for: agent.id)).status == 200)
            let own = try await harness.store.tokens().filter { $0.agentId == agent.id && $0.expiresAt != nil }
            #expect(own.count == 1)
        }
    }

    @Test func aChallengeWorksOnce() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(publicKey: publicKey)
        try await harness.requests { client in
            let request = try signed(try await challenge(client, agent.id), for: agent.id)
            #expect(try await ask(client, agent.id, request).status == 200)
            let replayed = try await ask(client, agent.id, request)
            #expect(replayed.status == 401)
            let next = try #require(try replayed.problem().challenge)
            #expect(next != request.challenge)
            #expect(try await ask(client, agent.id, signed(next, for: agent.id)).status == 200)
        }
    }

    @Test func ofManyRequestsWithOneChallengeOneSucceeds() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(publicKey: publicKey)
        try await harness.requests { client in
            let request = try signed(try await challenge(client, agent.id), for: agent.id)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try await ask(client, agent.id, request).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200] + Array(repeating: 401, count: 7))
        }
    }

    @Test func aChallengeExpiresAfterTwoMinutes() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(publicKey: publicKey)
        try await harness.requests { client in
            let inTime = try signed(try await challenge(client, agent.id), for: agent.id)
            let late = try signed(try await challenge(client, agent.id), for: agent.id)
            harness.advance(seconds: 119)
            #expect(try await ask(client, agent.id, inTime).status == 200)
            harness.advance(seconds: 1)
            let answer = try await ask(client, agent.id, late)
            #expect(answer.status == 401)
            #expect(try answer.problem().challenge != nil)
            // One from the future was made before the clock was set back.
            let future = try signed(try await challenge(client, agent.id), for: agent.id)
            harness.advance(seconds: -3600)
            #expect(try await ask(client, agent.id, future).status == 401)
        }
    }

    @Test func anotherCollectorOfTheSameStoreTakesTheChallenge() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(publicKey: publicKey)
        let challenge: String = try await harness.requests { client in try await self.challenge(client, agent.id) }
        try await harness.requests { client in
            let answer = try await ask(client, agent.id, signed(challenge, for: agent.id))
            #expect(answer.status == 200)
        }
        let stranger = try await Harness()
        let other = try await stranger.enroll(publicKey: publicKey)
        try await stranger.requests { client in
            let answer = try await ask(client, other.id, signed(challenge, for: other.id))
            #expect(answer.status == 401)
        }
    }

    @Test func everyChangedByteOfAChallengeIsNoticed() throws {
        let seal = ChallengeSeal(secret: Array(repeating: 1, count: 32))
        let challenge = seal.challenge(at: Harness.start)
        #expect(seal.opened(challenge, at: Harness.start) != nil)
        #expect(ChallengeSeal(secret: Array(repeating: 2, count: 32)).opened(challenge, at: Harness.start) == nil)
        let bytes = try #require(Data(base64Encoded: challenge))
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                #expect(seal.opened(changed.base64EncodedString(), at: Harness.start) == nil)
            }
            #expect(seal.opened(bytes.prefix(index).base64EncodedString(), at: Harness.start) == nil)
        }
        for text in ["", "=", "AAAA", String(repeating: "A", count: 100_000), challenge + "AAAA", "\u{0}"] {
            #expect(seal.opened(text, at: Harness.start) == nil)
        }
        #expect(seal.opened(challenge, at: Timestamp(millisecondsSinceEpoch: .min)) == nil)
        #expect(seal.opened(challenge, at: Timestamp(millisecondsSinceEpoch: .max)) == nil)
    }

    @Test func onlyTheAgentsOwnSignatureCounts() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll("a", publicKey: publicKey)
        let other = Curve25519.Signing.PrivateKey()
        let foreign = try await harness.enroll(
            "b",
            publicKey: other.publicKey.rawRepresentation.base64EncodedString()
        )
        try await harness.requests { client in
            let fresh = try await challenge(client, agent.id)
            var garbage = try signed(fresh, for: agent.id)
            garbage.signature = "no base64!"
            var short = try signed(fresh, for: agent.id)
            short.signature = "AAAA"
            let unknown = UUIDv7.make(at: Harness.start)
            let wrong: [(String, AccessTokenRequest)] = [
                (agent.id, try signed(fresh, by: other, for: agent.id)),
                // Signed for another agent, by it and by this one.
                (agent.id, try signed(fresh, by: other, for: foreign.id)),
                (agent.id, try signed(fresh, for: foreign.id)),
                (foreign.id, try signed(fresh, for: agent.id)),
                (unknown, try signed(fresh, for: unknown)), (agent.id, garbage), (agent.id, short),
            ]
            for (id, request) in wrong {
                let answer = try await ask(client, id, request)
                #expect(answer.status == 401)
                let problem = try answer.problem()
                #expect(problem.code == "notSigned" && problem.challenge == nil)
            }
            // None of them used the challenge up.
            #expect(try await ask(client, agent.id, signed(fresh, for: agent.id)).status == 200)
        }
    }

    @Test func aPendingAgentGetsNoTokenUntilItIsApproved() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let created: TokenCreated = try await client.send(
                .post,
                "/v1/tokens",
                as: harness.admin.text,
                json: TokenRequest(role: .enrollment, autoAccept: false)
            ).decode()
            var request = EnrollRequest.sample
            request.publicKey = publicKey
            let enrolled: EnrollResponse = try await client.send(
                .post,
                "/v1/enroll",
                as: created.token,
                json: request
            ).decode()
            #expect(enrolled.status == .pending && enrolled.accessToken == nil && enrolled.expiresAt == nil)
            let id = enrolled.agentId
            let denied = try await ask(client, id, signed(challenge(client, id), for: id))
            #expect(denied.status == 403)
            #expect(try denied.problem().code == "pending")
            #expect(denied.response.headers[.retryAfter] == "15")
            // It gets no work either.
            let job = try await client.send(.post, "/v1/jobs", as: harness.admin.text, json: JobRequest.sample)
            #expect(job.status == 409)

            let record: AgentRecord = try await client.get("/v1/agents/\(id)").decode()
            let hash = Data(SHA256.hash(data: key.publicKey.rawRepresentation)).base64EncodedString()
            #expect(record.status == .pending && record.keyFingerprint == "SHA256:" + hash.dropLast())
            let approved = try await client.send(.post, "/v1/agents/\(id)/approve", as: harness.admin.text)
            #expect(try approved.decode(AgentRecord.self).status == .active)
            #expect(try await ask(client, id, signed(challenge(client, id), for: id)).status == 200)
        }
    }

    @Test func revocationWorksAtOnceAndForEver() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(publicKey: publicKey)
        try await harness.requests { client in
            let answer = try await ask(client, agent.id, signed(challenge(client, agent.id), for: agent.id))
            let token = try answer.decode(AccessTokenGrant.self).accessToken
            let revoke = "/v1/agents/\(agent.id)/revoke"
            #expect(try await client.send(.post, revoke).status == 401)
            #expect(try await client.send(.post, revoke, as: harness.viewer.text).status == 403)
            #expect(try await client.send(.post, revoke, as: token).status == 403)
            let revoked = try await client.send(.post, revoke, as: harness.admin.text)
            #expect(try revoked.decode(AgentRecord.self).status == .revoked)
            for old in [token, agent.token] {
                #expect(try await client.send(.get, "/v1/agents/\(agent.id)/jobs", as: old).status == 401)
                #expect(try await client.send(.post, "/v1/runs", as: old, json: RunBatch(runs: [])).status == 401)
            }
            let denied = try await ask(client, agent.id, signed(challenge(client, agent.id), for: agent.id))
            #expect(denied.status == 403)
            #expect(try denied.problem().code == "revoked")
            let approval = try await client.send(.post, "/v1/agents/\(agent.id)/approve", as: harness.admin.text)
            #expect(approval.status == 409)
        }
    }

    @Test func aHeldPollEndsWithTheRevocation() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(publicKey: publicKey)
        try await harness.application().test(.ahc(.http)) { test in
            let client = Client(client: test, harness: harness)
            async let poll = client.send(.get, "/v1/agents/\(agent.id)/jobs?wait=60", as: agent.token)
            for _ in 0..<500 where harness.pollCount != 1 { try await Task.sleep(for: .milliseconds(10)) }
            let start = ContinuousClock.now
            let path = "/v1/agents/\(agent.id)/revoke"
            #expect(try await client.send(.post, path, as: harness.admin.text).status == 200)
            #expect(try await poll.decode(AssignmentList.self).assignments.isEmpty)
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test func labelsAreReplacedAndChecked() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(labels: ["site": "lab", "rack": "1"], publicKey: publicKey)
        try await harness.requests { client in
            let path = "/v1/agents/\(agent.id)/labels"
            let version = try await harness.store.dataVersion()
            let answer = try await client.send(
                .put,
                path,
                as: harness.admin.text,
                json: AgentLabels(labels: ["site": "attic"])
            )
            #expect(try answer.decode(AgentRecord.self).labels == ["site": "attic"])
            #expect(try await harness.store.dataVersion() > version)
            let bad = AgentLabels(labels: ["": "x"])
            #expect(try await client.send(.put, path, as: harness.admin.text, json: bad).status == 422)
            let labels = AgentLabels(labels: [:])
            for (method, action) in [(HTTPRequest.Method.put, "labels"), (.post, "approve"), (.post, "revoke")] {
                let unknown = "/v1/agents/\(UUIDv7.make(at: Harness.start))/\(action)"
                #expect(try await client.send(method, unknown, as: harness.admin.text, json: labels).status == 404)
            }
        }
    }

    @Test(arguments: ["{", "[]", #"{"challenge":1}"#, #"{"challenge":"x"}"#, "\u{0}", "null"])
    func garbageIsRefused(text: String) async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(publicKey: publicKey)
        try await harness.requests { client in
            let path = "/v1/agents/\(agent.id)/token"
            let garbage = try await client.send(.post, path, body: Data(text.utf8))
            #expect(garbage.status == 400)
            let huge = try await client.send(.post, path, body: Data(repeating: 0x20, count: 5000))
            #expect(huge.status == 413)
        }
    }

    @Test func enrolmentTokensAreForOneBoxAndOneDayUnlessMoreIsAsked() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let request = TokenRequest(role: .enrollment)
            let created: TokenCreated = try await client.send(
                .post,
                "/v1/tokens",
                as: harness.admin.text,
                json: request
            ).decode()
            let record = try #require(try await harness.store.tokens().first { $0.id == created.id })
            #expect(record.usesLeft == 1 && record.autoAccept == true)
            #expect(record.expiresAt?.millisecondsSinceEpoch == Harness.start.millisecondsSinceEpoch + 86_400_000)
            let viewer = TokenRequest(role: .viewer, autoAccept: false)
            #expect(try await client.send(.post, "/v1/tokens", as: harness.admin.text, json: viewer).status == 422)
        }
    }

    @Test func theLogHoldsNoSecret() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll(publicKey: publicKey)
        try await harness.requests { client in
            let request = try signed(try await challenge(client, agent.id), for: agent.id)
            let grant: AccessTokenGrant = try await ask(client, agent.id, request).decode()
            let text = harness.log.text
            #expect(!text.isEmpty)
            for secret in [String(grant.accessToken.suffix(64)), request.challenge, request.signature] {
                #expect(!text.contains(secret))
            }
        }
    }
}
