import CollectorStore
import EdgeprofAPI
import Hummingbird
import Logging
import Synchronization

/// Keeps a record of every administrative act: written before the act, completed after it.
///
/// So none goes unrecorded: where the record cannot be written the act is refused, and one that the collector did not live
/// to complete stands there without a status.
struct AuditLog: Sendable {
    let store: any Store
    let clock: @Sendable () -> Timestamp

    /// Answers a request of an endpoint, on record where it is an administrative act.
    func answer(_ request: Request, _ context: CollectorContext, of endpoint: Endpoint) async throws -> Response {
        guard endpoint.isAdministrativeAct, let grant = context.grant else {
            return try await endpoint.respond(request, context)
        }
        let target = endpoint.path.split(separator: "/").first { $0.hasPrefix(":") }
            .flatMap { context.parameters.get(String($0.dropFirst())) }
        let entry = AuditEntry(
            at: clock(),
            tokenId: grant.tokenId,
            client: context.client?.description,
            action: "\(endpoint.method.rawValue) \(endpoint.path)",
            // It comes from the path: as long as a header may be.
            target: target.map { String($0.prefix(128)) },
            requestId: context.id
        )
        let id = try await store.beginAudit(entry)
        let note = AuditNote()
        func end(_ status: Int) async {
            do {
                try await store.endAudit(
                    id: id,
                    target: note.target ?? entry.target,
                    detail: note.detail,
                    status: status
                )
            } catch {
                context.logger.error(
                    "Audit entry not completed",
                    metadata: ["entry": "\(id)", "status": "\(status)", "error": "\(error)"]
                )
            }
        }
        do {
            let response = try await AuditNote.$current.withValue(note) { try await endpoint.respond(request, context) }
            await end(response.status.code)
            return response
        } catch {
            await end((error as? HTTPProblem)?.status.code ?? 500)
            throw error
        }
    }
}

extension Endpoint {
    /// Whether it changes something and is for administrators alone.
    var isAdministrativeAct: Bool {
        guard method != .get, case .roles(let roles) = access else { return false }
        return roles == [.admin]
    }
}

/// What an endpoint adds to the record of the act it carries out.
final class AuditNote: Sendable {
    /// That of the act the current task carries out.
    @TaskLocal static var current: AuditNote?

    private let state = Mutex<(target: String?, detail: String?)>((nil, nil))

    var target: String? { state.withLock { $0.target } }
    var detail: String? { state.withLock { $0.detail } }

    /// Names what was made or changed, and what matters of it.
    static func add(target: String? = nil, detail: String? = nil) {
        current?.state.withLock { state in
            if let target { state.target = target }
            if let detail { state.detail = detail }
        }
    }
}
