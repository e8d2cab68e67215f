public import EdgeprofAPI

extension CollectorClient {
    /// Lists administrative acts: `GET /v1/audit`.
    ///
    /// - Parameters:
    ///   - cursor: the `nextCursor` of the page before; nil for the newest.
    ///   - limit: most entries of the page, 1 to 500.
    /// - Returns: acts, newest first.
    /// - Throws: `CollectorError`.
    public func audit(after cursor: String? = nil, limit: Int = 50) async throws(CollectorError) -> AuditPage {
        try await fetch(.get, ["v1", "audit"], query: [("limit", "\(limit)"), ("cursor", cursor)])
    }
}
