import Foundation
import HTTPTransport
import ProcessTestSupport
import Testing

/// TLS against `openssl s_server` with a certificate nobody trusts.
@Suite struct TLSTests {
    private static let openssl = "/usr/bin/openssl"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: openssl), "needs the openssl program"))
    func anUntrustedCertificateIsRefused() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "edgeprof-tls-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (key, certificate) = (folder.appending(path: "key.pem").path, folder.appending(path: "cert.pem").path)
        let maker = try start(
            "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout \(key) -out \(certificate)"
        )
        try #require(maker.wait() == 0)

        let output = Pipe()
        let server = try start(
            "s_server -accept 127.0.0.1:0 -www -key \(key) -cert \(certificate)",
            output: .pipe(output)
        )
        defer { server.end() }
        // It prints "ACCEPT 127.0.0.1:PORT" once it listens.
        var text = ""
        while !text.contains("ACCEPT "), server.isRunning {
            text += try String(decoding: output.fileHandleForReading.nextData(), as: UTF8.self)
        }
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") })
        let port = try #require(line.split(separator: ":").last)

        let transport = HTTPTransport(userAgent: "edgeprof-test/1")
        do throws(HTTPTransportError) {
            let answer = try await transport.send(HTTPRequest(url: "https://127.0.0.1:\(port)/", timeoutSeconds: 10))
            Issue.record("answered \(answer.status)")
        } catch {
            #expect(error.code == .tls)
            #expect(error.message.contains("certificate"))
        }
    }

    private func start(_ arguments: String, output: TestProcess.Stream = .null) throws -> TestProcess {
        try TestProcess(
            Self.openssl,
            arguments.split(separator: " ").map(String.init),
            output: output,
            errors: .null
        )
    }
}
