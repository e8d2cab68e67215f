public import EdgeprofAPI

/// An agent that was made.
public struct EnrolledAgent: Sendable, Hashable {
    /// Its id.
    public var id: String
    /// Active, or pending where the enrolment token asks for approval.
    public var status: AgentStatus

    /// Makes a value.
    public init(id: String, status: AgentStatus) {
        self.id = id
        self.status = status
    }
}

/// What an agent proves itself with.
public struct AgentKey: Sendable, Hashable {
    /// Its Ed25519 public key, 32 bytes.
    public var publicKey: [UInt8]
    /// Whether it may work.
    public var status: AgentStatus

    /// Makes a value.
    public init(publicKey: [UInt8], status: AgentStatus) {
        self.publicKey = publicKey
        self.status = status
    }
}

/// A challenge as the store remembers it once it is used.
public struct UsedChallenge: Sendable, Hashable {
    /// Its random part.
    public var nonce: [UInt8]
    /// When it need not be remembered any more.
    public var expiresAt: Timestamp

    /// Makes a value.
    public init(nonce: [UInt8], expiresAt: Timestamp) {
        self.nonce = nonce
        self.expiresAt = expiresAt
    }
}

/// What became of a request for an access token.
public enum AccessTokenIssue: Sendable, Hashable {
    /// The token works.
    case issued
    /// The challenge was used before.
    case challengeUsed
    /// The agent may not work: it is pending or revoked.
    case denied(AgentStatus)
    /// There is no such agent.
    case unknownAgent
}

/// What became of an approval.
public enum AgentApproval: Sendable, Hashable {
    /// The agent may work.
    case approved
    /// It was revoked, which is for ever.
    case revoked
    /// There is no such agent.
    case unknownAgent
}
