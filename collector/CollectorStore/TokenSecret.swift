import Crypto
public import EdgeprofAPI

/// A bearer token: 256 random bits behind a prefix that tells people and secret scanners what it is.
///
/// `edgeprof_<role>_<64 hexadecimal digits>`. Printing or logging one by accident shows the prefix only; `text` is the
/// whole of it.
public struct TokenSecret: Sendable, CustomStringConvertible, CustomReflectable {
    /// What the client sends after `Bearer `.
    public let text: String

    /// Makes a new token from the system's randomness.
    public init(role: TokenRole) {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<4).map { _ in
            let word = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - word.count) + word
        }
        text = "edgeprof_\(role.rawValue)_" + digits.joined()
    }

    /// What the store keeps of the token.
    public var hash: TokenHash { TokenHash(of: text) }

    /// The prefix, without the secret.
    public var description: String { text.prefix { $0 != "_" } + "_…" }

    /// Hides the secret from `dump`.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The SHA-256 of a bearer token, which is all the store knows of it.
///
/// A plain hash is enough where the secret has 256 random bits: there is nothing to guess that a slow hash would guard.
public struct TokenHash: Sendable, Hashable {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// Hashes what a client sent, whatever it is.
    public init(of text: String) {
        bytes = Array(SHA256.hash(data: Array(text.utf8)))
    }
}
