import CollectorStore
import Hummingbird
import Logging

/// Turns every error into a problem document; what is not the client's doing is logged, never shown.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = CollectorContext

    let routes: RouteTable

    func handle(
        _ request: Request,
        context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return problem(for: error, request, context.logger).response()
        }
    }

    private func problem(for error: any Error, _ request: Request, _ logger: Logger) -> HTTPProblem {
        switch error {
        case let problem as HTTPProblem:
            return problem
        case let error as StoreError:
            logger.error("Store failed", metadata: ["error": "\(error)"])
            return HTTPProblem(error)
        case is CancellationError:
            return HTTPProblem(.serviceUnavailable, "the collector is shutting down", headers: [.retryAfter: "5"])
        case let error as HTTPError where error.status == .notFound:
            return unknownRoute(request)
        default:
            logger.error("Request failed", metadata: ["error": "\(error)"])
            return HTTPProblem(.internalServerError, "its log says more under this X-Request-Id")
        }
    }

    private func unknownRoute(_ request: Request) -> HTTPProblem {
        let methods = routes.methods(at: request.uri.path)
        guard !methods.isEmpty else { return HTTPProblem(.notFound, "there is no such route") }
        let allowed = methods.joined(separator: ", ")
        return HTTPProblem(.methodNotAllowed, "this route answers to \(allowed)", headers: [.allow: allowed])
    }
}
