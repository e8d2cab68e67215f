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
            Endpoint(.post, "/v1/runs/import", .administrators, respond: `import`),
        ]
    }

    @Sendable private func upload(_ request: Request, _ context: CollectorContext) async throws -> Response {
        try await receive(request, context, from: context.grant?.agentId.map { .agent(id: $0) } ?? .administrator)
    }

    @Sendable private func `import`(_ request: Request, _ context: CollectorContext) async throws -> Response {
        try await receive(request, context, from: .importer)
    }

    private func receive(
        _ request: Request,
        _ context: CollectorContext,
        from uploader: RunUploader
    ) async throws -> Response {
        let batch = try await request.decodeJSON(TolerantRunBatch.self, context)
        guard batch.count <= RunBatch.maximumCount else {
            throw HTTPProblem.invalid(["runs: has \(batch.count); a batch holds \(RunBatch.maximumCount) at most"])
        }
        let checked = batch.runs.map { $0.checked() }
        var stored = try await store.insert(
            checked.compactMap { try? $0.get() },
            from: uploader,
            sentAt: uploader == .importer ? nil : batch.sentAt,
            at: clock()
        )[...]
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
        if uploader == .importer { AuditNote.add(detail: "runs=\(results.count)") }
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
        let query = try QueryParameters(request.uri, known: RunFilter.queryNames + ["limit", "cursor"])
        let filter = try query.runFilter()
        let cursor = try query.cursor(of: filter)
        let limit = try query.integer("limit", in: 1...500) ?? 50
        try await store.requireTier(of: filter)
        return try await request.unlessUnchanged(version: try await store.dataVersion()) {
            let page = try await store.collectedRuns(matching: filter, after: cursor, limit: limit)
            // Layers are nine tenths of a run, and a list is read for the rest.
            let runs = page.runs.map { entry in
                var entry = entry
                entry.run.layers = nil
                return entry
            }
            return try .json(CollectedRunList(runs: runs, nextCursor: page.next?.text(for: filter)))
        }
    }

    @Sendable private func show(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard UUIDv7.isValid(id), let run = try await store.collectedRun(id: id) else {
            throw HTTPProblem.notFound("run", id)
        }
        return try request.unlessUnchanged(json: run)
    }
}

extension Store {
    /// Refuses a filter whose tier the price list does not have: a misspelt one must not look like one without runs.
    ///
    /// - Throws: `HTTPProblem` 400.
    func requireTier(of filter: RunFilter) async throws {
        guard let tier = filter.tier, try await !tiers().tiers.contains(where: { $0.id == tier }) else { return }
        throw HTTPProblem.malformed("query parameter tier names no tier of the price list; see `edgeprof tiers list`")
    }
}
