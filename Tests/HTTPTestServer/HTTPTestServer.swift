internal import Glibc
internal import Gzip
internal import Synchronization

/// A small HTTP/1.1 server on a free loopback port whose answers a test writes, wrong ones included.
public final class HTTPTestServer: Sendable {
    /// A request as it came.
    public struct Request: Sendable {
        /// For example `POST`.
        public var method: String
        /// Path and query.
        public var target: String
        /// Header fields, names in lower case.
        public var headers: [String: String]
        /// Body; where it came as gzip, what was packed.
        public var body: [UInt8]

        /// The body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// What the server does with a request.
    public enum Reply: Sendable {
        /// A well-formed answer.
        case answer(Int, headers: [String: String] = [:], body: [UInt8] = [])
        /// These bytes, then the connection is closed.
        case raw([UInt8])
        /// Nothing, until the client goes away or the server stops.
        case hang

        /// A well-formed JSON answer.
        public static func json(_ status: Int, _ text: String, type: String = "application/json") -> Reply {
            .answer(status, headers: ["Content-Type": type], body: Array(text.utf8))
        }
    }

    /// The port.
    public let port: Int
    private let listener: Int32
    private let connections = Mutex<Set<Int32>>([])
    private let isListening = Mutex(true)
    private let log = Mutex<[Request]>([])
    private let reply: @Sendable (Request) -> Reply

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - port: the port; 0 for a free one.
    ///   - reply: answers requests, called from any thread.
    /// - Throws: `ServerFailure` when the port is taken.
    public init(port: Int = 0, _ reply: @escaping @Sendable (Request) -> Reply) throws {
        self.reply = reply
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (bound, descriptor) = (length, listener)
        let isBound = withUnsafeMutableBytes(of: &address) { bytes in
            guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(descriptor, pointer, bound) == 0 && listen(descriptor, 64) == 0
                && getsockname(descriptor, pointer, &length) == 0
        }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { throw ServerFailure(errno: errno) }
        startThread { [self] in acceptConnections() }
    }

    /// For example `http://127.0.0.1:41234`.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// All requests so far, in the order they were read.
    public var requests: [Request] { log.withLock { $0 } }

    /// Stops listening and closes all connections.
    public func stop() {
        // The number may stand for another file once it is closed.
        isListening.withLock { if $0 { shutdown(listener, Int32(SHUT_RDWR)) } }
        connections.withLock { for connection in $0 { shutdown(connection, Int32(SHUT_RDWR)) } }
    }

    private func acceptConnections() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            connections.withLock { _ = $0.insert(connection) }
            startThread { [self] in
                serve(connection)
                connections.withLock { _ = $0.remove(connection) }
                close(connection)
            }
        }
        isListening.withLock { isListening in
            isListening = false
            close(listener)
        }
    }

    private func serve(_ connection: Int32) {
        var buffer: [UInt8] = []
        while let request = readRequest(connection, &buffer) {
            log.withLock { $0.append(request) }
            switch reply(request) {
            case .answer(let status, let headers, let body):
                var head = "HTTP/1.1 \(status) Status\r\nContent-Length: \(body.count)\r\n"
                for (name, value) in headers { head += "\(name): \(value)\r\n" }
                guard write(connection, Array((head + "\r\n").utf8) + body) else { return }
            case .raw(let bytes):
                _ = write(connection, bytes)
                return
            case .hang:
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                return
            }
        }
    }

    private func readRequest(_ connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let headEnd = buffer.indices.first(where: { buffer[$0...].starts(with: end) }) {
                let lines = String(decoding: buffer[..<headEnd], as: UTF8.self).split(separator: "\r\n")
                let first = lines.first?.split(separator: " ") ?? []
                guard first.count == 3 else { return nil }
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
                }
                let length = headers["content-length"].flatMap { Int($0) } ?? 0
                while buffer.count < headEnd + 4 + length { guard receive(connection, &buffer) else { return nil } }
                var body = Array(buffer[(headEnd + 4)..<(headEnd + 4 + length)])
                if headers["content-encoding"] == "gzip" {
                    guard let plain = try? Gzip.decompressed(body, limit: 16 << 20) else { return nil }
                    body = plain
                }
                buffer.removeFirst(headEnd + 4 + length)
                return Request(method: String(first[0]), target: String(first[1]), headers: headers, body: body)
            }
            guard receive(connection, &buffer) else { return nil }
        }
    }

    private func receive(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = recv(connection, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    private func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

/// The server could not listen.
public struct ServerFailure: Error {
    /// Why.
    public var errno: Int32
}

private func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    pthread_create(
        &thread,
        nil,
        { context in
            if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        },
        box.toOpaque()
    )
    pthread_detach(thread)
}
