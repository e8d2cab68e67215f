internal import EdgeprofAPI
internal import HTTPTransport
internal import Synchronization
internal import Uploader

/// Gets the agent's access tokens: the renewal's decisions carried out.
///
/// None is ever written down.
final class AccessTokens: Sendable {
    /// A challenge may expire or be used up on a slow link; more than this is not a slow link.
    private static let attempts = 3

    private let agentId: String
    private let keyPair: AgentKeyPair
    private let client: CollectorClient
    private let renewal = Mutex(TokenRenewal())
    private let turns = TurnLock()

    /// Makes a source without a token.
    ///
    /// - Parameters:
    ///   - identity: who the agent is.
    ///   - keyPair: its key.
    ///   - transport: carries the requests.
    /// - Throws: `CollectorError` when the collector's URL is not one.
    init(identity: AgentIdentity, keyPair: AgentKeyPair, transport: HTTPTransport) throws(CollectorError) {
        agentId = identity.agentId
        self.keyPair = keyPair
        client = try CollectorClient(baseURL: identity.collector, transport: transport) { nil }
    }

    /// What a client needs to send the tokens.
    var credentials: CollectorCredentials {
        CollectorCredentials(
            token: { () throws(CollectorError) in try await self.token() },
            refused: { token in
                self.renewal.withLock { $0.refused(token) }
                return true
            }
        )
    }

    /// A token that should be good.
    ///
    /// - Throws: `CollectorError`: `forbidden` while the collector denies the agent one, with the seconds until it is asked
    ///   again.
    func token() async throws(CollectorError) -> String {
        if case .use(let token) = renewal.withLock({ $0.next(now: .now) }) { return token }
        do {
            // One at a time: whoever waited finds the token the other got.
            return try await turns.withTurn { try await self.obtain() }
        } catch let error as CollectorError {
            throw error
        } catch {
            throw CollectorError(code: .cancelled, message: "the request for an access token was given up")
        }
    }

    private func obtain() async throws(CollectorError) -> String {
        switch renewal.withLock({ $0.next(now: .now) }) {
        case .use(let token): return token
        case .refuse(let denial, let seconds): throw error(denial, seconds)
        case .renew: break
        }
        let asked = ContinuousClock.now
        var random = SystemRandomNumberGenerator()
        do throws(CollectorError) {
            let grant = try await signedGrant()
            renewal.withLock {
                $0.granted(grant.accessToken, lifetimeSeconds: grant.expiresInSeconds, asked: asked, using: &random)
            }
            return grant.accessToken
        } catch {
            if let denial = Self.denial(error) {
                renewal.withLock {
                    $0.denied(denial, retryAfterSeconds: error.retryAfterSeconds, now: .now, using: &random)
                }
                guard case .refuse(_, let seconds) = renewal.withLock({ $0.next(now: .now) }) else { throw error }
                throw self.error(denial, seconds)
            }
            renewal.withLock { $0.failed(now: .now) }
            // The old token, unless it has ended meanwhile.
            guard error.code != .cancelled, case .use(let old) = renewal.withLock({ $0.next(now: .now) }) else {
                throw error
            }
            return old
        }
    }

    /// Fetches a challenge, signs it, and gets a token for it.
    private func signedGrant() async throws(CollectorError) -> AccessTokenGrant {
        var request: AccessTokenRequest?
        for _ in 0..<Self.attempts {
            do throws(CollectorError) {
                return try await client.accessToken(agentId: agentId, request)
            } catch {
                guard error.code == .unauthorized, let challenge = error.problem?.challenge else { throw error }
                let text = AccessTokenRequest.signedText(agentId: agentId, challenge: challenge)
                guard let signature = keyPair.signature(of: text) else { throw error }
                request = AccessTokenRequest(challenge: challenge, signature: signature)
            }
        }
        throw CollectorError(
            code: .unavailable(401),
            message: "collector \(client.baseURL) takes none of the challenges it gives: are there several with stores "
                + "of their own behind this address?"
        )
    }

    private static func denial(_ error: CollectorError) -> TokenRenewal.Denial? {
        guard error.code == .forbidden || error.code == .unauthorized else { return nil }
        return error.problem?.code.flatMap(TokenRenewal.Denial.init)
    }

    private func error(_ denial: TokenRenewal.Denial, _ seconds: Int) -> CollectorError {
        let what =
            switch denial {
            case .pending:
                "waiting for an administrator to run 'edgeprof agents approve \(agentId)'; this agent's key is "
                    + keyPair.fingerprint
            case .revoked: "an administrator has revoked this agent, \(agentId)"
            case .notSigned: "collector \(client.baseURL) has no agent \(agentId) with this agent's key"
            }
        return CollectorError(
            code: .forbidden,
            message: what,
            problem: Problem(status: 403, title: "No access token", code: denial.rawValue),
            retryAfterSeconds: seconds
        )
    }
}
