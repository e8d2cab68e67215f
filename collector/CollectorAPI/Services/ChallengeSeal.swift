import CollectorStore
import Crypto
import EdgeprofAPI
import Foundation

/// Makes the challenges agents sign, and knows them again without having kept them.
///
/// A challenge is a random number, the moment it expires at by the collector's clock, and an HMAC of both with the store's
/// secret. Any collector of the store accepts it; that it is used once is the store's business.
struct ChallengeSeal: Sendable {
    /// How long a challenge may be signed.
    static let lifetimeMilliseconds: Int64 = 120_000
    private static let nonceCount = 16
    private static let bodyCount = nonceCount + 8
    private static let purpose = Data("edgeprof-challenge-v1".utf8)

    private let key: SymmetricKey

    init(secret: [UInt8]) { key = SymmetricKey(data: secret) }

    /// A new challenge.
    func challenge(at now: Timestamp) -> String {
        var generator = SystemRandomNumberGenerator()
        var body = Data((0..<Self.nonceCount).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let expiry = UInt64(bitPattern: now.millisecondsSinceEpoch &+ Self.lifetimeMilliseconds)
        body += (0..<8).map { UInt8(truncatingIfNeeded: expiry >> (56 - 8 * $0)) }
        return (body + HMAC<SHA256>.authenticationCode(for: Self.purpose + body, using: key)).base64EncodedString()
    }

    /// What a challenge says; nil when it is not ours, was changed, or has expired.
    func opened(_ challenge: String, at now: Timestamp) -> UsedChallenge? {
        guard challenge.utf8.count <= 128, let bytes = Data(base64Encoded: challenge),
            bytes.count == Self.bodyCount + SHA256.byteCount
        else { return nil }
        let body = Data(bytes.prefix(Self.bodyCount))
        let code = Data(bytes.dropFirst(Self.bodyCount))
        // Compares in constant time.
        guard HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Self.purpose + body, using: key) else {
            return nil
        }
        let expiry = Int64(bitPattern: body.dropFirst(Self.nonceCount).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        // An expiry further off than any challenge's was made by a clock that has been set back since.
        let (left, overflow) = expiry.subtractingReportingOverflow(now.millisecondsSinceEpoch)
        guard !overflow, left > 0, left <= Self.lifetimeMilliseconds else { return nil }
        return UsedChallenge(
            nonce: Array(body.prefix(Self.nonceCount)),
            expiresAt: Timestamp(millisecondsSinceEpoch: expiry)
        )
    }
}
