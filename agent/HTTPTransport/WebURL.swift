internal import CCurl

/// An absolute `http` or `https` URL, read by the same parser that later connects.
public struct WebURL: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// Host name or address, IPv6 addresses in brackets.
    public let host: String
    /// Port, the scheme's own where the URL names none.
    public let port: Int
    /// Path with its leading slash.
    public let path: String
    /// Whether there is a query or a fragment.
    public let hasQueryOrFragment: Bool
    private let portIsWritten: Bool

    /// Reads a URL.
    ///
    /// - Parameter text: for example `https://collector.example:8640`.
    /// - Throws: `HTTPTransportError` with code `badRequest`, saying what is wrong with it.
    public init(_ text: String) throws(HTTPTransportError) {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Self.malformed(text, "it is empty or has blanks or characters outside ASCII in it")
        }
        guard let handle = curl_url() else {
            throw HTTPTransportError(code: .other, message: "no memory to read a URL")
        }
        defer { curl_url_cleanup(handle) }
        let result = curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER))
        switch result {
        case CURLUE_OK: break
        case CURLUE_BAD_SCHEME, CURLUE_UNSUPPORTED_SCHEME:
            throw Self.malformed(text, "it must begin with http:// or https://")
        case CURLUE_USER_NOT_ALLOWED: throw Self.malformed(text, "leave out the user name and password")
        case CURLUE_BAD_PORT_NUMBER: throw Self.malformed(text, "its port must be 1 to 65535")
        default: throw Self.malformed(text, "write it like https://collector.example:8640")
        }
        guard let scheme = Self.part(handle, CURLUPART_SCHEME), scheme == "http" || scheme == "https" else {
            throw Self.malformed(text, "it must begin with http:// or https://")
        }
        guard let host = Self.part(handle, CURLUPART_HOST), !host.isEmpty else {
            throw Self.malformed(text, "it names no host")
        }
        guard let port = Self.part(handle, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap({ Int($0) }),
            (1...65535).contains(port)
        else { throw Self.malformed(text, "its port must be 1 to 65535") }
        self.scheme = scheme
        self.host = host
        self.port = port
        portIsWritten = Self.part(handle, CURLUPART_PORT) != nil
        path = Self.part(handle, CURLUPART_PATH) ?? "/"
        hasQueryOrFragment =
            Self.part(handle, CURLUPART_QUERY) != nil || Self.part(handle, CURLUPART_FRAGMENT) != nil
    }

    /// Scheme, host and, where it was written, port: `http://127.0.0.1:8640`.
    public var origin: String { "\(scheme)://\(host)" + (portIsWritten ? ":\(port)" : "") }

    /// Host and port: `127.0.0.1:8640`.
    public var authority: String { "\(host):\(port)" }

    /// Whether the host is this box, by its name or address.
    public var isLoopback: Bool {
        host.lowercased() == "localhost" || host == "[::1]"
            || host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
    }

    /// Origin and path.
    public var description: String { origin + path }

    private static func part(_ handle: OpaquePointer, _ what: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, what, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    private static func malformed(_ text: String, _ why: String) -> HTTPTransportError {
        HTTPTransportError(code: .badRequest, message: "'\(text)' is not a usable URL: \(why)")
    }
}
