/// Why an HTTP exchange did not come to an answer.
public struct HTTPTransportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// The URL or a header field cannot be sent.
        case badRequest
        /// The host's name is not known.
        case unresolved
        /// Nothing listens there.
        case connectionRefused
        /// The host or network is out of reach.
        case unreachable
        /// The time allowed ran out.
        case timedOut
        /// TLS failed, most often because the certificate is not trusted.
        case tls
        /// The connection ended before the answer was complete.
        case connectionLost
        /// The answer was larger than allowed.
        case responseTooLarge
        /// What takes the answer as it comes could not keep it.
        case sinkFailed
        /// The file to be sent could not be read.
        case sourceFailed
        /// What came back was not HTTP.
        case badResponse
        /// Given up because the caller said so.
        case cancelled
        /// Anything else libcurl reports.
        case other
    }

    /// The kind of failure.
    public var code: Code
    /// One sentence: what, where, and how to mend it.
    public var message: String

    /// Makes an error.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
