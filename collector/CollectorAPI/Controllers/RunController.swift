import CollectorStore
import EdgeprofAPI
import Hummingbird
import Logging

/// Upload and listing of runs.
struct RunController: Sendable {
    let store: any Store
    let clock: @Sendable () -> Timestamp

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/runs", .roles([.agent, .admin]), respond: upload),
            Endpoint(.get, "/v1/runs", .readers, respond: list),
            Endpoint(.get, "/v1/runs/:id", .readers, respond: show),
        ]
    }

    @Sendable private func upload(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let batch = try await request.decodeJSON(TolerantRunBatch.self, context)
        guard batch.count <= RunBatch.maximumCount else {
            throw HTTPProblem.invalid(["runs: has \(batch.count); a batch holds \(RunBatch.maximumCount) at most"])
        }
        let uploader: RunUploader = context.grant?.agentId.map { .agent(id: $0) } ?? .administrator
        let checked = batch.runs.map { $0.checked() }
        var stored = try await store.insert(checked.compactMap { try? $0.get() }, from: uploader, at: clock())[...]
        let results: [RunResult] = checked.compactMap { check in
            switch check {
            case .success: stored.popFirst()
            case .failure(let rejection): rejection.result
            }
        }
        if let agentId = context.grant?.agentId {
            try await store.rejectAssignments(rejectedAssignments(batch.runs, checked), agentId: agentId)
        }
        CollectorMetrics.count(results)
        for result in results where result.status == .rejected {
            context.logger.warning(
                "Run rejected",
                metadata: ["run": "\(result.id)", "reason": "\(result.reason ?? "")"]
            )
        }
        return try .json(RunBatchResult(results: results))
    }

    /// Assignments whose runs did not even get as far as the store, which sees to the others.
    private func rejectedAssignments(
        _ entries: [TolerantRunBatch.Entry],
        _ checked: [Result<Run, TolerantRunBatch.Rejection>]
    ) -> [RejectedAssignment] {
        zip(entries, checked).compactMap { entry, check in
            guard case .failure(let rejection) = check, let id = entry.assignmentId else { return nil }
            return RejectedAssignment(assignmentId: id, reason: rejection.result.reason ?? "")
        }
    }

    @Sendable private func list(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let query = try QueryParameters(
            request.uri,
            known: ["model", "agent", "job", "outcome", "limit", "cursor"]
        )
        let filter = RunFilter(
            model: query["model"],
            agentId: query["agent"],
            jobId: query["job"],
            outcome: try query.choice("outcome", of: Run.Outcome.self)
        )
        let cursor = try query["cursor"].map { text in
            guard let cursor = RunCursor(text) else {
                throw HTTPProblem.malformed("query parameter cursor must be the nextCursor of another page")
            }
            return cursor
        }
        let limit = try query.integer("limit", in: 1...500) ?? 50
        return try .json(try await store.runs(matching: filter, after: cursor, limit: limit))
    }

    @Sendable private func show(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard let run = try await store.run(id: id) else { throw HTTPProblem.notFound("run", id) }
        return try .json(run)
    }
}
