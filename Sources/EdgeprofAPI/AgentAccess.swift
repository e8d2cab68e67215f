/// Whether an agent may work.
public enum AgentStatus: String, Codable, Sendable, CaseIterable {
    /// It may.
    case active
    /// Not before an administrator approves it.
    case pending
    /// Never again; the box has to enrol anew.
    case revoked
}

/// `POST /v1/agents/{id}/token`: asks for an access token.
///
/// Sent without a body, the answer is a problem document with a `challenge` to sign.
public struct AccessTokenRequest: Codable, Sendable, Hashable {
    /// The collector's challenge, as it was given.
    public var challenge: String
    /// The Ed25519 signature of `signedText`: 64 bytes as base64.
    public var signature: String

    /// Makes a request.
    public init(challenge: String, signature: String) {
        self.challenge = challenge
        self.signature = signature
    }

    /// What an agent signs, as UTF-8: purpose, agent and challenge, so that a signature is good for nothing else.
    ///
    /// - Parameters:
    ///   - agentId: the agent.
    ///   - challenge: the collector's challenge.
    /// - Returns: the text.
    public static func signedText(agentId: String, challenge: String) -> String {
        "edgeprof-token-v1\n\(agentId)\n\(challenge)"
    }
}

/// The answer to `POST /v1/agents/{id}/token`.
public struct AccessTokenGrant: Codable, Sendable, Hashable {
    /// The bearer token; shown once.
    public var accessToken: String
    /// When it stops working, by the collector's clock.
    public var expiresAt: Timestamp
    /// Seconds from now until then, for boxes whose clock is off.
    public var expiresInSeconds: Int

    /// Makes an answer.
    public init(accessToken: String, expiresAt: Timestamp, expiresInSeconds: Int) {
        self.accessToken = accessToken
        self.expiresAt = expiresAt
        self.expiresInSeconds = expiresInSeconds
    }
}

/// `PUT /v1/agents/{id}/labels`: all labels an agent is to have from now on.
public struct AgentLabels: Codable, Sendable, Hashable {
    /// Labels.
    public var labels: [String: String]

    /// Makes labels.
    public init(labels: [String: String]) {
        self.labels = labels
    }
}
