internal import CCurl
internal import Glibc

/// What libcurl's callbacks gather during one exchange, and how its end is told.
final class CurlExchange {
    private static let maximumHeaderBytes = 256 << 10

    private let maximumBytes: Int
    private var headers: [HTTPField] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// Status of the answer whose header is being read.
    private var headStatus = 0
    var streams: StreamState
    private(set) var status = 0
    private var retryAfterSeconds = 0
    private var systemError = 0
    private(set) var sentBytes: UInt64 = 0
    private var errorText = ""

    init(maximumBytes: Int, streaming: HTTPStreaming) {
        self.maximumBytes = max(0, maximumBytes)
        streams = StreamState(streaming)
    }

    /// The answer, once the exchange has ended well.
    var response: HTTPResponse {
        HTTPResponse(
            status: status,
            headers: headers,
            body: body,
            retryAfterSeconds: retryAfterSeconds > 0 ? retryAfterSeconds : nil
        )
    }

    /// Has libcurl hand what it receives to this object, which must outlive the transfer.
    func receive(from easy: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        edgeprof_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        edgeprof_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        edgeprof_curl_set_callback(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            CurlExchange.take(data, size, count, context) { $0.takeHeader($1) }
        }
        edgeprof_curl_set_callback(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            CurlExchange.take(data, size, count, context) { $0.takeBody($1) }
        }
    }

    /// Lends libcurl a buffer for its own words on an error, and asks it for the outcome's figures.
    func withErrorBuffer(_ body: (UnsafeMutablePointer<CChar>) -> Int32) -> Int32 {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CURL_ERROR_SIZE)) { buffer in
            buffer.initialize(repeating: 0)
            guard let text = buffer.baseAddress else { return Int32(CURLE_OUT_OF_MEMORY.rawValue) }
            let code = body(text)
            errorText = String(cString: text)
            return code
        }
    }

    /// Asks libcurl for the figures of a transfer that has ended, before its handle is reset.
    func readOutcome(of easy: UnsafeMutableRawPointer) {
        edgeprof_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        edgeprof_curl_get_long(easy, CURLINFO_OS_ERRNO, &systemError)
        var seconds: curl_off_t = 0
        edgeprof_curl_get_size(easy, CURLINFO_RETRY_AFTER, &seconds)
        retryAfterSeconds = Int(seconds)
        var headBytes = 0
        var bodyBytes: curl_off_t = 0
        edgeprof_curl_get_long(easy, CURLINFO_REQUEST_SIZE, &headBytes)
        edgeprof_curl_get_size(easy, CURLINFO_SIZE_UPLOAD_T, &bodyBytes)
        sentBytes = UInt64(max(0, headBytes)) &+ UInt64(max(0, bodyBytes))
    }

    private static func take(
        _ data: UnsafeMutablePointer<CChar>?,
        _ size: Int,
        _ count: Int,
        _ context: UnsafeMutableRawPointer?,
        _ body: (CurlExchange, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        let (bytes, overflow) = size.multipliedReportingOverflow(by: count)
        guard let context, !overflow else { return 0 }
        let exchange = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
        // Any other number than that of the bytes offered makes libcurl give up.
        return body(exchange, UnsafeRawBufferPointer(start: data, count: bytes)) ? bytes : -1
    }

    private func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.maximumHeaderBytes else {
            isTooLarge = true
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            headers = []
            headStatus = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int(trimmed($0)) } ?? 0
        } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let value = text[text.utf8.index(after: colon)...]
            headers.append(HTTPField(name: trimmed(text[..<colon]), value: trimmed(value)))
        }
        return true
    }

    private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if streams.takes(headStatus) {
            let handing = streams.hand(bytes) { HTTPResponse(status: headStatus, headers: headers) }
            isTooLarge = handing == .tooLarge
            return handing == .taken
        }
        guard bytes.count <= maximumBytes - body.count else {
            isTooLarge = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private func trimmed(_ text: Substring) -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a }
        let bytes = text.utf8.drop(while: isBlank)
        return String(decoding: bytes.reversed().drop(while: isBlank).reversed(), as: UTF8.self)
    }
}

extension CurlExchange {
    /// The error a transfer's `CURLcode` stands for.
    func failure(_ code: Int32, at url: WebURL, cancelled: Bool) -> HTTPTransportError {
        if cancelled {
            return HTTPTransportError(code: .cancelled, message: "the request to \(url.authority) was given up")
        }
        if isTooLarge {
            let allowed = streams.room == nil ? " the \(maximumBytes) bytes" : ""
            let message = "the answer of \(url.authority) is larger than\(allowed) allowed"
            return HTTPTransportError(code: .responseTooLarge, message: message)
        }
        if let error = streams.sinkError {
            return HTTPTransportError(code: .sinkFailed, message: "what \(url.authority) sends is not kept: \(error)")
        }
        let kind = Self.kind(CURLcode(rawValue: UInt32(clamping: code)), systemError: Int32(clamping: systemError))
        return HTTPTransportError(code: kind, message: sentence(kind, url: url, code: code))
    }

    private static func kind(_ code: CURLcode, systemError: Int32) -> HTTPTransportError.Code {
        switch code {
        case CURLE_URL_MALFORMAT: .badRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolved
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
            systemError == ECONNREFUSED ? .connectionRefused : .unreachable
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            .tls
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE: .connectionLost
        case CURLE_ABORTED_BY_CALLBACK: .sourceFailed
        // The URL's protocol has been checked, so an unsupported one is the answer's (HTTP/0.9).
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR,
            CURLE_OK:
            .badResponse
        default: .other
        }
    }

    private func sentence(_ kind: HTTPTransportError.Code, url: WebURL, code: Int32) -> String {
        let own = errorText.isEmpty ? "libcurl error \(code)" : errorText
        return switch kind {
        case .badRequest: "'\(url)' cannot be asked: \(own)"
        case .unresolved: "the host name '\(url.host)' cannot be resolved: check its spelling and this box's DNS"
        case .connectionRefused:
            "nothing listens at \(url.authority) (connection refused): start it there or check the address"
        case .unreachable: "\(url.authority) cannot be reached: \(own)"
        case .timedOut: "no complete answer from \(url.authority) in time: \(own)"
        case .tls: "TLS with \(url.authority) failed: \(own)"
        case .connectionLost: "\(url.authority) closed the connection before its answer was complete: \(own)"
        case .badResponse: "what \(url.authority) answered is not HTTP: \(own)"
        case .sourceFailed: "the file sent to \(url.authority) cannot be read, or became shorter meanwhile"
        case .responseTooLarge, .sinkFailed, .cancelled, .other: "the request to \(url.authority) failed: \(own)"
        }
    }
}
