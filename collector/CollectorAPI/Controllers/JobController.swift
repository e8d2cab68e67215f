import CollectorStore
import EdgeprofAPI
import Hummingbird

/// Jobs: what the agents are asked to measure.
struct JobController: Sendable {
    /// Jobs a list shows.
    static let listLimit = 1000
    /// Assignments of a job that are shown.
    static let assignmentLimit = 10_000

    let store: any Store
    let clock: @Sendable () -> Timestamp
    let bell: JobBell

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/jobs", .administrators, respond: create),
            Endpoint(.get, "/v1/jobs", .readers, respond: list),
            Endpoint(.get, "/v1/jobs/:id", .readers, respond: show),
            Endpoint(.get, "/v1/jobs/:id/assignments", .readers, respond: assignments),
            Endpoint(.post, "/v1/jobs/:id/cancel", .administrators, respond: cancel),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let body = try await request.decodeJSON(JobRequest.self, context)
        let now = clock()
        try FieldChecker.check { checker in
            checker.check(body)
            checker.require(body.deadline ?? .distantFuture > now, "deadline", "lies in the past")
        }
        try await store.requireStored(body.models)
        switch try await store.createJob(body, at: now) {
        case .created(let job, let agentIds):
            bell.ring(for: agentIds)
            AuditNote.add(target: job.id, detail: "assignments=\(job.total)")
            return try .json(job, status: .created)
        case .noMatchingAgent:
            throw HTTPProblem(
                .conflict,
                body.labels.isEmpty && body.tier == nil
                    ? "no agent is enrolled; run `edgeprof-agent enroll` on a box"
                    : "no active agent carries these labels and is of this tier; see `edgeprof agents list --format json`"
            )
        case .unknownTier:
            throw HTTPProblem.invalid(["tier: the price list has no such tier; see `edgeprof tiers list`"])
        case .tooManyAssignments(let count):
            throw HTTPProblem.invalid([
                "models x repetitions x agents makes \(count) assignments; "
                    + "a job may have \(JobCreation.maximumAssignments)"
            ])
        }
    }

    @Sendable private func list(_ request: Request, _ context: CollectorContext) async throws -> Response {
        _ = try QueryParameters(request.uri, known: [])
        return try request.unlessUnchanged(json: JobList(jobs: try await store.jobs(limit: Self.listLimit)))
    }

    @Sendable private func show(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard let job = try await store.job(id: id) else { throw HTTPProblem.notFound("job", id) }
        return try request.unlessUnchanged(json: job)
    }

    @Sendable private func assignments(_ request: Request, _ context: CollectorContext) async throws -> Response {
        _ = try QueryParameters(request.uri, known: [])
        let id = try context.parameters.require("id")
        guard try await store.job(id: id) != nil else { throw HTTPProblem.notFound("job", id) }
        let list = try await store.assignments(ofJob: id, limit: Self.assignmentLimit)
        return try .json(JobAssignmentList(assignments: list))
    }

    @Sendable private func cancel(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard let job = try await store.cancelJob(id: id, at: clock()) else { throw HTTPProblem.notFound("job", id) }
        return try .json(job)
    }
}
