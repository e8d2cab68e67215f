import CollectorStore
import EdgeprofAPI
import Hummingbird

/// The record of administrative acts.
struct AuditController: Sendable {
    let store: any Store

    var endpoints: [Endpoint] { [Endpoint(.get, "/v1/audit", .administrators, respond: list)] }

    @Sendable private func list(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let query = try QueryParameters(request.uri, known: ["limit", "cursor"])
        let limit = try query.integer("limit", in: 1...500) ?? 50
        let cursor = try query["cursor"].map { text in
            guard let id = Int64(text), id > 0 else {
                throw HTTPProblem.malformed("query parameter cursor must be the nextCursor of another page")
            }
            return id
        }
        let entries = try await store.audit(before: cursor, limit: limit + 1)
        let page = Array(entries.prefix(limit))
        let isLast = entries.count <= limit
        return try .json(AuditPage(entries: page, nextCursor: isLast ? nil : page.last.map { "\($0.id)" }))
    }
}
