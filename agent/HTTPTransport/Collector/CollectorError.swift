public import EdgeprofAPI

/// Why the collector did not do what it was asked.
public struct CollectorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// There was no answer, for the transport's reason.
        case unreachable(HTTPTransportError.Code)
        /// No token, or one it does not know (401).
        case unauthorized
        /// The token is not for this (403).
        case forbidden
        /// There is no such thing (404).
        case notFound
        /// It refused what was asked (any other 4xx), with this status.
        case refused(Int)
        /// It cannot answer now (5xx or 429), with this status.
        case unavailable(Int)
        /// Its answer is not what a collector says.
        case unexpectedAnswer
        /// Given up because the caller said so.
        case cancelled
    }

    /// The kind of failure.
    public var code: Code
    /// One sentence: what, where, and how to mend it.
    public var message: String
    /// The collector's own problem document, nil when the answer carried none.
    public var problem: Problem?
    /// Seconds the collector asks to wait before the next try.
    public var retryAfterSeconds: Int?

    /// Makes an error.
    public init(code: Code, message: String, problem: Problem? = nil, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.problem = problem
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The message.
    public var description: String { message }
}

extension CollectorError {
    /// Wraps what the transport reports.
    init(_ error: HTTPTransportError) {
        self.init(
            code: error.code == .cancelled ? .cancelled : .unreachable(error.code),
            message: error.code == .badRequest ? error.message : "collector: \(error.message)"
        )
    }

    /// Reads an answer other than 2xx.
    init(answer: HTTPResponse, problem: Problem?, from origin: String) {
        let code: Code =
            switch answer.status {
            case 401: .unauthorized
            case 403: .forbidden
            case 404: .notFound
            case 408, 429, 500...599: .unavailable(answer.status)
            case 400...499: .refused(answer.status)
            default: .unexpectedAnswer
            }
        self.init(
            code: code,
            message: Self.sentence(code, answer: answer, problem: problem, origin: origin),
            problem: problem,
            retryAfterSeconds: answer.retryAfterSeconds
        )
    }

    private static func sentence(_ code: Code, answer: HTTPResponse, problem: Problem?, origin: String) -> String {
        if let problem {
            // What the network says goes to terminals and logs: one line of it, and not all of a long one.
            let words = [problem.title, problem.detail].compactMap(\.self).joined(separator: ": ")
            return "collector \(origin) says (\(answer.status)): \(oneLine(words))"
        }
        switch code {
        case .unauthorized: return "collector \(origin) does not accept the token (401)"
        case .forbidden: return "collector \(origin) does not allow this with this token (403)"
        case .notFound: return "\(origin) has no such page (404): is that a collector's URL?"
        case .unavailable(let status): return "collector \(origin) cannot answer now (\(status))"
        case .refused(let status): return "collector \(origin) refuses the request (\(status))"
        case .unreachable, .unexpectedAnswer, .cancelled:
            if (300...399).contains(answer.status), let place = answer.header("location") {
                return "\(origin) redirects to '\(oneLine(place))': give that collector's URL instead"
            }
            return "\(origin) answers with status \(answer.status): is that a collector's URL?"
        }
    }

    private static func oneLine(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(500).map { $0.properties.generalCategory == .control ? " " : Character($0) }
        )
    }
}
