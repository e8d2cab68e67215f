import Glibc

/// A host and port to listen on, looked up and tried before the server starts.
struct ListenAddress {
    let host: String
    let port: Int
    private let family: Int32
    private let address: [UInt8]

    /// Looks the host up.
    ///
    /// - Throws: `Failure` when it names no address of this machine's families.
    init(host: String, port: Int) throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0, let first = list?.pointee, let bytes = first.ai_addr else {
            throw Failure(message: "cannot find host \(host): \(String(cString: gai_strerror(code)))")
        }
        self.host = host
        self.port = port
        family = first.ai_family
        // getaddrinfo vouches for ai_addrlen bytes at ai_addr.
        address = Array(UnsafeRawBufferPointer(start: bytes, count: Int(first.ai_addrlen)))
    }

    /// Whether only this machine can reach it: 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        switch family {
        case AF_INET:
            return address.count >= 8 && address[4] == 127
        case AF_INET6:
            return address.count >= 24 && address[8..<23].allSatisfy { $0 == 0 } && address[23] == 1
        default:
            return false
        }
    }

    /// The address in a URL, for the port that was given or taken.
    func url(scheme: String, port: Int) -> String {
        scheme + "://" + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }

    /// Binds and lets go again, for a clearer word than the server has when it cannot.
    ///
    /// - Throws: `Failure` that says why the address cannot be listened on.
    func tryBinding() throws {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let result = address.withUnsafeBytes { bytes in
            guard let start = bytes.bindMemory(to: sockaddr.self).baseAddress else { return Int32(-1) }
            return bind(descriptor, start, socklen_t(bytes.count))
        }
        guard result == 0 else { throw failure() }
    }

    private func failure() -> Failure {
        let cause = errno
        let reason = String(cString: strerror(cause))
        let remedy =
            switch cause {
            case EADDRINUSE: "; stop what listens there, or choose another with --port"
            case EACCES: "; ports below 1024 need root, choose another with --port"
            case EADDRNOTAVAIL: "; this machine has no such address, choose another with --host"
            default: ""
            }
        return Failure(message: "cannot listen on \(host):\(port): \(reason)\(remedy)")
    }
}
