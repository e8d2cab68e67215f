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
    /// Seconds until it expires; nil for never, and for a day of an enrolment token.
    public var expiresInSeconds: Int?
    /// How often it may be used to enrol; nil for once.
    public var maximumUses: Int?
    /// Whether agents it enrols may work at once, without an administrator's approval; nil for yes.
    public var autoAccept: Bool?

    /// Uses of an enrolment token that does not say how many.
    public static let defaultUses = 1
    /// Seconds an enrolment token lives that does not say how long: a day.
    public static let defaultEnrollmentSeconds = 86_400

    /// Makes a request.
    public init(
        role: TokenRole,
        expiresInSeconds: Int? = nil,
        maximumUses: Int? = nil,
        autoAccept: Bool? = nil
    ) {
        self.role = role
        self.expiresInSeconds = expiresInSeconds
        self.maximumUses = maximumUses
        self.autoAccept = autoAccept
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
    /// Whether agents enrolled with it may work at once; nil for tokens that do not enrol.
    public var autoAccept: Bool?
    /// The agent that acts with it, for an agent's token.
    public var agentId: String?

    /// Makes a record.
    public init(
        id: String,
        role: TokenRole,
        createdAt: Timestamp,
        expiresAt: Timestamp? = nil,
        usesLeft: Int? = nil,
        autoAccept: Bool? = nil,
        agentId: String? = nil
    ) {
        self.id = id
        self.role = role
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.usesLeft = usesLeft
        self.autoAccept = autoAccept
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
