import CollectorStore
import EdgeprofAPI
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
        var context = context
        if let name = Self.requestID, let id = request.headers[name], Self.isSane(id) {
            context.logger[metadataKey: "hb.request.id"] = "\(id)"
        }
        var response = try await next(request, context)
        if let name = Self.requestID { response.headers[name] = context.id }
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        context.logger.log(
            level: Self.level(of: response.status, path: request.uri.path),
            "\(request.method.rawValue) \(request.uri.path)",
            metadata: Self.values(context, response.status, (milliseconds * 10).rounded() / 10)
        )
        return response
    }

    private static func values(
        _ context: CollectorContext,
        _ status: HTTPResponse.Status,
        _ milliseconds: Double
    ) -> Logger.Metadata {
        var values: Logger.Metadata = [
            "status": .stringConvertible(status.code), "client": "\(context.client?.description ?? "")",
            "milliseconds": .stringConvertible(milliseconds),
        ]
        // Middleware of routes that do not match has a name that is no path.
        if let route = context.endpointPath, route.hasPrefix("/") { values["route"] = "\(route)" }
        guard let grant = context.caller.grant else { return values }
        values["role"] = "\(grant.role.rawValue)"
        values["token"] = "\(grant.tokenId)"
        if let agentId = grant.agentId { values["agent"] = "\(agentId)" }
        return values
    }

    /// Whether a client's id may stand in the log and in an answer.
    private static func isSane(_ id: String) -> Bool {
        (8...64).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            }
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
