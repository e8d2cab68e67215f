internal import Crypto
internal import FoundationEssentials

/// The Ed25519 key an agent proves itself with.
struct AgentKeyPair: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// Makes a new key from the system's randomness.
    init() { key = Curve25519.Signing.PrivateKey() }

    /// Reads a key; nil for anything but one.
    ///
    /// - Parameter privateKey: 32 bytes as base64.
    init?(privateKey: String) {
        guard let bytes = Data(base64Encoded: privateKey),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { return nil }
        self.key = key
    }

    /// The secret: 32 bytes as base64.
    var privateKey: String { key.rawRepresentation.base64EncodedString() }

    /// The public key: 32 bytes as base64.
    var publicKey: String { key.publicKey.rawRepresentation.base64EncodedString() }

    /// `SHA256:` and the base64 of the public key's hash: what people compare before they approve an agent.
    var fingerprint: String {
        let hash = Data(SHA256.hash(data: key.publicKey.rawRepresentation)).base64EncodedString()
        return "SHA256:" + hash.prefix { $0 != "=" }
    }

    /// Signs a text.
    ///
    /// - Returns: 64 bytes as base64; nil when the system's randomness fails.
    func signature(of text: String) -> String? {
        (try? key.signature(for: Data(text.utf8)))?.base64EncodedString()
    }
}
