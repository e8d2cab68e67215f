internal import Glibc
internal import Synchronization

/// The HTTP client of all edgeprof programs: libcurl, one exchange at a time on each connection, connections kept.
///
/// TLS certificates are always verified, redirects are never followed (their answer is returned), protocols other than
/// HTTP and HTTPS are refused, and hosts on loopback are never asked through a proxy.
public final class HTTPTransport: Sendable {
    private static let maximumIdleConnections = 4

    private let userAgent: String
    private let trust: TLSTrust
    private let idle = Mutex<[CurlConnection]>([])
    private let sent = Mutex<UInt64>(0)

    /// Makes a client without connections.
    ///
    /// - Parameters:
    ///   - userAgent: sent with each request, for example `edgeprof-agent/0.1.0`.
    ///   - trust: by what servers are known over TLS.
    public init(userAgent: String, trust: TLSTrust = .system) {
        self.userAgent = userAgent
        self.trust = trust
    }

    /// Bytes sent so far in requests and their headers, without TLS and what lies below it.
    public var sentBytes: UInt64 { sent.withLock { $0 } }

    /// Sends a request and waits for its answer on the calling thread.
    ///
    /// - Parameters:
    ///   - request: what to send.
    ///   - streaming: bodies that do not go through memory.
    ///   - cancellation: ends the exchange from another thread.
    /// - Returns: the complete answer, whatever its status.
    /// - Throws: `HTTPTransportError` when there was no complete answer.
    public func perform(
        _ request: HTTPRequest,
        streaming: HTTPStreaming = .none,
        cancellation: Cancellation = Cancellation()
    ) throws(HTTPTransportError) -> HTTPResponse {
        let connection: CurlConnection
        if let kept = idle.withLock({ $0.popLast() }) { connection = kept } else { connection = try CurlConnection() }
        let result: Exchange = withoutSIGPIPE {
            Result { () throws(HTTPTransportError) in
                try connection.perform(
                    request,
                    streaming: streaming,
                    userAgent: userAgent,
                    trust: trust,
                    cancellation: cancellation
                )
            }
        }
        sent.withLock { $0 &+= connection.sentBytes }
        idle.withLock { if $0.count < Self.maximumIdleConnections { $0.append(connection) } }
        return try result.get()
    }

    /// Sends a request and awaits its answer, on a thread made for it.
    ///
    /// Cancelling the task ends the exchange at once with code `cancelled`.
    ///
    /// - Parameters:
    ///   - request: what to send.
    ///   - streaming: bodies that do not go through memory.
    /// - Returns: the complete answer, whatever its status.
    /// - Throws: `HTTPTransportError` when there was no complete answer.
    public func send(
        _ request: HTTPRequest,
        streaming: HTTPStreaming = .none
    ) async throws(HTTPTransportError) -> HTTPResponse {
        let cancellation = Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Exchange, Never>) in
                let started = startThread {
                    let exchange = Result { () throws(HTTPTransportError) in
                        try self.perform(request, streaming: streaming, cancellation: cancellation)
                    }
                    return { continuation.resume(returning: exchange) }
                }
                if !started {
                    let message = "no thread to send a request on: the limit of processes or memory is reached"
                    continuation.resume(returning: .failure(HTTPTransportError(code: .other, message: message)))
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }

    private typealias Exchange = Result<HTTPResponse, HTTPTransportError>
}

/// Runs a closure while a peer that hangs up cannot end the process.
///
/// SIGPIPE goes to the thread that wrote: it is blocked there, and one that came is taken away before it is let in again.
private func withoutSIGPIPE<Value>(_ body: () -> Value) -> Value {
    var pipeOnly = sigset_t()
    var before = sigset_t()
    sigemptyset(&pipeOnly)
    sigaddset(&pipeOnly, SIGPIPE)
    guard pthread_sigmask(SIG_BLOCK, &pipeOnly, &before) == 0 else { return body() }
    defer {
        if sigismember(&before, SIGPIPE) == 0 {
            var noTime = timespec()
            while sigtimedwait(&pipeOnly, nil, &noTime) == SIGPIPE {}
            pthread_sigmask(SIG_SETMASK, &before, nil)
        }
    }
    return body()
}
