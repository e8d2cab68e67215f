import EdgeprofAPI
import Hummingbird

/// Summary and ranking of what is stored.
struct RankingController: Sendable {
    let ranking: RankingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/summary", .readers, respond: summary),
            Endpoint(.post, "/v1/rank", .readers, respond: rank),
        ]
    }

    @Sendable private func summary(_ request: Request, _ context: CollectorContext) async throws -> Response {
        _ = try QueryParameters(request.uri, known: [])
        return try .json(try await ranking.summary().measurements)
    }

    @Sendable private func rank(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let deployment = try await request.decodeJSON(RankingRequest.self, context).deployment
        let problems = deployment.problems()
        guard problems.isEmpty else { throw HTTPProblem.invalid(problems.map { "deployment.\($0)" }) }
        do {
            return try .json(try await ranking.rank(deployment))
        } catch let error as ConfigurationError {
            // The deployment is sound, so it is the price list that is not there yet.
            throw HTTPProblem(.conflict, "\(error); give a price list with `edgeprof tiers import` or PUT /v1/tiers")
        }
    }
}
