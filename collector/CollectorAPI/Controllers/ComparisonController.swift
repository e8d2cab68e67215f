import CollectorStore
import Comparison
import EdgeprofAPI
import Hummingbird

/// Comparison of stored runs, and what changed among them.
struct ComparisonController: Sendable {
    /// Most runs looked through for a selection that the store's own filter does not narrow enough.
    private static let mostRunsRead = 20_000

    let store: any Store
    let ranking: RankingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/runs/compare", .readers, respond: compare),
            Endpoint(.get, "/v1/changes", .readers, respond: changes),
        ]
    }

    @Sendable private func changes(_ request: Request, _ context: CollectorContext) async throws -> Response {
        _ = try QueryParameters(request.uri, known: [])
        let (version, changes) = try await ranking.changes()
        return try request.unlessUnchanged(version: version, .json(changes))
    }

    @Sendable private func compare(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let body = try await request.decodeJSON(RunComparisonRequest.self, context)
        let problems = Self.problems(body.a, "a") + Self.problems(body.b, "b")
        guard problems.isEmpty else { throw HTTPProblem.invalid(problems) }
        let gates = try Self.gates(body)
        let (a, b) = (try await runs(body.a, "a"), try await runs(body.b, "b"))
        do {
            return try .json(RunComparison(of: a, with: b, allowing: Set(body.allow ?? []), gates: gates))
        } catch let refusal as ComparisonRefusal {
            throw HTTPProblem(.conflict, refusal.description, code: "unlike")
        }
    }

    private static func problems(_ selection: RunSelection, _ name: String) -> [String] {
        selection.problems().map { $0.path.isEmpty ? "\(name): \($0.message)" : "\(name).\($0.path): \($0.message)" }
    }

    private static func gates(_ body: RunComparisonRequest) throws -> [GateExpression] {
        let texts =
            (body.failIf ?? []).map { ($0, GateExpression.Kind.failIf) }
            + (body.require ?? []).map { ($0, .require) }
        guard texts.count <= 100 else { throw HTTPProblem.invalid(["has \(texts.count) gates, at most 100"]) }
        return try texts.map { text, kind in
            do {
                return try GateExpression(text, kind)
            } catch let error as GateSyntaxError {
                throw HTTPProblem.invalid(["\(kind == .failIf ? "failIf" : "require"):\n\(error)"])
            }
        }
    }

    private func runs(_ selection: RunSelection, _ name: String) async throws -> [Run] {
        if let ids = selection.ids {
            var runs: [Run] = []
            for id in ids {
                guard let run = try await store.run(id: id) else { throw HTTPProblem.notFound("run", id) }
                if selection.accepts(run) { runs.append(run) }
            }
            return runs
        }
        let wanted = selection.latest ?? RunSelection.defaultLatest
        var cursor: RunCursor?
        var found: [Run] = []
        var read = 0
        repeat {
            let page = try await store.collectedRuns(matching: selection.filter, after: cursor, limit: 500)
            read += page.runs.count
            found += page.runs.map(\.run).filter(selection.accepts)
            cursor = page.next
            guard cursor == nil || found.count >= wanted || read < Self.mostRunsRead else {
                throw HTTPProblem.invalid([
                    "\(name): more than \(Self.mostRunsRead) runs were looked through; give model, agent, job or since"
                ])
            }
        } while cursor != nil && found.count < wanted
        return Array(found.prefix(wanted))
    }
}
