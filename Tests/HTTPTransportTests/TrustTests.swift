import Foundation
import HTTPTransport
import ProcessTestSupport
import Testing

/// By what a server is known: against `openssl s_server` with certificates of an authority made here.
@Suite(.serialized, .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs openssl"))
struct TrustTests {
    private final class Authority {
        let folder: String
        private var servers: [TestProcess] = []

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "edgeprof-trust-\(UUID())").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try run("req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=ca -keyout ca.key -out ca.pem")
        }

        deinit {
            for server in servers { server.end() }
            try? FileManager.default.removeItem(atPath: folder)
        }

        var caFile: String { folder + "/ca.pem" }

        /// Starts a server with a certificate for a name; expired since yesterday where asked for.
        func serve(_ name: String, expired: Bool = false) throws -> (port: String, pin: String) {
            try run("req -newkey rsa:2048 -nodes -subj /CN=\(name) -keyout \(name).key -out \(name).csr")
            try "subjectAltName=\(name.first?.isNumber == true ? "IP" : "DNS"):\(name)".write(
                toFile: "\(folder)/\(name).ext",
                atomically: true,
                encoding: .utf8
            )
            let days = expired ? "-days -1" : "-days 9"
            try run(
                "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial \(days) -extfile \(name).ext "
                    + "-out \(name).pem"
            )
            try run("rsa -in \(name).key -pubout -outform DER -out \(name).pub")
            try run("dgst -sha256 -binary -out \(name).hash \(name).pub")
            let hash = try Data(contentsOf: URL(filePath: "\(folder)/\(name).hash"))
            let output = Pipe()
            let server = try start(
                "s_server -accept 127.0.0.1:0 -www -key \(name).key -cert \(name).pem",
                output: .pipe(output)
            )
            servers.append(server)
            var text = ""
            while !text.contains("ACCEPT "), server.isRunning {
                text += try String(decoding: output.fileHandleForReading.nextData(), as: UTF8.self)
            }
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") })
            return (String(try #require(line.split(separator: ":").last)), "sha256//" + hash.base64EncodedString())
        }

        private func run(_ arguments: String) throws {
            try #require(try start(arguments, output: .null).wait() == 0, "openssl \(arguments)")
        }

        private func start(_ arguments: String, output: TestProcess.Stream) throws -> TestProcess {
            try TestProcess(
                "/usr/bin/openssl",
                arguments.split(separator: " ").map(String.init),
                directory: folder,
                output: output,
                errors: .null
            )
        }
    }

    private static let otherPin = "sha256//" + Data(repeating: 1, count: 32).base64EncodedString()

    /// nil when the server was taken for the right one.
    private func refusal(_ port: String, _ trust: TLSTrust) async -> HTTPTransportError? {
        let transport = HTTPTransport(userAgent: "edgeprof-test/1", trust: trust)
        do throws(HTTPTransportError) {
            let answer = try await transport.send(HTTPRequest(url: "https://127.0.0.1:\(port)/", timeoutSeconds: 10))
            #expect(answer.status == 200)
            return nil
        } catch { return error }
    }

    @Test func theRightAuthorityOrTheRightKeyIsNeededAndEnough() async throws {
        let authority = try Authority()
        let (port, pin) = try authority.serve("127.0.0.1")
        let other = try Authority()
        #expect(await refusal(port, TLSTrust(caFile: authority.caFile)) == nil)
        #expect(await refusal(port, TLSTrust(pin: pin)) == nil)
        #expect(await refusal(port, TLSTrust(pin: Self.otherPin + ";" + pin)) == nil)
        #expect(await refusal(port, TLSTrust(caFile: authority.caFile, pin: pin)) == nil)
        for trust in [
            .system, TLSTrust(caFile: other.caFile), TLSTrust(pin: Self.otherPin),
            TLSTrust(caFile: authority.caFile, pin: Self.otherPin), TLSTrust(caFile: other.caFile, pin: pin),
            TLSTrust(caFile: "/nowhere"), TLSTrust(pin: ""), TLSTrust(pin: "/etc/passwd"),
        ] {
            #expect(await refusal(port, trust)?.code == .tls, "\(trust)")
        }
    }

    @Test func aCertificateForAnotherNameIsRefused() async throws {
        let authority = try Authority()
        let (port, pin) = try authority.serve("elsewhere.example")
        #expect(await refusal(port, TLSTrust(caFile: authority.caFile))?.code == .tls)
        #expect(await refusal(port, TLSTrust(pin: pin))?.code == .tls)
        #expect(await refusal(port, TLSTrust(caFile: authority.caFile, pin: pin))?.code == .tls)
    }

    /// A pin alone names the key, whatever its certificate's dates: a fleet must not fall silent on a day in the calendar.
    @Test func anExpiredCertificateIsRefusedUnlessItsKeyIsPinned() async throws {
        let authority = try Authority()
        let (port, pin) = try authority.serve("127.0.0.1", expired: true)
        #expect(await refusal(port, TLSTrust(caFile: authority.caFile))?.code == .tls)
        #expect(await refusal(port, TLSTrust(caFile: authority.caFile, pin: pin))?.code == .tls)
        #expect(await refusal(port, TLSTrust(pin: pin)) == nil)
    }

    @Test func pinsAreToldFromFileNames() {
        #expect(TLSTrust.isPin(Self.otherPin) && TLSTrust.isPin(Self.otherPin + ";" + Self.otherPin))
        for text in ["", ";", "key.pem", "sha256//", "sha256//AAAA", "sha1//" + Self.otherPin, Self.otherPin + ";"] {
            #expect(!TLSTrust.isPin(text), "\(text)")
        }
    }
}
