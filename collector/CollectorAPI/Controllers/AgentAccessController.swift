import CollectorStore
import Crypto
import EdgeprofAPI
import Foundation
import Hummingbird

/// Access tokens for agents, and who may have them: approval, revocation, labels.
struct AgentAccessController: Sendable {
    /// Bytes of a request for a token, which anyone may send.
    private static let bodyLimit = 4096
    /// When a denied agent should ask again: soon where somebody may approve it, seldom where nothing will change.
    private static let (pendingRetrySeconds, revokedRetrySeconds) = (15, 3600)

    let store: any Store
    let clock: @Sendable () -> Timestamp
    let bell: JobBell
    let tokenLifetimeSeconds: Int

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/agents/:id/token", .everyone, respond: token),
            Endpoint(.post, "/v1/agents/:id/approve", .administrators, respond: approve),
            Endpoint(.post, "/v1/agents/:id/revoke", .administrators, respond: revoke),
            Endpoint(.put, "/v1/agents/:id/labels", .administrators, respond: label),
        ]
    }

    @Sendable private func token(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let now = clock()
        let seal = ChallengeSeal(secret: try await store.challengeSecret())
        let body = try await Self.body(of: request)
        guard let body else { throw Self.challenge(seal, now, "sign the challenge with the agent's key") }
        guard let challenge = seal.opened(body.challenge, at: now) else {
            throw Self.challenge(seal, now, "the challenge is not this collector's or has expired; sign this one")
        }
        // One answer for an unknown agent and a wrong key: strangers learn no ids.
        let notSigned = HTTPProblem(
            .unauthorized,
            "the challenge is not signed with the key of an agent of this id; enrol the agent again",
            code: "notSigned"
        )
        guard let key = try await store.agentKey(id: id),
            let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: key.publicKey),
            let signature = Data(base64Encoded: body.signature),
            publicKey.isValidSignature(
                signature,
                for: Data(AccessTokenRequest.signedText(agentId: id, challenge: body.challenge).utf8)
            )
        else { throw notSigned }
        let issue = AccessTokenDraft(lifetimeSeconds: tokenLifetimeSeconds, at: now)
        switch try await store.issueAccessToken(issue.token, agentId: id, using: challenge, at: now) {
        case .issued: return try .json(issue.grant)
        case .challengeUsed: throw Self.challenge(seal, now, "the challenge was used before; sign this one")
        case .denied(let status): throw Self.denied(status)
        case .unknownAgent: throw notSigned
        }
    }

    @Sendable private func approve(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        switch try await store.approveAgent(id: id) {
        case .approved: return try await record(id)
        case .revoked: throw HTTPProblem(.conflict, "the agent is revoked, which is for ever; have the box enrol again")
        case .unknownAgent: throw HTTPProblem.notFound("agent", id)
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard try await store.revokeAgent(id: id) else { throw HTTPProblem.notFound("agent", id) }
        // Its held request is answered now.
        bell.ring(for: [id])
        return try await record(id)
    }

    @Sendable private func label(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let body = try await request.decodeJSON(AgentLabels.self, context)
        try FieldChecker.check { $0.check(labels: body.labels) }
        guard try await store.replaceLabels(body.labels, agentId: id) else { throw HTTPProblem.notFound("agent", id) }
        return try await record(id)
    }

    private func record(_ id: String) async throws -> Response {
        guard let agent = try await store.agent(id: id) else { throw HTTPProblem.notFound("agent", id) }
        return try .json(agent.matched(to: try await store.tiers().tiers))
    }

    /// The signed challenge; nil where there is no body.
    private static func body(of request: Request) async throws -> AccessTokenRequest? {
        let bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: bodyLimit)
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            throw HTTPProblem(.contentTooLarge, "the body may have \(bodyLimit) bytes at most")
        }
        guard bytes.readableBytes > 0 else { return nil }
        do {
            return try JSONDecoder().decode(AccessTokenRequest.self, from: Data(bytes.readableBytesView))
        } catch { throw HTTPProblem.malformed("body: must be empty, or JSON with challenge and signature") }
    }

    private static func challenge(_ seal: ChallengeSeal, _ now: Timestamp, _ detail: String) -> HTTPProblem {
        HTTPProblem(.unauthorized, detail, challenge: seal.challenge(at: now))
    }

    private static func denied(_ status: AgentStatus) -> HTTPProblem {
        let isPending = status == .pending
        return HTTPProblem(
            .forbidden,
            isPending ? "the agent waits for an administrator's approval" : "the agent was revoked",
            headers: [.retryAfter: "\(isPending ? pendingRetrySeconds : revokedRetrySeconds)"],
            code: status.rawValue
        )
    }
}

/// An access token about to be stored and handed out.
struct AccessTokenDraft: Sendable {
    let token: NewToken
    let grant: AccessTokenGrant

    init(lifetimeSeconds: Int, at now: Timestamp) {
        let secret = TokenSecret(role: .agent)
        let expiresAt = Timestamp(
            millisecondsSinceEpoch: now.millisecondsSinceEpoch + Int64(lifetimeSeconds) * 1000
        )
        token = NewToken(hash: secret.hash, role: .agent, expiresAt: expiresAt)
        grant = AccessTokenGrant(
            accessToken: secret.text,
            expiresAt: expiresAt,
            expiresInSeconds: lifetimeSeconds
        )
    }
}
