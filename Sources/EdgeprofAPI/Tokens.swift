/// What a bearer token allows.
public enum TokenRole: String, Codable, Sendable, CaseIterable {
    /// Enrol agents.
    case enrollment
    /// Act as one agent; made at enrolment only.
    case agent
    /// Read.
    case viewer
    /// Everything.
    case admin
}

/// `POST /v1/tokens`.
public struct TokenRequest: Codable, Sendable, Hashable {
    /// What the token allows; not `agent`.
    public var role: TokenRole
    /// Seconds until it expires; nil for never.
    public var expiresInSeconds: Int?
    /// How often it may be used to enrol; nil for without limit.
    public var maximumUses: Int?

    /// Makes a request.
    public init(role: TokenRole, expiresInSeconds: Int? = nil, maximumUses: Int? = nil) {
        self.role = role
        self.expiresInSeconds = expiresInSeconds
        self.maximumUses = maximumUses
    }
}

/// The answer to `POST /v1/tokens`: the secret is shown once.
public struct TokenCreated: Codable, Sendable, Hashable {
    /// Names the token in lists.
    public var id: String
    /// The bearer token itself.
    public var token: String

    /// Makes an answer.
    public init(id: String, token: String) {
        self.id = id
        self.token = token
    }
}

/// A token as lists show it, without its secret.
public struct TokenRecord: Codable, Sendable, Hashable {
    /// Names the token.
    public var id: String
    /// What it allows.
    public var role: TokenRole
    /// When it was made.
    public var createdAt: Timestamp
    /// When it stops working.
    public var expiresAt: Timestamp?
    /// Enrolments left; nil for without limit.
    public var usesLeft: Int?
    /// The agent that acts with it, for an agent's token.
    public var agentId: String?

    /// Makes a record.
    public init(
        id: String,
        role: TokenRole,
        createdAt: Timestamp,
        expiresAt: Timestamp? = nil,
        usesLeft: Int? = nil,
        agentId: String? = nil
    ) {
        self.id = id
        self.role = role
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.usesLeft = usesLeft
        self.agentId = agentId
    }
}

/// `GET /v1/tokens`.
public struct TokenList: Codable, Sendable, Hashable {
    /// Newest first.
    public var tokens: [TokenRecord]

    /// Makes a list.
    public init(tokens: [TokenRecord]) {
        self.tokens = tokens
    }
}
