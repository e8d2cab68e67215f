import CollectorStore
import EdgeprofAPI
import Hummingbird

/// Jobs: what the agents are asked to measure.
struct JobController: Sendable {
    /// Jobs a list shows.
    static let listLimit = 1000

    let store: any Store
    let clock: @Sendable () -> Timestamp
    let bell: JobBell

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/jobs", .administrators, respond: create),
            Endpoint(.get, "/v1/jobs", .readers, respond: list),
            Endpoint(.get, "/v1/jobs/:id", .readers, respond: show),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let body = try await request.decodeJSON(JobRequest.self, context)
        try FieldChecker.check { $0.check(body) }
        try await store.requireStored(body.models)
        switch try await store.createJob(body, at: clock()) {
        case .created(let job, let agentIds):
            bell.ring(for: agentIds)
            return try .json(job, status: .created)
        case .noMatchingAgent:
            throw HTTPProblem(
                .conflict,
                body.labels.isEmpty
                    ? "no agent is enrolled; run `edgeprof-agent enroll` on a box"
                    : "no agent carries these labels; see `edgeprof agents list --format json` for those there are"
            )
        case .tooManyAssignments(let count):
            throw HTTPProblem.invalid([
                "models x repetitions x agents makes \(count) assignments; "
                    + "a job may have \(JobCreation.maximumAssignments)"
            ])
        }
    }

    @Sendable private func list(_ request: Request, _ context: CollectorContext) async throws -> Response {
        _ = try QueryParameters(request.uri, known: [])
        return try .json(JobList(jobs: try await store.jobs(limit: Self.listLimit)))
    }

    @Sendable private func show(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard let job = try await store.job(id: id) else { throw HTTPProblem.notFound("job", id) }
        return try .json(job)
    }
}
