import Glibc

/// One HTTP/1.1 connection that is kept alive; blocking, for a thread of its own.
struct Connection: ~Copyable {
    struct Failure: Error { var what: String }

    struct Answer {
        var status = 0
        var retryAfterSeconds: Int?
        var body: [UInt8] = []
        var closes = false
    }

    private let descriptor: Int32
    private let tls: TLSSession?
    private var pending: [UInt8] = []

    init(_ server: Server) throws {
        try self.init(port: server.port, tls: server.tls.map(TLSSession.init))
    }

    private init(port: UInt16, tls: TLSSession?) throws {
        self.tls = tls
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(what: "socket: \(errno)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let cause = errno
            close(descriptor)
            throw Failure(what: "connect: \(cause)")
        }
    }

    deinit {
        if let last = tls?.finish(), !last.isEmpty { _ = Glibc.send(descriptor, last, last.count, Int32(MSG_NOSIGNAL)) }
        close(descriptor)
    }

    mutating func send(
        _ method: String,
        _ path: String,
        token: String?,
        body: [UInt8] = [],
        isGzip: Bool = false
    ) throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        if isGzip { head += "Content-Encoding: gzip\r\n" }
        if method != "GET" { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        var bytes = Array((head + "\r\n").utf8)
        bytes += body
        if let tls {
            tls.write(bytes)
            try transmit(tls.outbound())
        } else {
            try transmit(bytes)
        }
        return try answer()
    }

    private func transmit(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[sent...])
                return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(what: "send: \(errno)") }
            sent += count
        }
    }

    private mutating func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw Failure(what: count == 0 ? "closed" : "recv: \(errno)") }
        guard let tls else {
            pending += chunk[..<count]
            return
        }
        pending += try tls.read(chunk[..<count])
        try transmit(tls.outbound())
    }

    private mutating func answer() throws -> Answer {
        var end = 0
        while true {
            if let found = Self.endOfHead(pending) {
                end = found
                break
            }
            try fill()
        }
        var answer = Answer()
        var length = 0
        for (index, line) in String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n").enumerated() {
            if index == 0 {
                answer.status = Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
                continue
            }
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == " " }
            switch parts[0].lowercased() {
            case "content-length": length = Int(value) ?? 0
            case "retry-after": answer.retryAfterSeconds = Int(value)
            case "connection": answer.closes = value.lowercased() == "close"
            default: break
            }
        }
        while pending.count < end + length { try fill() }
        answer.body = Array(pending[end..<(end + length)])
        pending.removeFirst(end + length)
        return answer
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 0...(bytes.count - 4)
        where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10 {
            return index + 4
        }
        return nil
    }
}
