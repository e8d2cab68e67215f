import Hummingbird

/// Headers that keep a browser from guessing, framing, caching or running what the collector sends.
///
/// OWASP REST Security Cheat Sheet, "Security headers".
struct SecurityHeadersMiddleware: RouterMiddleware {
    typealias Context = CollectorContext

    private static let referrerPolicy = HTTPFields.Element.Name("Referrer-Policy")

    func handle(
        _ request: Request,
        context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        response.headers[.cacheControl] = "no-store"
        if let name = Self.referrerPolicy { response.headers[name] = "no-referrer" }
        return response
    }
}
