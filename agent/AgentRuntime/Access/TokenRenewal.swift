internal import EdgeprofAPI

/// Decides when the agent needs another access token; asks nobody itself.
///
/// Only the monotonic clock counts: a box whose time of day is off by a day is not locked out.
struct TokenRenewal: Sendable {
    /// What to do for a request.
    enum Step: Sendable, Hashable {
        /// Send this token.
        case use(String)
        /// Ask for a new one; should that fail, the old one may still do.
        case renew(fallback: String?)
        /// Send nothing: the collector said no, and is not asked again before so many seconds are over.
        case refuse(Denial, seconds: Int)
    }

    /// Why the collector gives no token.
    enum Denial: String, Sendable, CaseIterable {
        /// An administrator has not approved the agent yet.
        case pending
        /// An administrator has revoked it.
        case revoked
        /// The collector does not know the agent, or knows another key.
        case notSigned
    }

    private struct Held: Sendable {
        var token: String
        var renewAt: ContinuousClock.Instant
        var endsAt: ContinuousClock.Instant
    }

    /// Lifetimes beyond are not believed.
    private static let longestLifetimeSeconds = 30 * 86_400
    /// Waits that a collector may ask for after a denial, and the one when it does not.
    private static let denialSeconds = (least: 1, most: 7200)

    private var held: Held?
    private var denial: (reason: Denial, until: ContinuousClock.Instant)?

    /// Decides for a request.
    func next(now: ContinuousClock.Instant) -> Step {
        if let denial, now < denial.until {
            return .refuse(denial.reason, seconds: Self.wholeSeconds(denial.until - now))
        }
        guard let held, now < held.endsAt else { return .renew(fallback: nil) }
        return now < held.renewAt ? .use(held.token) : .renew(fallback: held.token)
    }

    /// Takes in a new token.
    ///
    /// - Parameters:
    ///   - token: the token.
    ///   - lifetimeSeconds: what the collector says it lives.
    ///   - asked: when it was asked for, so that a slow answer does not prolong its life.
    ///   - generator: where the moment of renewal comes from: between half and nine tenths of the lifetime, so that a
    ///     fleet does not renew as one.
    mutating func granted(
        _ token: String,
        lifetimeSeconds: Int,
        asked: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) {
        let lifetime = Duration.seconds(min(max(lifetimeSeconds, 1), Self.longestLifetimeSeconds))
        denial = nil
        held = Held(
            token: token,
            renewAt: asked + lifetime * Double.random(in: 0.5...0.9, using: &generator),
            endsAt: asked + lifetime
        )
    }

    /// Takes in that a token was not accepted: it is not sent again.
    mutating func refused(_ token: String) {
        // Another request may have renewed it meanwhile.
        if held?.token == token { held = nil }
    }

    /// Takes in that the collector gives no token; the wait is between half and all of what it asks for.
    mutating func denied(
        _ reason: Denial,
        retryAfterSeconds: Int?,
        now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) {
        let usual = reason == .pending ? 30 : 3600
        let (least, most) = Self.denialSeconds
        let seconds = min(max(retryAfterSeconds ?? usual, least), most)
        held = nil
        denial = (reason, now + Duration.seconds(seconds) * Double.random(in: 0.5...1, using: &generator))
    }

    /// Takes in that there was no answer: a token still good is used a while before asking again.
    mutating func failed(now: ContinuousClock.Instant) {
        guard let held, now < held.endsAt else { return }
        self.held?.renewAt = min(held.endsAt, now + (held.endsAt - now) * 0.25)
    }

    private static func wholeSeconds(_ duration: Duration) -> Int {
        max(1, Int((duration / .seconds(1)).rounded(.up)))
    }
}
