import CollectorStore
import Hummingbird
import Logging

/// Whether the process answers (`/healthz`), and its store with it (`/readyz`).
struct HealthController: Sendable {
    private struct Status: Encodable {
        var status: String
    }

    let store: any Store

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/healthz", .everyone) { _, _ in try .json(Status(status: "ok")) },
            Endpoint(.get, "/readyz", .everyone, respond: ready),
        ]
    }

    @Sendable private func ready(_ request: Request, _ context: CollectorContext) async throws -> Response {
        do {
            try await store.checkReadiness()
            return try .json(Status(status: "ok"))
        } catch {
            context.logger.error("Not ready", metadata: ["error": "\(error)"])
            throw HTTPProblem(.serviceUnavailable, "the store cannot be read", headers: [.retryAfter: "5"])
        }
    }
}
