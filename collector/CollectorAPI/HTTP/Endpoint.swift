import EdgeprofAPI
import Hummingbird

/// One method of one route: who may call it and what answers.
struct Endpoint: Sendable {
    /// Who may call an endpoint.
    enum Access: Sendable {
        /// Anyone, without a token.
        case everyone
        /// Holders of a live token of one of these roles.
        case roles(Set<TokenRole>)

        /// Those who may read.
        static let readers = Access.roles([.viewer, .admin])
        /// Those who may change things.
        static let administrators = Access.roles([.admin])
    }

    let method: HTTPRequest.Method
    /// In Hummingbird's notation: `/v1/runs/:id`.
    let path: String
    let access: Access
    let respond: @Sendable (Request, CollectorContext) async throws -> Response

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ access: Access,
        respond: @escaping @Sendable (Request, CollectorContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.respond = respond
    }
}

/// Which methods a path answers to, for the router itself does not tell a wrong method from a wrong path.
struct RouteTable: Sendable {
    private let routes: [(segments: [Substring], method: HTTPRequest.Method)]

    init(_ endpoints: [Endpoint]) {
        routes = endpoints.map { (segments: $0.path.split(separator: "/"), method: $0.method) }
    }

    /// Methods that a path answers to, sorted; empty when there is no such path.
    func methods(at path: String) -> [String] {
        let segments = path.split(separator: "/")
        let matching = routes.filter { Self.matches(segments, $0.segments) }
        // A path spelt out goes before one with a parameter, as it does in the router.
        let exact = matching.filter { $0.segments == segments }
        var methods: Set<String> = []
        for route in exact.isEmpty ? matching : exact {
            methods.insert(route.method.rawValue)
            if route.method == .get { methods.insert(HTTPRequest.Method.head.rawValue) }
        }
        return methods.sorted()
    }

    private static func matches(_ path: [Substring], _ pattern: [Substring]) -> Bool {
        path.count == pattern.count && zip(path, pattern).allSatisfy { $1.hasPrefix(":") || $0 == $1 }
    }
}
