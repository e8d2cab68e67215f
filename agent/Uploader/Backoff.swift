/// How long to wait before trying again: exponential, capped, with full jitter, without end.
///
/// The wait after the nth failure is uniform in 0...min(cap, base * 2^(n-1)), so that a fleet whose collector comes back does
/// not come back as one (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
public struct Backoff: Sendable, Hashable {
    /// The longest wait after the first failure.
    public var base: Duration
    /// The longest wait ever, but for what the server asks.
    public var cap: Duration
    /// The longest wait a server may ask for.
    public var serverCap: Duration
    private var failures = 0

    /// Makes a backoff without failures.
    ///
    /// - Parameters:
    ///   - base: the longest wait after the first failure.
    ///   - cap: the longest wait.
    ///   - serverCap: the longest wait a server may ask for.
    public init(base: Duration = .seconds(1), cap: Duration = .seconds(60), serverCap: Duration = .seconds(3600)) {
        self.base = base
        self.cap = cap
        self.serverCap = serverCap
    }

    /// Counts a failure.
    ///
    /// - Parameters:
    ///   - serverWaitSeconds: what the server asked to wait; the jitter comes on top of it.
    ///   - generator: where the jitter comes from.
    /// - Returns: how long to wait.
    public mutating func fail(
        serverWaitSeconds: Int? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        // 2^30 times any base is beyond any cap.
        failures = min(failures + 1, 30)
        let longest = min(cap, base * (1 << (failures - 1)))
        let asked = Duration.seconds(min(max(0, serverWaitSeconds ?? 0), 1 << 30))
        return min(asked, serverCap) + longest * Double.random(in: 0...1, using: &generator)
    }

    /// Forgets all failures.
    public mutating func reset() {
        failures = 0
    }
}
