/// An administrative act: something that an administrator's token was used to change.
public struct AuditEntry: Codable, Sendable, Hashable {
    /// Number of the act in the store; later acts have greater ones.
    public var id: Int64
    /// When it was asked for, by the collector's clock.
    public var at: Timestamp
    /// The token it was asked for with; nil for the command line on the collector's own machine.
    public var tokenId: String?
    /// The address it came from; nil where that is not known.
    public var client: String?
    /// What was asked for: method and route, as in `POST /v1/tokens`.
    public var action: String
    /// What it was done to: an agent, a job, a token, a model.
    public var target: String?
    /// What matters of the request, as in `role=viewer`.
    public var detail: String?
    /// The HTTP status it ended with; nil when the collector ended first.
    public var status: Int?
    /// Ties it to the collector's log.
    public var requestId: String?

    /// Makes an entry.
    public init(
        id: Int64 = 0,
        at: Timestamp,
        tokenId: String? = nil,
        client: String? = nil,
        action: String,
        target: String? = nil,
        detail: String? = nil,
        status: Int? = nil,
        requestId: String? = nil
    ) {
        self.id = id
        self.at = at
        self.tokenId = tokenId
        self.client = client
        self.action = action
        self.target = target
        self.detail = detail
        self.status = status
        self.requestId = requestId
    }
}

/// `GET /v1/audit`.
public struct AuditPage: Codable, Sendable, Hashable {
    /// Newest first.
    public var entries: [AuditEntry]
    /// Where the next page begins; nil on the last one.
    public var nextCursor: String?

    /// Makes a page.
    public init(entries: [AuditEntry], nextCursor: String? = nil) {
        self.entries = entries
        self.nextCursor = nextCursor
    }
}
