import EdgeprofAPI
import Hummingbird

/// An error that becomes a problem document (RFC 9457) at the edge.
struct HTTPProblem: Error {
    var status: HTTPResponse.Status
    var detail: String?
    var headers: HTTPFields = [:]
    /// The reason in one word, for programs.
    var code: String?
    /// What an agent is to sign.
    var challenge: String?

    init(
        _ status: HTTPResponse.Status,
        _ detail: String?,
        headers: HTTPFields = [:],
        code: String? = nil,
        challenge: String? = nil
    ) {
        self.code = code
        self.challenge = challenge
        self.status = status
        self.detail = detail
        self.headers = headers
    }

    static func malformed(_ detail: String) -> HTTPProblem { HTTPProblem(.badRequest, detail) }

    static func invalid(_ problems: [String]) -> HTTPProblem {
        HTTPProblem(.unprocessableContent, problems.joined(separator: "\n"))
    }

    static func notFound(_ what: String, _ id: String) -> HTTPProblem {
        HTTPProblem(.notFound, "there is no \(what) with id \(id)")
    }

    /// The document and its headers as a response.
    func response() -> Response {
        let problem = Problem(status: status.code, title: title, detail: detail, code: code, challenge: challenge)
        var response: Response
        do {
            response = try .json(problem, status: status)
        } catch {
            response = Response(status: status)
        }
        response.headers[.contentType] = "application/problem+json"
        for field in headers { response.headers[field.name] = field.value }
        return response
    }

    /// The same for every occurrence of a status, as RFC 9457 section 3.1.3 asks.
    private var title: String {
        switch status {
        case .badRequest: "Malformed request"
        case .unauthorized: "Token needed"
        case .forbidden: "Not allowed with this token"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .conflict: "Not possible in the present state"
        case .contentTooLarge: "Body too large"
        case .rangeNotSatisfiable: "No such range"
        case .unsupportedMediaType: "Unsupported media type"
        case .unprocessableContent: "Invalid values"
        case .tooManyRequests: "Too many requests"
        case .serviceUnavailable: "Not available now"
        default: "The collector failed"
        }
    }
}
