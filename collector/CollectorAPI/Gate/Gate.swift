import Hummingbird
import Synchronization

/// What stands before the routes: who asks, how often, and whether there is room.
final class Gate: Sendable {
    /// Seconds after which a client that found no room should ask again.
    private static let retrySeconds = 2

    let limits: ServerLimits
    let connections: ConnectionTable
    private let trustedProxies: [AddressRange]
    private let addresses: RateLimiter<[UInt8]>
    private let publicRequests: RateLimiter<[UInt8]>
    private let tokens: RateLimiter<String>
    private let bodyBytes = Atomic(0)
    private let work = Atomic(0)
    private let held = Atomic(0)
    let refusals = RefusalCounter()

    init(limits: ServerLimits = ServerLimits(), trustedProxies: [AddressRange] = []) {
        self.limits = limits
        self.trustedProxies = trustedProxies
        addresses = RateLimiter(limits.addressRate)
        publicRequests = RateLimiter(limits.publicRate)
        tokens = RateLimiter(limits.tokenRate)
        connections = ConnectionTable(limits, trustedProxies, refusals)
    }

    /// Requests being worked on now, without those held.
    var requestsInFlight: Int { work.load(ordering: .relaxed) }
    /// Polls held now.
    var heldRequests: Int { held.load(ordering: .relaxed) }

    /// Who sent a request: the connection's other end or, where that is a proxy that is trusted, whom it names.
    ///
    /// Each proxy appends whom it was asked by, so the last address that is no trusted proxy is the client's; whatever
    /// stands before it the client may have made up.
    func client(peer: ClientAddress?, forwardedFor: [String]) -> ClientAddress? {
        guard let peer, isTrusted(peer) else { return peer }
        var client = peer
        for text in forwardedFor.joined(separator: ",").split(separator: ",").suffix(32).reversed() {
            guard let address = ClientAddress(text.filter { $0 != " " }) else { break }
            client = address
            if !isTrusted(address) { break }
        }
        return client
    }

    /// Counts a request of an address.
    ///
    /// - Throws: `HTTPProblem` 429 when it had too many.
    func admit(address: ClientAddress?) throws {
        guard let address, isLimited(address), let wait = addresses.take(address.limitKey) else { return }
        throw tooMany(.addressRate, "this address sends too many requests", wait)
    }

    /// Counts a request that no token vouches for, or that enrols.
    func admitStranger(_ address: ClientAddress?) throws {
        guard let address, isLimited(address), let wait = publicRequests.take(address.limitKey) else { return }
        throw tooMany(.publicRate, "this address sends too many requests without a token's word", wait)
    }

    /// Counts a request of a token.
    func admit(token id: String, from address: ClientAddress?) throws {
        // No address is a test without a socket.
        guard let address, isLimited(address), let wait = tokens.take(id) else { return }
        throw tooMany(.tokenRate, "this token sends too many requests", wait)
    }

    /// Room for one more request.
    ///
    /// - Throws: `HTTPProblem` 503 when too many are under way.
    func slot() throws -> RequestSlot {
        guard work.wrappingAdd(1, ordering: .relaxed).newValue <= limits.requestsInFlight else {
            work.wrappingSubtract(1, ordering: .relaxed)
            throw busy(.requestsInFlight)
        }
        return RequestSlot(self)
    }

    /// Memory for a body, which `returnMemory` gives back.
    func reserveMemory(bytes: Int) throws {
        guard bytes > 0 else { return }
        guard bodyBytes.wrappingAdd(bytes, ordering: .relaxed).newValue <= limits.bodyBytesInFlight else {
            returnMemory(bytes: bytes)
            throw busy(.bodyBytesInFlight)
        }
    }

    func returnMemory(bytes: Int) { bodyBytes.wrappingSubtract(bytes, ordering: .relaxed) }

    fileprivate func leave(held isHeld: Bool) {
        if isHeld {
            held.wrappingSubtract(1, ordering: .relaxed)
        } else {
            work.wrappingSubtract(1, ordering: .relaxed)
        }
    }

    fileprivate func hold() {
        work.wrappingSubtract(1, ordering: .relaxed)
        held.wrappingAdd(1, ordering: .relaxed)
    }

    private func isTrusted(_ address: ClientAddress) -> Bool { trustedProxies.contains { $0.contains(address) } }

    private func isLimited(_ address: ClientAddress) -> Bool { limits.limitsLoopback || !address.isLoopback }

    private func tooMany(_ refusal: Refusal, _ detail: String, _ wait: Double) -> HTTPProblem {
        refusals.count(refusal)
        // A rate of next to nothing makes a wait without end.
        let seconds = Int(min(3600, wait).rounded(.up))
        return HTTPProblem(.tooManyRequests, "\(detail); wait \(seconds) s", headers: [.retryAfter: "\(seconds)"])
    }

    private func busy(_ refusal: Refusal) -> HTTPProblem {
        refusals.count(refusal)
        return HTTPProblem(
            .serviceUnavailable,
            "the collector has all the work it can do; try again",
            headers: [.retryAfter: "\(Self.retrySeconds)"]
        )
    }
}

/// A request's place among those worked on.
final class RequestSlot: Sendable {
    private enum State { case working, held, left }

    /// That of the request the current task answers.
    @TaskLocal static var current: RequestSlot?

    private let gate: Gate
    private let state = Mutex(State.working)

    fileprivate init(_ gate: Gate) { self.gate = gate }

    /// Makes room for others: from now on the request only waits.
    func hold() {
        let changed = state.withLock { state in
            guard state == .working else { return false }
            state = .held
            return true
        }
        if changed { gate.hold() }
    }

    /// Gives the place back; once.
    func leave() {
        let before = state.withLock { state in
            defer { state = .left }
            return state
        }
        if before != .left { gate.leave(held: before == .held) }
    }
}

/// How often each limit refused something.
final class RefusalCounter: Sendable {
    private let counts = Mutex<[Refusal: Int]>([:])

    func count(_ refusal: Refusal) { counts.withLock { $0[refusal, default: 0] += 1 } }

    subscript(_ refusal: Refusal) -> Int { counts.withLock { $0[refusal, default: 0] } }
}
