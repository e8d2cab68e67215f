import EdgeprofAPI
import HTTPTransport

/// Makes clients of the collector a user is logged in to.
enum CollectorConnection {
    /// The collector of `edgeprof login`.
    static func saved() throws -> CollectorClient {
        try client(try UserConfiguration.load(path: try UserConfiguration.path()))
    }

    /// A collector by address and token.
    static func client(_ configuration: UserConfiguration) throws -> CollectorClient {
        let token = configuration.token
        return try CollectorClient(
            baseURL: configuration.url,
            transport: HTTPTransport(userAgent: "edgeprof/\(Edgeprof.version)", trust: configuration.trust ?? .system),
            token: { token }
        )
    }
}

/// The routes about accuracy.
extension CollectorClient {
    /// Sends `PUT /v1/models/{sha256}/accuracy`.
    func replaceAccuracy(_ accuracy: ModelAccuracy, ofModel sha256: String) async throws(CollectorError) {
        _ = try await send(.put, ["v1", "models", sha256, "accuracy"], body: try Self.json(accuracy))
    }
}

/// The routes about money.
extension CollectorClient {
    /// Sends `GET /v1/tiers`.
    func tiers() async throws(CollectorError) -> TierList {
        try await fetch(.get, ["v1", "tiers"])
    }

    /// Sends `PUT /v1/tiers`.
    func replaceTiers(_ list: TierList) async throws(CollectorError) {
        _ = try await send(.put, ["v1", "tiers"], body: try Self.json(list))
    }

    /// Sends `GET /v1/summary`.
    func summary() async throws(CollectorError) -> MeasurementSet {
        try await fetch(.get, ["v1", "summary"])
    }

    /// Sends `POST /v1/rank`.
    func rank(_ request: RankingRequest) async throws(CollectorError) -> RankingResult {
        try await fetch(.post, ["v1", "rank"], body: try Self.json(request))
    }

    /// Sends `POST /v1/plan`.
    func plan(_ request: PlanningRequest) async throws(CollectorError) -> PlanResult {
        try await fetch(.post, ["v1", "plan"], body: try Self.json(request))
    }
}
