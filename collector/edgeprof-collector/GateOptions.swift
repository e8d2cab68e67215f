import ArgumentParser
import CollectorAPI
import Glibc

/// Encryption, limits and proxies.
struct GateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "PEM file of the certificate and its chain; with it, the server speaks TLS.",
            valueName: "file"
        )
    )
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("PEM file of the certificate's key, mode 0600 or 0640.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Address of a proxy, or 10.0.0.0/8, whose X-Forwarded-For tells the client; may be repeated.",
            valueName: "address"
        ),
        transform: { text in
            guard let range = AddressRange(text) else {
                throw ValidationError("give an IP address, or one with a prefix length such as 10.0.0.0/8")
            }
            return range
        }
    )
    var trustedProxy: [AddressRange] = []

    @Option(help: ArgumentHelp("Connections in all.", valueName: "n"))
    var maxConnections = ServerLimits().connections

    @Option(help: ArgumentHelp("Connections from one address.", valueName: "n"))
    var maxConnectionsPerAddress = ServerLimits().connectionsPerAddress

    @Option(help: ArgumentHelp("Requests worked on at a time; waiting agents are not counted.", valueName: "n"))
    var maxRequests = ServerLimits().requestsInFlight

    @Option(help: ArgumentHelp("Requests a second of one address, in the long run.", valueName: "n"))
    var requestsPerAddress = ServerLimits().addressRate.perSecond

    @Option(help: ArgumentHelp("Requests a second of one token, in the long run.", valueName: "n"))
    var requestsPerToken = ServerLimits().tokenRate.perSecond

    @Flag(help: "Limit the rates and connections of clients on this machine too.")
    var limitLoopback = false

    @Flag(help: "Let clients on this machine read /metrics without a token.")
    var metricsOnLoopback = false

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        for (name, value) in [
            ("--max-connections", maxConnections), ("--max-connections-per-address", maxConnectionsPerAddress),
            ("--max-requests", maxRequests),
        ] where !(1...1_000_000).contains(value) {
            throw ValidationError("\(name) must be 1 to 1000000")
        }
        for (name, value) in [
            ("--requests-per-address", requestsPerAddress), ("--requests-per-token", requestsPerToken),
        ] where !(0.01...1_000_000).contains(value) {
            throw ValidationError("\(name) must be 0.01 to 1000000")
        }
    }

    /// The limits; a burst is the default's share of its rate.
    var limits: ServerLimits {
        var limits = ServerLimits()
        limits.connections = maxConnections
        limits.connectionsPerAddress = maxConnectionsPerAddress
        limits.requestsInFlight = maxRequests
        limits.addressRate = .init(perSecond: requestsPerAddress, burst: max(1, requestsPerAddress * 4))
        limits.tokenRate = .init(perSecond: requestsPerToken, burst: max(1, requestsPerToken * 10))
        limits.limitsLoopback = limitLoopback
        return limits
    }

    /// The certificate, read; nil without one.
    func certificate() throws -> TLSCertificate? {
        guard let tlsCertificate, let tlsKey else { return nil }
        do {
            return try TLSCertificate(certificateFile: tlsCertificate, keyFile: tlsKey)
        } catch { throw Failure(message: error.description) }
    }
}

/// Allows as many open files as the system lets this process have: each connection is one.
func raiseFileLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_max, 1 << 20)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
