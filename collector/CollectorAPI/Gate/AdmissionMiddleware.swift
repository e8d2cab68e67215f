import CollectorStore
import EdgeprofAPI
import Hummingbird

/// Finds out who asks, and refuses those who ask too much or find no room.
struct AdmissionMiddleware: RouterMiddleware {
    typealias Context = CollectorContext

    private static let forwardedFor = HTTPFields.Element.Name("X-Forwarded-For")

    let gate: Gate

    func handle(
        _ request: Request,
        context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let forwarded = Self.forwardedFor.map { request.headers[values: $0] } ?? []
        context.client = gate.client(peer: context.client, forwardedFor: forwarded)
        // Whoever restarts an unhealthy collector must not do so because it is busy.
        if request.uri.path == "/healthz" || request.uri.path == "/readyz" {
            return try await next(request, context)
        }
        try gate.admit(address: context.client)
        let slot = try gate.slot()
        defer { slot.leave() }
        return try await RequestSlot.$current.withValue(slot) { try await next(request, context) }
    }
}

extension Gate {
    /// Answers a request of an endpoint, within the limits of those it is for.
    func answer(
        _ request: Request,
        _ context: CollectorContext,
        of endpoint: Endpoint,
        _ authentication: Authentication,
        _ audit: AuditLog
    ) async throws -> Response {
        var context = context
        context.bodyLimit = endpoint.bodyLimit
        switch endpoint.access {
        case .everyone where endpoint.method != .get: try admitStranger(context.client)
        case .everyone: break
        case .roles(let roles):
            do {
                context = try await authentication.admit(request, context, to: endpoint.access)
            } catch let problem as HTTPProblem where problem.status == .unauthorized {
                try admitStranger(context.client)
                throw problem
            }
            if roles == [.enrollment] {
                try admitStranger(context.client)
            } else if let grant = context.grant {
                try admit(token: grant.tokenId, from: context.client)
            }
        }
        let bytes = endpoint.isStreamed ? 0 : Self.memory(for: request, limit: endpoint.bodyLimit)
        try reserveMemory(bytes: bytes)
        defer { returnMemory(bytes: bytes) }
        return try await audit.answer(request, context, of: endpoint)
    }

    /// Bytes a body may come to; one that does not say so may be as large as the limit.
    private static func memory(for request: Request, limit: Int) -> Int {
        if let length = request.headers[.contentLength] { return min(max(Int(length) ?? limit, 0), limit) }
        return request.headers[.transferEncoding] == nil ? 0 : limit
    }
}
