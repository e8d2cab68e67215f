/// Where a client's bearer tokens come from.
public struct CollectorCredentials: Sendable {
    /// The token for the next request; nil sends none.
    public var token: @Sendable () async throws(CollectorError) -> String?
    /// Told of a token the collector did not accept (401); returns whether another is worth one more try.
    public var refused: @Sendable (String) async -> Bool

    /// Makes credentials.
    ///
    /// - Parameters:
    ///   - token: the token for the next request.
    ///   - refused: told of a token that was not accepted.
    public init(
        token: @escaping @Sendable () async throws(CollectorError) -> String?,
        refused: @escaping @Sendable (String) async -> Bool
    ) {
        self.token = token
        self.refused = refused
    }

    /// A token that does not change by itself.
    ///
    /// - Parameter token: asked for before each request.
    /// - Returns: credentials that do not try twice.
    public static func fixed(_ token: @escaping @Sendable () -> String?) -> CollectorCredentials {
        CollectorCredentials(token: { () throws(CollectorError) in token() }, refused: { _ in false })
    }
}
