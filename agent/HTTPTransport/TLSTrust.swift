/// By what a server is known to be the right one, over and above the system's certificate authorities.
///
/// Verification is never off: without either, the system's authorities vouch for the server.
public struct TLSTrust: Codable, Sendable, Hashable {
    /// PEM file of the only certificate authorities that count.
    public var caFile: String?
    /// SHA-256 of the server's public key as curl writes it, `sha256//` and base64; several are separated by `;`.
    ///
    /// Without a CA file it stands in for the authorities: the key itself is known, and the host name is checked.
    /// With one, both are checked.
    public var pin: String?

    /// Trusts the system's authorities.
    public static let system = TLSTrust()

    /// Makes a trust.
    ///
    /// - Parameters:
    ///   - caFile: PEM file of certificate authorities.
    ///   - pin: `sha256//` and base64.
    public init(caFile: String? = nil, pin: String? = nil) {
        self.caFile = caFile
        self.pin = pin
    }

    /// Whether a text is one pin or several: anything else libcurl would take for the name of a key file.
    ///
    /// - Parameter text: the text.
    /// - Returns: whether each part is `sha256//` and the base64 of 32 bytes.
    public static func isPin(_ text: String) -> Bool {
        text.split(separator: ";", omittingEmptySubsequences: false).allSatisfy { part in
            guard part.hasPrefix("sha256//") else { return false }
            let base64 = part.dropFirst("sha256//".count).utf8
            return base64.count == 44 && base64.last == UInt8(ascii: "=")
                && base64.dropLast().allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                        || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
                }
        }
    }
}
