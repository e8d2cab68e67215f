import CollectorStore
import EdgeprofAPI
import Hummingbird
import Logging

/// Lets requests through to those endpoints their bearer token allows (RFC 6750).
struct Authentication: Sendable {
    let store: any Store
    let clock: @Sendable () -> Timestamp

    /// The context with its grant.
    ///
    /// - Throws: `HTTPProblem` 401 without a live token, 403 with one of another role.
    func admit(
        _ request: Request,
        _ context: CollectorContext,
        to access: Endpoint.Access
    ) async throws -> CollectorContext {
        guard case .roles(let roles) = access else { return context }
        guard let secret = Self.bearerToken(request.headers) else {
            throw Self.unauthorized("send Authorization: Bearer and a token", challenge: #"Bearer realm="edgeprof""#)
        }
        guard let grant = try await store.grant(for: TokenHash(of: secret), at: clock()) else {
            throw Self.unauthorized(
                "the token is unknown, revoked, expired or used up",
                challenge: #"Bearer realm="edgeprof", error="invalid_token""#
            )
        }
        context.caller.grant = grant
        guard roles.contains(grant.role) else {
            let needed = roles.map(\.rawValue).sorted().joined(separator: " or ")
            throw HTTPProblem(.forbidden, "this needs a token with role \(needed), not \(grant.role.rawValue)")
        }
        var context = context
        context.grant = grant
        context.logger[metadataKey: "token"] = "\(grant.tokenId)"
        return context
    }

    private static func unauthorized(_ detail: String, challenge: String) -> HTTPProblem {
        HTTPProblem(.unauthorized, detail, headers: [.wwwAuthenticate: challenge])
    }

    /// The token of an `Authorization` header, whose scheme is written in any case (RFC 9110 section 11.1).
    private static func bearerToken(_ headers: HTTPFields) -> String? {
        guard let value = headers[.authorization] else { return nil }
        let parts = value.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
