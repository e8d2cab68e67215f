import EdgeprofAPI
import Foundation
import ProcessTestSupport
import Testing

/// Approval, renewal, revocation and TLS with real processes.
@Suite(.serialized) struct AgentAccessTests {
    private func succeed(_ result: Programs.Result, location: SourceLocation = #_sourceLocation) throws {
        try #require(result.status == 0, "\(result.errors)\(result.output)", sourceLocation: location)
    }

    private func text(_ name: String, _ collector: Collector) -> String {
        (try? String(contentsOfFile: collector.folder.path(name), encoding: .utf8)) ?? ""
    }

    private func eventually(seconds: Int, _ condition: () throws -> Bool) throws -> Bool {
        for _ in 0..<(seconds * 10) {
            if try condition() { return true }
            Thread.sleep(forTimeInterval: 0.1)
        }
        return false
    }

    /// Enrols an agent called `box` and returns what was printed.
    private func enroll(_ collector: Collector, _ url: String, _ token: [String], _ more: [String] = []) throws
        -> Programs.Result
    {
        let file = collector.folder.path("enrol-\(UUID().uuidString)")
        let create = ["tokens", "create", "--role", "enrollment", "--output", file] + token
        try succeed(
            Programs.run("edgeprof", create, environment: ["XDG_CONFIG_HOME": collector.folder.path("config")])
        )
        return try Programs.run(
            "edgeprof-agent",
            [
                "enroll", "--collector", url, "--token-file", file, "--state-dir", collector.folder.path("box"),
                "--name", "box",
            ] + more
        )
    }

    private func run(_ collector: Collector) throws -> TestProcess {
        try Programs.start(
            "edgeprof-agent",
            ["run", "--state-dir", collector.folder.path("box"), "--startup-jitter", "0"],
            log: try collector.folder.newFile("box.log")
        )
    }

    private func agent(_ collector: Collector) throws -> AgentRecord {
        let list = try collector.edgeprof("agents", "list")
        return try #require(
            try JSONDecoder().decode(AgentList.self, from: Data(list.output.utf8)).agents.first { $0.name == "box" }
        )
    }

    private func requests(_ collector: Collector, ending: String) -> Int {
        text("log", collector).split(separator: "\n").filter { $0.contains(ending) }.count
    }

    @Test func approvedItWorksAndRevokedItIsToldAndStopsAsking() throws {
        let collector = try Collector(serving: ["--log-level", "debug"])
        defer { collector.stop() }
        let enrolled = try enroll(collector, collector.url, ["--pending"])
        try succeed(enrolled)
        let pending = try agent(collector)
        #expect(pending.status == .pending)
        let fingerprint = try #require(pending.keyFingerprint)
        #expect(enrolled.output.contains("edgeprof agents approve \(pending.id)"))
        #expect(enrolled.output.contains(fingerprint))

        let process = try run(collector)
        defer { process.end() }
        #expect(try eventually(seconds: 30) { text("box.log", collector).contains("agents approve \(pending.id)") })
        try succeed(collector.edgeprof("agents", "approve", pending.id))
        try succeed(collector.edgeprof("agents", "label", pending.id, "kind=test"))
        let job = try collector.edgeprof(
            "jobs",
            "create",
            "shufflenet_v2_x0_5",
            "--duration",
            "200ms",
            "--label",
            "kind=test"
        )
        try succeed(job)
        let id = try JSONDecoder().decode(JobRecord.self, from: Data(job.output.utf8)).id
        try succeed(collector.edgeprof("jobs", "wait", id, "--timeout", "120s"))

        // Held in a long poll by now.
        Thread.sleep(forTimeInterval: 2)
        try succeed(collector.edgeprof("agents", "revoke", pending.id))
        #expect(
            try eventually(seconds: 10) { text("box.log", collector).contains("revoked this agent") },
            "\(text("box.log", collector))"
        )
        Thread.sleep(forTimeInterval: 2)
        let before = requests(collector, ending: pending.id)
        Thread.sleep(forTimeInterval: 10)
        #expect(requests(collector, ending: pending.id) == before)
        #expect(process.isRunning)
        let secret = try #require(
            try JSONDecoder().decode(
                [String: JSONText].self,
                from: Data(contentsOf: URL(fileURLWithPath: collector.folder.path("box/identity.json")))
            )["privateKey"]?.text
        )
        for log in ["box.log", "log"] {
            #expect(!text(log, collector).contains(secret) && !text(log, collector).contains("edgeprof_agent_"))
        }
        // The revoked agent's box comes back as another one.
        try succeed(collector.edgeprof("agents", "show", pending.id))
        process.end()
        try succeed(enroll(collector, collector.url, [], ["--force"]))
    }

    @Test func aTokenOfTwoSecondsIsRenewedUnderAHeldPoll() throws {
        let collector = try Collector(serving: ["--log-level", "debug", "--access-token-seconds", "2"])
        defer { collector.stop() }
        try succeed(enroll(collector, collector.url, []))
        let process = try run(collector)
        defer { process.end() }
        let id = try agent(collector).id
        // Several lifetimes: heartbeats alone do not come as often, so the poll outlives its token.
        Thread.sleep(forTimeInterval: 8)
        let job = try collector.edgeprof("jobs", "create", "shufflenet_v2_x0_5", "--duration", "200ms")
        try succeed(job)
        let jobId = try JSONDecoder().decode(JobRecord.self, from: Data(job.output.utf8)).id
        try succeed(collector.edgeprof("jobs", "wait", jobId, "--timeout", "120s"))
        #expect(requests(collector, ending: "/v1/agents/\(id)/token") >= 4)
        #expect(!text("box.log", collector).contains("enroll --force"), "\(text("box.log", collector))")
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs openssl"))
    func overTLSOnlyTheRightCollectorIsTalkedTo() throws {
        let collector = try Collector()
        defer { collector.stop() }
        let folder = collector.folder
        _ = try folder.write("subjectAltName=IP:127.0.0.1", to: "ext")
        for arguments in [
            "req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=ca -keyout ca.key -out ca.pem",
            "req -newkey rsa:2048 -nodes -subj /CN=box -keyout key.pem -out csr",
            "x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 -extfile ext -out cert.pem",
            "rsa -in key.pem -pubout -outform DER -out pub", "dgst -sha256 -binary -out hash pub",
        ] {
            let openssl = try TestProcess(
                "/usr/bin/openssl",
                arguments.split(separator: " ").map(String.init),
                directory: folder.path(""),
                errors: .null
            )
            try #require(openssl.wait() == 0, "openssl \(arguments)")
        }
        let hash = try Data(contentsOf: URL(fileURLWithPath: folder.path("hash")))
        let pin = "sha256//" + hash.base64EncodedString()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/tls_proxy.py"
        let proxy = try TestProcess(
            "/usr/bin/env",
            ["python3", script, "\(collector.port)", folder.path("cert.pem"), folder.path("key.pem")],
            output: .file(folder.newFile("proxy.log"))
        )
        defer { proxy.end() }
        #expect(try eventually(seconds: 20) { text("proxy.log", collector).contains("listening on ") })
        let port = text("proxy.log", collector).split(whereSeparator: \.isWhitespace).last ?? ""
        let url = "https://127.0.0.1:\(port)"

        let wrong = "sha256//" + Data(repeating: 1, count: 32).base64EncodedString()
        for more in [[], ["--pin", wrong], ["--ca-file", folder.path("ca.pem"), "--pin", wrong]] {
            let refused = try enroll(collector, url, [], more)
            #expect(refused.status == 1 && refused.errors.contains("TLS"), "\(refused.errors)")
        }
        let named = try enroll(collector, "https://localhost:\(port)", [], ["--ca-file", folder.path("ca.pem")])
        #expect(named.status == 1 && named.errors.contains("TLS"), "\(named.errors)")
        let plain = try enroll(collector, collector.url, [], ["--pin", pin])
        #expect(plain.status == 2 && plain.errors.contains("https"))

        for more in [["--ca-file", folder.path("ca.pem")], ["--pin", pin]] {
            try succeed(enroll(collector, url, [], more + ["--force"]))
            let process = try run(collector)
            let id = try agentIdentifier(collector)
            let job = try collector.edgeprof("jobs", "create", "shufflenet_v2_x0_5", "--duration", "200ms")
            try succeed(job)
            let created = try JSONDecoder().decode(JobRecord.self, from: Data(job.output.utf8))
            let done = try collector.edgeprof("jobs", "wait", created.id, "--timeout", "120s")
            #expect(done.status == 0, "\(text("box.log", collector))")
            process.end()
            try succeed(collector.edgeprof("agents", "revoke", id))
        }
        // The command line as well.
        let login = ["login", url, "--token-file", folder.path("admin-token")]
        let other = ["XDG_CONFIG_HOME": folder.path("other")]
        #expect(try Programs.run("edgeprof", login, environment: other).status == 1)
        for more in [["--ca-file", folder.path("ca.pem")], ["--pin", pin]] {
            try succeed(Programs.run("edgeprof", login + more, environment: other))
            try succeed(Programs.run("edgeprof", ["agents", "list"], environment: other))
        }
    }

    private func agentIdentifier(_ collector: Collector) throws -> String {
        let data = try Data(contentsOf: URL(fileURLWithPath: collector.folder.path("box/identity.json")))
        return try #require(try JSONDecoder().decode([String: JSONText].self, from: data)["agentId"]?.text)
    }
}

/// A JSON value, of which only texts matter.
private struct JSONText: Decodable {
    var text: String?

    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
}
