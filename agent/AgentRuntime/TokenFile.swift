internal import Glibc
internal import Spool

/// A file that holds one secret token and nothing else.
public struct TokenFile: Sendable {
    private static let limit = 4096

    /// The token.
    public let token: String
    /// Set when others than the owner may read the file: what to say about it.
    public let warning: String?

    /// Reads a token file.
    ///
    /// - Parameter path: the file; blanks and line ends around the token are taken off.
    /// - Throws: `AgentError` when it cannot be read or does not hold exactly one token.
    public init(_ path: String) throws(AgentError) {
        let bytes: [UInt8]
        do throws(SpoolError) { bytes = try DurableFile.read(path, limit: Self.limit) } catch {
            throw AgentError(code: .token, message: "no token: \(error.message)")
        }
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
        let token = bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        guard !token.isEmpty else {
            throw AgentError(code: .token, message: "no token: '\(path)' is empty")
        }
        // A token becomes part of a header line.
        guard token.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw AgentError(
                code: .token,
                message: "no token: '\(path)' holds more than one word or characters no token has"
            )
        }
        self.token = String(decoding: token, as: UTF8.self)
        var status = stat()
        let isOpen = stat(path, &status) == 0 && status.st_mode & 0o077 != 0
        warning = isOpen ? "others may read the token file '\(path)': chmod 600 it, or delete it now" : nil
    }
}
