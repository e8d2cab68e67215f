import Hummingbird
import Logging

/// Writes one line a request, never its headers, query or body: those can hold tokens.
struct RequestLogMiddleware: RouterMiddleware {
    typealias Context = CollectorContext

    /// Ties an answer to the collector's log.
    private static let requestID = HTTPFields.Element.Name("X-Request-Id")

    func handle(
        _ request: Request,
        context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response = try await next(request, context)
        if let name = Self.requestID { response.headers[name] = context.id }
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        context.logger.log(
            level: Self.level(of: response.status, path: request.uri.path),
            "\(request.method.rawValue) \(request.uri.path)",
            metadata: ["status": "\(response.status.code)", "milliseconds": "\((milliseconds * 10).rounded() / 10)"]
        )
        return response
    }

    private static func level(of status: HTTPResponse.Status, path: String) -> Logger.Level {
        switch status.code {
        case 500...: .error
        // Probes and polls come by the thousand.
        case ..<400 where path == "/healthz" || path == "/readyz" || path.hasSuffix("/jobs"): .debug
        default: .info
        }
    }
}
