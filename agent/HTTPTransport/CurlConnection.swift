internal import CCurl

/// One libcurl handle and the connections it keeps.
///
/// A multi handle carries the one transfer because only its wait can be woken from another thread at once; a progress
/// callback may be a second late.
///
/// `@unchecked Sendable`: the transport hands a connection to one caller at a time; the only call from other threads is
/// `curl_multi_wakeup`, which libcurl allows.
final class CurlConnection: @unchecked Sendable {
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    private static let longestWaitMilliseconds: Int32 = 1000
    /// Slower is a stall.
    private static let leastBytesPerSecond = 1 << 10

    let easy: UnsafeMutableRawPointer
    /// What the latest exchange sent, as HTTP.
    private(set) var sentBytes: UInt64 = 0
    private let multi: UnsafeMutableRawPointer

    init() throws(HTTPTransportError) {
        guard Self.isLibraryReady, let easy = curl_easy_init() else {
            throw HTTPTransportError(code: .other, message: "libcurl cannot be started: memory or entropy is short")
        }
        guard let multi = curl_multi_init() else {
            curl_easy_cleanup(easy)
            throw HTTPTransportError(code: .other, message: "libcurl cannot be started: memory is short")
        }
        self.easy = easy
        self.multi = multi
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
    }

    /// Carries out one exchange.
    func perform(
        _ request: HTTPRequest,
        streaming: HTTPStreaming,
        userAgent: String,
        trust: TLSTrust,
        cancellation: Cancellation
    ) throws(HTTPTransportError) -> HTTPResponse {
        let url = try WebURL(request.url)
        if let field = request.headers.first(where: { !$0.isOneLine }) {
            throw HTTPTransportError(
                code: .badRequest,
                message: "header field '\(field.name.filter(\.isASCII).prefix(40))' is not one line of text"
            )
        }
        curl_easy_reset(easy)
        // Before anything is sent: a libcurl that cannot check what it is told to check must not go on without.
        guard apply(trust) else {
            throw HTTPTransportError(
                code: .tls,
                message: "this box's libcurl cannot check a certificate against the CA file or pin given"
            )
        }
        let fields = HeaderList(request)
        sentBytes = 0
        let exchange = CurlExchange(maximumBytes: request.maximumResponseBytes, streaming: streaming)
        let code: Int32 = request.body.withUnsafeBufferPointer { body in
            exchange.withErrorBuffer { errorBuffer in
                configure(for: request, url: url, userAgent: userAgent, fields: fields, body: body)
                edgeprof_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer)
                exchange.receive(from: easy)
                exchange.send(to: easy)
                defer { curl_easy_reset(easy) }
                let code = cancellation.whileWakeable(by: wake) { transfer(until: cancellation) }
                exchange.readOutcome(of: easy)
                sentBytes = exchange.sentBytes
                return code
            }
        }
        if code == Int32(CURLE_OK.rawValue), (100...599).contains(exchange.status) { return exchange.response }
        throw exchange.failure(code, at: url, cancelled: cancellation.isCancelled)
    }

    private var wake: @Sendable () -> Void {
        { [self] in _ = curl_multi_wakeup(multi) }
    }

    /// Runs the transfer; the `CURLcode` it ended with, or that of a callback's refusal when cancelled.
    private func transfer(until cancellation: Cancellation) -> Int32 {
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else { return Int32(CURLE_FAILED_INIT.rawValue) }
        defer { curl_multi_remove_handle(multi, easy) }
        var running: Int32 = 1
        while !cancellation.isCancelled {
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return Int32(CURLE_FAILED_INIT.rawValue) }
            if running == 0 {
                let result = edgeprof_curl_finished_result(multi)
                return result >= 0 ? result : Int32(CURLE_FAILED_INIT.rawValue)
            }
            guard curl_multi_poll(multi, nil, 0, Self.longestWaitMilliseconds, nil) == CURLM_OK else {
                return Int32(CURLE_FAILED_INIT.rawValue)
            }
        }
        return Int32(CURLE_ABORTED_BY_CALLBACK.rawValue)
    }

    private func configure(
        for request: HTTPRequest,
        url: WebURL,
        userAgent: String,
        fields: HeaderList,
        body: UnsafeBufferPointer<UInt8>
    ) {
        edgeprof_curl_allow_http_only(easy)
        edgeprof_curl_do_not_wait_for_lookups(easy)
        edgeprof_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        edgeprof_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        edgeprof_curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        edgeprof_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        edgeprof_curl_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds(request.timeoutSeconds))
        edgeprof_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connectTimeoutSeconds))
        if let seconds = request.stallSeconds {
            edgeprof_curl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, Self.leastBytesPerSecond)
            edgeprof_curl_set_long(easy, CURLOPT_LOW_SPEED_TIME, min(max(seconds, 1), 86_400))
        }
        edgeprof_curl_set_string(easy, CURLOPT_URL, request.url)
        edgeprof_curl_set_string(easy, CURLOPT_USERAGENT, userAgent)
        if url.isLoopback { edgeprof_curl_set_string(easy, CURLOPT_PROXY, "") }
        edgeprof_curl_set_headers(easy, fields.list)
        if request.method != .get {
            edgeprof_curl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
        if !request.body.isEmpty || request.method == .post || request.method == .put {
            edgeprof_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, body.count)
            if let bytes = body.baseAddress {
                edgeprof_curl_set_pointer(easy, CURLOPT_POSTFIELDS, bytes)
            } else {
                edgeprof_curl_set_string(easy, CURLOPT_COPYPOSTFIELDS, "")
            }
        }
    }

    /// Has libcurl know the server by what it is to be known by; false when it cannot.
    private func apply(_ trust: TLSTrust) -> Bool {
        var codes = [edgeprof_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)]
        // A pin alone stands in for the authorities: libcurl compares the key whether or not it checks the chain.
        let isPinnedAlone = trust.pin != nil && trust.caFile == nil
        codes.append(edgeprof_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, isPinnedAlone ? 0 : 1))
        if let file = trust.caFile {
            codes.append(edgeprof_curl_set_string(easy, CURLOPT_CAINFO, file))
            // Else the system's folder of authorities would count as well.
            codes.append(edgeprof_curl_set_string(easy, CURLOPT_CAPATH, nil))
        }
        if let pin = trust.pin {
            guard TLSTrust.isPin(pin) else { return false }
            codes.append(edgeprof_curl_set_string(easy, CURLOPT_PINNEDPUBLICKEY, pin))
        }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Whole milliseconds within 1 ms...1 day: 0 would mean "no limit" to libcurl.
    private func milliseconds(_ seconds: Double) -> Int {
        Int((min(max(seconds.isNaN ? 0 : seconds, 0.001), 86_400) * 1000).rounded(.up))
    }
}

/// The request's header fields as libcurl's list.
private final class HeaderList {
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    init(_ request: HTTPRequest) {
        // "Name:" takes out what libcurl would add by itself, "Name;" sends an empty value.
        append("Expect:")
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) { append("Content-Type:") }
        for field in request.headers {
            append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
    }

    deinit { curl_slist_free_all(list) }

    private func append(_ line: String) {
        if let longer = curl_slist_append(list, line) { list = longer }
    }
}
