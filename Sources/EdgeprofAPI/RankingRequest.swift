/// The body of `POST /v1/rank` and `POST /v1/plan`.
public struct RankingRequest: Codable, Sendable, Equatable {
    /// The economic case to rank for.
    public var deployment: Deployment

    /// Creates a request.
    public init(deployment: Deployment) { self.deployment = deployment }
}
