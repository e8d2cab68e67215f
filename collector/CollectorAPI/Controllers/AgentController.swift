import CollectorStore
import EdgeprofAPI
import Hummingbird

/// Enrolment, heartbeats, work and the list of agents.
struct AgentController: Sendable {
    let store: any Store
    let clock: @Sendable () -> Timestamp
    let bell: JobBell
    let tokenLifetimeSeconds: Int

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/enroll", .roles([.enrollment]), respond: enroll),
            Endpoint(.post, "/v1/agents/:id/heartbeat", .roles([.agent]), respond: heartbeat),
            Endpoint(.get, "/v1/agents/:id/jobs", .roles([.agent]), respond: work),
            Endpoint(.get, "/v1/agents", .readers, respond: list),
            Endpoint(.get, "/v1/agents/:id", .readers, respond: show),
        ]
    }

    @Sendable private func enroll(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let body = try await request.decodeJSON(EnrollRequest.self, context)
        try FieldChecker.check { $0.check(body) }
        let now = clock()
        let access = AccessTokenDraft(lifetimeSeconds: tokenLifetimeSeconds, at: now)
        let agent = try await store.enroll(
            body,
            enrollmentTokenId: context.grant?.tokenId ?? "",
            agentToken: access.token,
            at: now
        )
        // Another enrolment had the last use since the token was looked at.
        guard let agent else { throw HTTPProblem(.unauthorized, "the token is revoked, expired or used up") }
        return try .json(
            EnrollResponse(
                agentId: agent.id,
                status: agent.status,
                grant: agent.status == .active ? access.grant : nil
            ),
            status: .created
        )
    }

    @Sendable private func heartbeat(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try ownId(context)
        let body = try await request.decodeJSON(Heartbeat.self, context)
        try FieldChecker.check { $0.check(body) }
        guard try await store.recordHeartbeat(body, agentId: id, at: clock()) else {
            throw HTTPProblem.notFound("agent", id)
        }
        return Response(status: .noContent)
    }

    @Sendable private func work(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try ownId(context)
        let seconds = try QueryParameters(request.uri, known: ["wait"]).integer("wait", in: 0...60) ?? 0
        try await store.recordContact(agentId: id, at: clock())
        let wait = JobWait(store: store, bell: bell, clock: clock)
        let (work, connectionUsed) = try await wait.assignments(for: id, waiting: seconds, on: request)
        var response = try Response.json(AssignmentList(assignments: work))
        // Watching for the client to hang up reads the connection to its end.
        if connectionUsed { response.headers[.connection] = "close" }
        return response
    }

    @Sendable private func list(_ request: Request, _ context: CollectorContext) async throws -> Response {
        _ = try QueryParameters(request.uri, known: [])
        let tiers = try await store.tiers().tiers
        return try request.unlessUnchanged(
            json: AgentList(agents: try await store.agents().map { $0.matched(to: tiers) })
        )
    }

    @Sendable private func show(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard let agent = try await store.agent(id: id) else { throw HTTPProblem.notFound("agent", id) }
        return try request.unlessUnchanged(json: agent.matched(to: try await store.tiers().tiers))
    }

    /// The id in the path, which must be that of the token's agent.
    private func ownId(_ context: CollectorContext) throws -> String {
        let id = try context.parameters.require("id")
        guard id == context.grant?.agentId else {
            throw HTTPProblem(.forbidden, "this token belongs to another agent")
        }
        return id
    }
}

extension AgentRecord {
    /// The record with the tiers whose rule accepts its host.
    func matched(to tiers: [Tier]) -> AgentRecord {
        var record = self
        record.tiers = host.tiers(among: tiers, labels: labels)
        return record
    }
}
