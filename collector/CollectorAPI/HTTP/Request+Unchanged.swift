import Hummingbird

extension Request {
    /// The response with the data version as its entity tag, or 304 where the client has that version (RFC 9110, section 13.1.2).
    ///
    /// The tag is weak: the same data, whichever bytes carry them.
    func unlessUnchanged(version: Int64, _ response: @autoclosure () throws -> Response) rethrows -> Response {
        let tag = "W/\"\(version)\""
        let known = (headers[.ifNoneMatch] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
        if known.contains(where: { $0 == tag || $0 == "*" || "W/" + $0 == tag }) {
            return Response(status: .notModified, headers: [.eTag: tag])
        }
        var response = try response()
        response.headers[.eTag] = tag
        return response
    }
}
