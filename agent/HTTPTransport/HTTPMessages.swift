/// One HTTP request.
public struct HTTPRequest: Sendable, Hashable {
    /// What is to be done.
    public enum Method: String, Sendable, CaseIterable {
        /// Reads.
        case get = "GET"
        /// Hands something over.
        case post = "POST"
        /// Puts something in a place.
        case put = "PUT"
        /// Takes something away.
        case delete = "DELETE"
    }

    /// What is to be done.
    public var method: Method
    /// Absolute URL, `http` or `https`.
    public var url: String
    /// Header fields, in order; lines that would break the message are refused.
    public var headers: [HTTPField]
    /// Body; empty for none.
    public var body: [UInt8]
    /// Seconds for the whole exchange.
    public var timeoutSeconds: Double
    /// Seconds for name lookup, connection and TLS handshake.
    public var connectTimeoutSeconds: Double
    /// Seconds of less than 1 KiB/s after which the exchange is given up as timed out; nil for no such limit.
    public var stallSeconds: Int?
    /// Bytes of answer (header and body each) above which it is given up.
    public var maximumResponseBytes: Int

    /// Makes a request.
    public init(
        method: Method = .get,
        url: String,
        headers: [HTTPField] = [],
        body: [UInt8] = [],
        timeoutSeconds: Double = 30,
        connectTimeoutSeconds: Double = 10,
        stallSeconds: Int? = nil,
        maximumResponseBytes: Int = 16 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeoutSeconds = timeoutSeconds
        self.connectTimeoutSeconds = connectTimeoutSeconds
        self.stallSeconds = stallSeconds
        self.maximumResponseBytes = maximumResponseBytes
    }
}

/// One header field.
public struct HTTPField: Sendable, Hashable {
    /// Name, compared without regard to case.
    public var name: String
    /// Value, without surrounding blanks.
    public var value: String

    /// Makes a field.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Whether the field is one line: no control characters in it, and a name.
    var isOneLine: Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
    }
}

/// One HTTP answer, complete.
public struct HTTPResponse: Sendable, Hashable {
    /// Status code, 100...599.
    public var status: Int
    /// Header fields as received, in order.
    public var headers: [HTTPField]
    /// Body.
    public var body: [UInt8]
    /// Seconds the server asks to wait (`Retry-After`, also when it names a date); nil when it does not.
    public var retryAfterSeconds: Int?

    /// Makes an answer.
    public init(status: Int, headers: [HTTPField] = [], body: [UInt8] = [], retryAfterSeconds: Int? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The first value of a header field, nil when there is none.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
