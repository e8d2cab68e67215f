import CollectorStore
import EdgeprofAPI
import Foundation
import HTTPTransport
import ProcessTestSupport
import Testing

/// TLS of the program, met by the agent's own client.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs the openssl program"))
struct ServerTLSTests {
    /// A certificate for localhost that is its own authority.
    struct Identity {
        let certificate: String
        let key: String
        /// As curl writes the SHA-256 of a public key.
        let pin: String

        init(in folder: String, _ name: String) throws {
            certificate = folder + "/\(name).crt"
            key = folder + "/\(name).key"
            _ = try openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=\(name) "
                    + "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout \(key) -out \(certificate)"
            )
            chmod(key, 0o600)
            let spki = folder + "/\(name).der"
            _ = try openssl("pkey -in \(key) -pubout -outform DER -out \(spki)")
            let digest = try openssl("dgst -sha256 -binary \(spki)")
            pin = "sha256//" + digest.base64EncodedString()
        }

        /// Puts another's files in the place of this one's.
        func replace(certificate other: String? = nil, key otherKey: String? = nil) throws {
            for (from, to) in [(other, certificate), (otherKey, key)] {
                guard let from else { continue }
                try Data(contentsOf: URL(fileURLWithPath: from)).write(to: URL(fileURLWithPath: to))
            }
            chmod(key, 0o600)
        }
    }

    private func status(_ address: String, _ trust: TLSTrust) async -> Int? {
        // A new client makes a new connection.
        let transport = HTTPTransport(userAgent: "edgeprof-test/1", trust: trust)
        return try? await transport.send(HTTPRequest(url: address + "/healthz", timeoutSeconds: 10)).status
    }

    private func folder() throws -> (ProgramTests.Folder, token: String) {
        let folder = try ProgramTests.Folder()
        return (folder, try Program.run("init", "--data-dir", folder.data).standardOutput)
    }

    @Test func agentsTrustACertificateByItsAuthorityOrItsKeyAndNoOther() async throws {
        let (folder, _) = try folder()
        let (identity, other) = (try Identity(in: folder.path, "one"), try Identity(in: folder.path, "two"))
        let server = try ServingProcess(
            dataDirectory: folder.data,
            "--tls-certificate",
            identity.certificate,
            "--tls-key",
            identity.key
        )
        let address = server.caller.address
        #expect(address.hasPrefix("https://127.0.0.1:"))
        #expect(await status(address, TLSTrust(caFile: identity.certificate)) == 200)
        #expect(await status(address, TLSTrust(pin: identity.pin)) == 200)
        #expect(await status(address, TLSTrust(caFile: identity.certificate, pin: identity.pin)) == 200)
        #expect(await status(address, .system) == nil)
        #expect(await status(address, TLSTrust(caFile: other.certificate)) == nil)
        #expect(await status(address, TLSTrust(pin: other.pin)) == nil)
        #expect(await status(address.replacing("https:", with: "http:"), .system) == nil)
        let port = try #require(address.split(separator: ":").last)
        #expect(throws: (any Error).self) { try openssl("s_client -connect 127.0.0.1:\(port) -tls1_1 -brief") }
        _ = try openssl("s_client -connect 127.0.0.1:\(port) -tls1_2 -brief")
        _ = try openssl("s_client -connect 127.0.0.1:\(port) -tls1_3 -brief")
        #expect(server.end(SIGTERM) == 0)
    }

    @Test func hangupReadsTheCertificateAgainAndKeepsTheOldOneWhenTheNewIsBad() async throws {
        let (folder, _) = try folder()
        let (identity, other) = (try Identity(in: folder.path, "one"), try Identity(in: folder.path, "two"))
        let (oldPin, newPin) = (TLSTrust(pin: identity.pin), TLSTrust(pin: other.pin))
        let server = try ServingProcess(
            dataDirectory: folder.data,
            "--tls-certificate",
            identity.certificate,
            "--tls-key",
            identity.key
        )
        let address = server.caller.address
        // Kept open over what follows: connections keep what they have.
        let kept = HTTPTransport(userAgent: "edgeprof-test/1", trust: oldPin)
        #expect(try await kept.send(HTTPRequest(url: address + "/healthz", timeoutSeconds: 10)).status == 200)
        let bad: [() throws -> Void] = [
            { try identity.replace(certificate: other.certificate) },
            { try Data().write(to: URL(fileURLWithPath: identity.certificate)) },
            { chmod(identity.key, 0o644) },
            { unlink(identity.certificate) },
        ]
        let sound = (certificate: folder.path + "/kept.crt", key: folder.path + "/kept.key")
        try FileManager.default.copyItem(atPath: identity.certificate, toPath: sound.certificate)
        try FileManager.default.copyItem(atPath: identity.key, toPath: sound.key)
        for spoil in bad {
            try spoil()
            server.signal(SIGHUP)
            try await Task.sleep(for: .milliseconds(200))
            #expect(await status(address, oldPin) == 200)
            try identity.replace(certificate: sound.certificate, key: sound.key)
        }
        try identity.replace(certificate: other.certificate, key: other.key)
        server.signal(SIGHUP)
        let deadline = ContinuousClock.now + .seconds(10)
        while await status(address, newPin) != 200, .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        #expect(await status(address, newPin) == 200)
        #expect(await status(address, oldPin) == nil)
        #expect(try await kept.send(HTTPRequest(url: address + "/healthz", timeoutSeconds: 10)).status == 200)
        #expect(server.end(SIGTERM) == 0)
    }

    @Test func badFilesKeepItFromStarting() throws {
        let (folder, _) = try folder()
        let (one, two) = (try Identity(in: folder.path, "one"), try Identity(in: folder.path, "two"))
        func refusal(_ certificate: String, _ key: String) throws -> String {
            let output = try Program.run(
                "serve",
                "--data-dir",
                folder.data,
                "--port",
                "0",
                "--tls-certificate",
                certificate,
                "--tls-key",
                key
            )
            #expect(output.code == 1)
            return output.standardError
        }
        #expect(try refusal(one.certificate, two.key).contains("is not the key of the certificate"))
        #expect(try refusal(one.key, one.key).contains("does not hold certificates in PEM"))
        #expect(try refusal(one.certificate, one.certificate).contains(one.certificate))
        #expect(try refusal(folder.path + "/none", one.key).contains("No such file"))
        chmod(one.key, 0o644)
        #expect(try refusal(one.certificate, one.key).contains("chmod 0640"))
        let half = try Program.run("serve", "--data-dir", folder.data, "--tls-key", one.key)
        #expect(half.code == 2)
    }
}

/// Runs openssl; what it wrote to standard output.
@discardableResult
func openssl(_ arguments: String) throws -> Data {
    let words = arguments.split(separator: " ").map(String.init)
    let (data, code) = try TestProcess.run("/usr/bin/openssl", words, errors: .null)
    guard code == 0 else { throw POSIXError(.EIO) }
    return data
}
