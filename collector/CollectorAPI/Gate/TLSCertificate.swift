import Glibc
import NIOSSL
import Synchronization

/// The server's certificate and key, which can be exchanged while it serves.
public final class TLSCertificate: Sendable {
    /// Why files cannot be used; one line that says how to mend it.
    public struct Failure: Error, CustomStringConvertible {
        /// The line.
        public let description: String
    }

    private let certificateFile: String
    private let keyFile: String
    private let current: Mutex<NIOSSLContext>

    /// Reads certificate and key.
    ///
    /// - Parameters:
    ///   - certificateFile: PEM file of the server's certificate and those that lead from it to its authority.
    ///   - keyFile: PEM file of its key, not encrypted.
    /// - Throws: `Failure`.
    public init(certificateFile: String, keyFile: String) throws(Failure) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        current = Mutex(try Self.read(certificateFile, keyFile))
    }

    /// What new connections are encrypted with.
    var context: NIOSSLContext { current.withLock { $0 } }

    /// Reads the files again, for connections from now on; those open keep what they have.
    ///
    /// - Throws: `Failure`, and nothing is changed.
    public func reload() throws(Failure) {
        let context = try Self.read(certificateFile, keyFile)
        current.withLock { $0 = context }
    }

    private static func read(_ certificateFile: String, _ keyFile: String) throws(Failure) -> NIOSSLContext {
        try checkMode(keyFile)
        let chain: [NIOSSLCertificate]
        let key: NIOSSLPrivateKey
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        } catch { throw unreadable(certificateFile, "certificates in PEM") }
        guard let first = chain.first else { throw unreadable(certificateFile, "certificates in PEM") }
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch { throw unreadable(keyFile, "a private key in PEM without a passphrase") }
        guard first.notValidAfter > time(nil) else {
            throw Failure(description: "\(certificateFile): the certificate has expired; renew it")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure(description: "\(keyFile) is not the key of the certificate in \(certificateFile)")
        }
    }

    /// A key others can read is no secret; a group may, as Debian's ssl-cert does.
    private static func checkMode(_ file: String) throws(Failure) {
        var status = stat()
        guard stat(file, &status) == 0 else {
            throw Failure(description: "\(file): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & 0o027 == 0 else {
            throw Failure(description: "\(file): others can read or change the key; chmod 0640 or 0600 it")
        }
    }

    private static func unreadable(_ file: String, _ what: String) -> Failure {
        let cause = access(file, R_OK) == 0 ? "does not hold \(what)" : String(cString: strerror(errno))
        return Failure(description: "\(file): \(cause)")
    }
}
