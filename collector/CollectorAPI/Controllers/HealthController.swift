import CollectorStore
import Hummingbird
import Logging

/// Whether the process answers (`/healthz`), and its store with it (`/readyz`).
struct HealthController: Sendable {
    private struct Status: Encodable {
        var status: String
    }

    private let readiness: ReadinessCheck

    private let drain: Drain

    init(store: any Store, drain: Drain) {
        readiness = ReadinessCheck(store: store)
        self.drain = drain
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/healthz", .everyone) { _, _ in try .json(Status(status: "ok")) },
            Endpoint(.get, "/readyz", .everyone, respond: ready),
        ]
    }

    @Sendable private func ready(_ request: Request, _ context: CollectorContext) async throws -> Response {
        guard !drain.isUnderWay else {
            throw HTTPProblem(.serviceUnavailable, "the collector is about to end", headers: [.retryAfter: "5"])
        }
        let finding = await readiness.finding()
        guard let failure = finding.failure else {
            if finding.isNews { context.logger.notice("Ready again") }
            return try .json(Status(status: "ok"))
        }
        if finding.isNews { context.logger.error("Not ready", metadata: ["error": "\(failure)"]) }
        var problem = HTTPProblem(failure)
        problem.status = .serviceUnavailable
        problem.headers[.retryAfter] = "5"
        throw problem
    }
}
