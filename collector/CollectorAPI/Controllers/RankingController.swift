import EdgeprofAPI
import Hummingbird

/// Summary and ranking of what is stored.
struct RankingController: Sendable {
    let ranking: RankingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/summary", .readers, respond: summary),
            Endpoint(.post, "/v1/rank", .readers, respond: rank),
            Endpoint(.post, "/v1/plan", .readers, respond: plan),
        ]
    }

    @Sendable private func summary(_ request: Request, _ context: CollectorContext) async throws -> Response {
        _ = try QueryParameters(request.uri, known: [])
        let summary = try await ranking.encodedSummary()
        return request.unlessUnchanged(version: summary.version, .json(encoded: summary.body))
    }

    @Sendable private func rank(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let question = try await request.decodeJSON(RankingRequest.self, context)
        let problems = question.deployment.problems()
        guard problems.isEmpty else { throw HTTPProblem.invalid(problems.map { "deployment.\($0)" }) }
        do {
            return .json(encoded: try await ranking.encodedRanking(of: question).body)
        } catch let error as ConfigurationError {
            // The deployment is sound, so it is the price list that is not there yet, or what was asked beside.
            guard try await !ranking.summary().tiers.problems().isEmpty else {
                throw HTTPProblem.invalid(error.problems.map(\.description))
            }
            throw HTTPProblem(.conflict, "\(error); give a price list with `edgeprof tiers import` or PUT /v1/tiers")
        }
    }

    @Sendable private func plan(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let question = try await request.decodeJSON(PlanningRequest.self, context)
        let problems = question.problems()
        guard problems.isEmpty else { throw HTTPProblem.invalid(problems.map(\.description)) }
        do {
            return .json(encoded: try await ranking.encodedPlan(of: question).body)
        } catch let error as ConfigurationError {
            // The request is sound, so it is the price list that is not there yet, or what was asked beside.
            guard try await !ranking.summary().tiers.problems().isEmpty else {
                throw HTTPProblem.invalid(error.problems.map(\.description))
            }
            throw HTTPProblem(.conflict, "\(error); give a price list with `edgeprof tiers import` or PUT /v1/tiers")
        }
    }
}
