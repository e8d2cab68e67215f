import Hummingbird
import Synchronization

/// The time between being told to end and ending: everything is answered, but whoever spreads requests is told to go elsewhere.
public final class Drain: Sendable {
    private let hasBegun = Atomic(false)

    init() {}

    /// From now on `/readyz` says no, and every answer that its connection ends with it.
    public func begin() { hasBegun.store(true, ordering: .relaxed) }

    var isUnderWay: Bool { hasBegun.load(ordering: .relaxed) }
}

/// Ends connections after their answers while the collector drains.
struct DrainMiddleware: RouterMiddleware {
    typealias Context = CollectorContext

    let drain: Drain

    func handle(
        _ request: Request,
        context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if drain.isUnderWay { response.headers[.connection] = "close" }
        return response
    }
}
