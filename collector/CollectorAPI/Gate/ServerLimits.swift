/// How much the collector takes before it refuses; docs/security.md lists every value with its reason.
public struct ServerLimits: Sendable, Hashable {
    /// Requests a client may make: so many at once, and so many more a second.
    public struct Rate: Sendable, Hashable {
        /// Requests a second, in the long run.
        public var perSecond: Double
        /// Requests at once.
        public var burst: Double

        /// Makes a rate.
        public init(perSecond: Double, burst: Double) {
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    /// Seconds from the first byte of a request, or from the connection's start, to the end of its header.
    public var headerSeconds: Double = 10
    /// Bytes a second a body must come in at, on average over a window.
    public var minimumBodyBytesPerSecond = 1024
    /// Seconds of a window in which a body's bytes are counted.
    public var bodyWindowSeconds: Double = 10
    /// Seconds a client may leave a full answer unread, or go on sending a body that was answered already.
    public var stalledSeconds: Double = 120
    /// Seconds a connection may be kept without a request.
    public var idleSeconds: Double = 75
    /// Header fields of a request.
    public var headerFields = 64
    /// Bytes of a request's header.
    public var headerBytes = 16 << 10
    /// Connections in all.
    public var connections = 16_384
    /// Connections from one address.
    public var connectionsPerAddress = 256
    /// Requests worked on at a time; held polls are not counted.
    public var requestsInFlight = 512
    /// Bytes of bodies in memory at a time.
    public var bodyBytesInFlight = 256 << 20
    /// All requests of one address.
    public var addressRate = Rate(perSecond: 500, burst: 2000)
    /// Requests of one address that need no token or whose token was refused, and enrolments.
    public var publicRate = Rate(perSecond: 5, burst: 60)
    /// Requests of one token.
    public var tokenRate = Rate(perSecond: 100, burst: 1000)
    /// Whether rates and numbers hold for clients on this machine too.
    public var limitsLoopback = false

    /// The limits used unless told otherwise.
    public init() {}
}

/// Why something was refused.
enum Refusal: String, CaseIterable {
    case addressRate = "address_rate"
    case publicRate = "public_rate"
    case tokenRate = "token_rate"
    case requestsInFlight = "requests_in_flight"
    case bodyBytesInFlight = "body_bytes_in_flight"
    case connections
    case connectionsPerAddress = "connections_per_address"
    case slowHeader = "slow_header"
    case slowBody = "slow_body"
    case stalled
}
