import Crypto
import EdgeprofAPI
import Hummingbird

/// Answers to clients that may have them already (RFC 9110, section 13.1.2).
extension Request {
    /// The response with the data version as its entity tag, or 304 where the client has that version.
    ///
    /// The tag is weak: the same data, whichever bytes carry them. It must be read before what the response is made from, so that
    /// a change between the two is seen by the next request.
    func unlessUnchanged(
        version: Int64,
        _ response: () async throws -> Response
    ) async rethrows -> Response {
        try await unlessUnchanged(tag: "W/\"\(version)\"", response)
    }

    /// As above, for a response that is there already.
    func unlessUnchanged(version: Int64, _ response: @autoclosure () throws -> Response) rethrows -> Response {
        let tag = "W/\"\(version)\""
        if let unchanged = unchanged(tag) { return unchanged }
        var response = try response()
        response.headers[.eTag] = tag
        return response
    }

    /// A JSON response with its content's hash as its entity tag, or 304 where the client has that content.
    ///
    /// For what no data version counts: the answer is made all the same, only not sent.
    func unlessUnchanged(json value: some Encodable) throws -> Response {
        let body = try JSONOutput.encode(value)
        let digits = SHA256.hash(data: body).prefix(16).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        let tag = "\"\(digits.joined())\""
        if let unchanged = unchanged(tag) { return unchanged }
        var response = Response.json(encoded: body)
        response.headers[.eTag] = tag
        return response
    }

    private func unlessUnchanged(
        tag: String,
        _ response: () async throws -> Response
    ) async rethrows -> Response {
        if let unchanged = unchanged(tag) { return unchanged }
        var response = try await response()
        response.headers[.eTag] = tag
        return response
    }

    /// 304 where the client has what a tag names.
    private func unchanged(_ tag: String) -> Response? {
        // Compared weakly, as If-None-Match asks.
        func opaque(_ tag: String) -> String { tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag }
        let known = headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",")
            .map { String($0.filter { $0 != " " }) }
        guard known.contains(where: { $0 == "*" || opaque($0) == opaque(tag) }) else { return nil }
        return Response(status: .notModified, headers: [.eTag: tag])
    }
}
