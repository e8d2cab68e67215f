import CollectorStore
import EdgeprofAPI
import Hummingbird

/// Bearer tokens.
struct TokenController: Sendable {
    let store: any Store
    let clock: @Sendable () -> Timestamp

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/tokens", .administrators, respond: create),
            Endpoint(.get, "/v1/tokens", .administrators, respond: list),
            Endpoint(.delete, "/v1/tokens/:id", .administrators, respond: delete),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let body = try await request.decodeJSON(TokenRequest.self, context)
        try FieldChecker.check { $0.check(body) }
        let now = clock()
        let secret = TokenSecret(role: body.role)
        // What enrols agents is for one box and one day unless more is asked for.
        let enrolls = body.role == .enrollment
        let seconds = body.expiresInSeconds ?? (enrolls ? TokenRequest.defaultEnrollmentSeconds : nil)
        let token = NewToken(
            hash: secret.hash,
            role: body.role,
            expiresAt: seconds.map {
                Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch + Int64($0) * 1000)
            },
            usesLeft: body.maximumUses ?? (enrolls ? TokenRequest.defaultUses : nil),
            autoAccept: body.autoAccept ?? true
        )
        let id = try await store.createToken(token, at: now)
        AuditNote.add(target: id, detail: "role=\(body.role.rawValue)")
        return try .json(TokenCreated(id: id, token: secret.text), status: .created)
    }

    @Sendable private func list(_ request: Request, _ context: CollectorContext) async throws -> Response {
        _ = try QueryParameters(request.uri, known: [])
        return try .json(TokenList(tokens: try await store.tokens()))
    }

    @Sendable private func delete(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard try await store.deleteToken(id: id) else { throw HTTPProblem.notFound("token", id) }
        return Response(status: .noContent)
    }
}
