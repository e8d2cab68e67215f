import Foundation
import Testing

/// Bad input gets one clear line, the right exit code, and leaves nothing half-written.
@Suite struct BadInputTests {
    private func expectOneLine(
        _ program: String,
        _ arguments: [String],
        status: Int32,
        contains expected: [String],
        environment: [String: String] = [:],
        location: SourceLocation = #_sourceLocation
    ) throws {
        let result = try Programs.run(program, arguments, environment: environment)
        #expect(result.status == status, "\(result.errors)", sourceLocation: location)
        #expect(result.errorLines.count == 1, "\(result.errors)", sourceLocation: location)
        for part in expected { #expect(result.errors.contains(part), "\(result.errors)", sourceLocation: location) }
        #expect(result.output.isEmpty, "\(result.output)", sourceLocation: location)
    }

    private func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(bound)
        return Int(UInt16(bigEndian: address.sin_port))
    }

    @Test func unknownModelIsNamedWithASuggestion() throws {
        for command in ["profile", "inspect"] {
            try expectOneLine("edgeprof", [command, "resnet19"], status: 1, contains: ["resnet19", "resnet18"])
        }
    }

    @Test func missingFilesAreNamed() throws {
        try expectOneLine(
            "edgeprof",
            ["rank", "--deployment", "/nowhere/d.yaml"],
            status: 1,
            contains: ["/nowhere/d.yaml", "No such file"]
        )
    }

    @Test func malformedYAMLIsReportedWithItsLine() throws {
        let folder = try TemporaryFolder()
        let broken = try folder.write("name: x\ndemand: [\n", to: "d.yaml")
        try expectOneLine("edgeprof", ["rank", "--deployment", broken], status: 1, contains: ["d.yaml:3:"])
        let unknown = try folder.write("tiers:\n  - id: a\n    prize_usd: 3\n", to: "t.yaml")
        try expectOneLine("edgeprof", ["tiers", "import", unknown], status: 1, contains: ["t.yaml:3", "prize_usd"])
    }

    @Test func badUsageEndsWithTwo() throws {
        for (program, arguments) in [
            ("edgeprof", ["rank"]), ("edgeprof", ["nonsense"]),
            ("edgeprof", ["profile", "resnet18", "--threads", "many"]),
            ("edgeprof-agent", ["enroll"]), ("edgeprof-collector", ["serve", "--port", "70000"]),
            ("edgeprof-measure", []),
        ] {
            let result = try Programs.run(program, arguments)
            #expect(result.status == 2, "\(program) \(arguments): \(result.errors)")
            #expect(!result.errors.isEmpty && result.output.isEmpty)
        }
    }

    @Test func numbersBeyondReasonEndWithTwo() throws {
        for arguments in [
            ["tokens", "create", "--role", "enrollment", "--expires", "1e300d"],
            ["tokens", "create", "--role", "enrollment", "--uses", "9223372036854775807"],
            ["profile", "resnet18", "--duration", "1e308d"], ["profile", "resnet18", "--threads", "100000"],
            ["jobs", "wait", ""], ["runs", "show", ""], ["tokens", "revoke", ""],
        ] {
            let result = try Programs.run("edgeprof", arguments)
            #expect(result.status == 2, "\(arguments): \(result.errors)")
            #expect(result.output.isEmpty)
        }
    }

    @Test func anInstructionSetThatIsNoneIsRefusedBeforeAnythingIsBuilt() throws {
        let folder = try TemporaryFolder()
        try expectOneLine(
            "edgeprof",
            ["profile", "resnet18", "--isa", "nonsense"],
            status: 1,
            contains: ["nonsense", "usable here"],
            environment: ["XDG_CACHE_HOME": folder.path("cache")]
        )
        #expect(!FileManager.default.fileExists(atPath: folder.path("cache")))
    }

    @Test func aRunThatFailsIsSaidSoBesideItsJSON() throws {
        let folder = try TemporaryFolder()
        let result = try Programs.run(
            "edgeprof",
            ["profile", "squeezenet1_1", "--memory-limit", "1"],
            environment: ["XDG_CACHE_HOME": folder.path("cache")]
        )
        #expect(result.status == 1)
        #expect(result.errorLines.count == 1 && result.errors.contains("squeezenet1_1: oom"), "\(result.errors)")
        #expect(result.output.contains("\"oom\""))
    }

    @Test func aTokenThatCannotBeMadeLeavesNoFile() throws {
        let folder = try TemporaryFolder()
        let home = folder.path("home")
        try FileManager.default.createDirectory(atPath: home + "/edgeprof", withIntermediateDirectories: true)
        let create = ["tokens", "create", "--role", "viewer", "--output", folder.path("token")]
        for content in ["", "{\"url\": \"http://127.0.0.1:\(try freePort())\", \"token\": \"x\"}"] {
            try content.write(toFile: home + "/edgeprof/config.json", atomically: true, encoding: .utf8)
            try expectOneLine(
                "edgeprof",
                create,
                status: 1,
                contains: [content.isEmpty ? "not JSON; run: edgeprof login" : "connection refused"],
                environment: ["XDG_CONFIG_HOME": home]
            )
            #expect(!FileManager.default.fileExists(atPath: folder.path("token")))
        }
    }

    @Test func anUnreachableCollectorIsSaidSo() throws {
        let folder = try TemporaryFolder()
        let token = try folder.write("edgeprof_admin_x\n", to: "token")
        let url = "http://127.0.0.1:\(try freePort())"
        let home = ["XDG_CONFIG_HOME": folder.path("config")]
        try expectOneLine(
            "edgeprof",
            ["login", url, "--token-file", token],
            status: 1,
            contains: ["connection refused"],
            environment: home
        )
        #expect(!FileManager.default.fileExists(atPath: folder.path("config")), "a failed login leaves nothing behind")
        try expectOneLine(
            "edgeprof-agent",
            ["enroll", "--collector", url, "--token-file", token, "--state-dir", folder.path("agent")],
            status: 1,
            contains: ["connection refused"]
        )
        #expect(!FileManager.default.fileExists(atPath: folder.path("agent/identity.json")))
    }

    @Test func aWrongTokenIsSaidSo() throws {
        let collector = try Collector()
        defer { collector.stop() }
        let folder = try TemporaryFolder()
        let token = try folder.write("edgeprof_admin_wrong\n", to: "token")
        try expectOneLine(
            "edgeprof",
            ["login", collector.url, "--token-file", token],
            status: 1,
            contains: ["401"],
            environment: ["XDG_CONFIG_HOME": folder.path("config")]
        )
        try expectOneLine(
            "edgeprof-agent",
            ["enroll", "--collector", collector.url, "--token-file", token, "--state-dir", folder.path("agent")],
            status: 1,
            contains: ["401"]
        )
    }

    @Test func aTakenPortIsSaidSo() throws {
        let collector = try Collector()
        defer { collector.stop() }
        let other = try TemporaryFolder()
        #expect(try Programs.run("edgeprof-collector", ["init", "--data-dir", other.path("data")]).status == 0)
        let result = try Programs.run(
            "edgeprof-collector",
            ["serve", "--data-dir", other.path("data"), "--port", "\(collector.port)"]
        )
        #expect(result.status == 1)
        #expect(result.errors.contains("\(collector.port)"), "\(result.errors)")
    }

    @Test func anUnwritableDataDirectoryIsSaidSo() throws {
        // A folder below a file cannot be made, not even by root.
        let folder = try TemporaryFolder()
        let file = try folder.write("", to: "file")
        try expectOneLine(
            "edgeprof-collector",
            ["init", "--data-dir", file + "/data"],
            status: 1,
            contains: [file]
        )
        try expectOneLine("edgeprof-agent", ["run", "--state-dir", file + "/state"], status: 1, contains: [file])
    }
}
