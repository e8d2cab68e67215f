import CollectorStore
import EdgeprofAPI
import Hummingbird

/// The price list.
struct TierController: Sendable {
    let store: any Store

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/tiers", .readers, respond: show),
            Endpoint(.put, "/v1/tiers", .administrators, respond: replace),
        ]
    }

    @Sendable private func show(_ request: Request, _ context: CollectorContext) async throws -> Response {
        try request.unlessUnchanged(json: try await store.tiers())
    }

    @Sendable private func replace(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let tiers = try await request.decodeJSON(TierList.self, context)
        let problems = tiers.problems()
        guard problems.isEmpty else { throw HTTPProblem.invalid(problems.map(\.description)) }
        try await store.replaceTiers(tiers)
        AuditNote.add(detail: "tiers=\(tiers.tiers.count)")
        return try .json(tiers)
    }
}
