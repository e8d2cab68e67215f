import EdgeprofAPI
import Foundation
import ProcessTestSupport
import Testing

/// The program as its operator meets it.
@Suite struct ProgramTests {
    /// A folder that goes away with the value; the store goes into `data` below it.
    final class Folder: Sendable {
        let path = NSTemporaryDirectory() + "edgeprof-program-" + UUID().uuidString
        var data: String { path + "/deeper/data" }
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private func initialized(_ folder: Folder) throws -> String {
        let output = try Program.run("init", "--data-dir", folder.data)
        #expect(output.code == 0 && output.standardError.isEmpty)
        return output.standardOutput.trimmingCharacters(in: .newlines)
    }

    private func expectOneLine(_ output: Program.Output, _ part: String, code: Int32 = 1) {
        #expect(output.code == code)
        #expect(output.standardOutput.isEmpty)
        let error = output.standardError
        #expect(error.hasPrefix("edgeprof-collector: ") && error.hasSuffix("\n") && error.contains(part), "\(error)")
        #expect(error.count(where: { $0 == "\n" }) == 1, "\(error)")
    }

    @Test func initPrintsATokenOnceAndSaysWhatToDoNext() throws {
        let folder = try Folder()
        let token = try initialized(folder)
        #expect(token.hasPrefix("edgeprof_admin_") && token.count == 79)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.data)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        expectOneLine(
            try Program.run("init", "--data-dir", folder.data),
            "edgeprof-collector token create --role admin"
        )
        let second = try Program.run("token", "create", "--role", "viewer", "--data-dir", folder.data)
        #expect(second.code == 0 && second.standardOutput.hasPrefix("edgeprof_viewer_"))
    }

    @Test func unusableFoldersAreNamed() throws {
        let folder = try Folder()
        expectOneLine(try Program.run("serve", "--data-dir", folder.data), "edgeprof-collector init --data-dir")
        expectOneLine(
            try Program.run("token", "create", "--role", "admin", "--data-dir", folder.data),
            "edgeprof-collector init --data-dir"
        )
        expectOneLine(try Program.run("init", "--data-dir", "/dev/null/x"), "/dev/null/x")
        _ = try initialized(folder)
        try Data("garbage".utf8).write(to: URL(fileURLWithPath: folder.data + "/collector.sqlite"))
        expectOneLine(try Program.run("serve", "--data-dir", folder.data, "--port", "0"), "restore it from a backup")
    }

    @Test(arguments: [
        ["bogus"], ["serve", "--port", "x"], ["serve", "--port", "65536"], ["serve", "--log-level", "loud"],
        ["serve", "--host", "0.0.0.0"], ["serve", "--data-dir", ""], ["token", "create"],
        ["token", "create", "--role", "agent"], ["token", "create", "--role", "viewer", "--maximum-uses", "3"],
    ])
    func badUsageExitsWithTwo(arguments: [String]) throws {
        #expect(try TestProcess(Program.path, arguments, errors: .null).wait() == 2)
    }

    @Test func onePortAndOneFolderAreForOneCollector() throws {
        let (folder, other) = (try Folder(), try Folder())
        _ = try initialized(folder)
        _ = try initialized(other)
        let server = try ServingProcess(dataDirectory: folder.data)
        let port = try #require(server.caller.address.split(separator: ":").last.map(String.init))
        expectOneLine(
            try Program.run("serve", "--data-dir", folder.data, "--port", "0"),
            "another edgeprof-collector serves \(folder.data)"
        )
        expectOneLine(try Program.run("serve", "--data-dir", other.data, "--port", port), "choose another with --port")
        #expect(server.end(SIGINT) == 0)
    }

    @Test func acknowledgedRunsSurviveKill9() async throws {
        let folder = try Folder()
        let token = try initialized(folder)
        var stored: [String] = []
        for _ in 0..<3 {
            let server = try ServingProcess(dataDirectory: folder.data)
            for id in stored { #expect(try await server.caller.send("GET", "/v1/runs/\(id)", token: token).0 == 200) }
            let run = Run.sample(agentId: nil)
            let body = try JSONEncoder().encode(RunBatch(runs: [run]))
            let (status, data) = try await server.caller.send("POST", "/v1/runs", token: token, body: body)
            #expect(server.end(SIGKILL) == -SIGKILL)
            #expect(status == 200)
            let results = try JSONDecoder().decode(RunBatchResult.self, from: data).results
            #expect(results == [RunResult(id: run.id, status: .stored)])
            stored.append(run.id)
        }
    }

    @Test func terminationAnswersThoseWhoWait() async throws {
        let folder = try Folder()
        let token = try initialized(folder)
        let server = try ServingProcess(dataDirectory: folder.data)
        let body = try JSONEncoder().encode(TokenRequest(role: .enrollment))
        let (_, created) = try await server.caller.send("POST", "/v1/tokens", token: token, body: body)
        let (_, enrolled) = try await server.caller.send(
            "POST",
            "/v1/enroll",
            token: try JSONDecoder().decode(TokenCreated.self, from: created).token,
            body: try JSONEncoder().encode(EnrollRequest.sample)
        )
        let agent = try JSONDecoder().decode(EnrollResponse.self, from: enrolled)
        let start = ContinuousClock.now
        let caller = server.caller
        async let poll = caller.send("GET", "/v1/agents/\(agent.agentId)/jobs?wait=60", token: agent.accessToken ?? "")
        try await Task.sleep(for: .milliseconds(500))
        #expect(server.end(SIGTERM) == 0)
        let (status, data) = try await poll
        #expect(status == 200)
        #expect(try JSONDecoder().decode(AssignmentList.self, from: data).assignments.isEmpty)
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}
