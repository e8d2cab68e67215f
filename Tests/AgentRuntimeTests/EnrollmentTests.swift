import AgentRuntime
import EdgeprofAPI
import Foundation
import HTTPTestServer
import Spool
import Testing

@Suite struct EnrollmentTests {
    private func code(_ body: () async throws -> Void) async -> AgentError.Code? {
        do {
            try await body()
            return nil
        } catch { return (error as? AgentError)?.code }
    }

    @Test func keepsTheIdentityForItsOwnUserAlone() async throws {
        let rig = try Rig()
        let collector = try FakeCollector()
        defer { collector.server.stop() }
        let limits = HostLimits(cpus: [0], isa: "avx2", memoryBytes: 512 << 20)
        try await rig.enroll(collector.url + "/", limits: limits)
        let identity = try StateDirectory(rig.state, create: false).identity()
        #expect(identity.collector == collector.url && identity.agentId == "agent-1" && identity.name == "box")
        #expect(identity.limits == limits && identity.version == 2)
        #expect(Data(base64Encoded: identity.privateKey)?.count == 32)
        #expect(!"\(identity)\(String(reflecting: identity))".contains(identity.privateKey))
        var dumped = ""
        dump(identity, to: &dumped)
        #expect(!dumped.contains(identity.privateKey))
        let request = try #require(collector.with { $0.enrollments.first })
        #expect(request.labels == ["site": "attic"] && request.host.limits == limits && request.name == "box")
        #expect(Data(base64Encoded: request.publicKey)?.count == 32 && request.publicKey != identity.privateKey)
        for (path, mode) in [(rig.state, 0o700), (rig.state + "/identity.json", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o777 } == mode, "\(path)")
        }
    }

    @Test func aSecondEnrollmentNeedsForce() async throws {
        let rig = try Rig()
        let collector = try FakeCollector()
        defer { collector.server.stop() }
        try await rig.enroll(collector.url)
        _ = try await rig.openSpool()
        #expect(await code { try await rig.enroll(collector.url) } == .alreadyEnrolled)
        #expect(collector.with { $0.enrollments.count } == 1)
        _ = try await rig.openSpool()
        try await rig.enroll(collector.url, force: true)
        #expect(collector.with { $0.enrollments.count } == 2)
    }

    @Test func forceDoesNotGiveUpRunsUnasked() async throws {
        let rig = try Rig()
        let collector = try FakeCollector()
        defer { collector.server.stop() }
        try await rig.enroll(collector.url)
        try await rig.openSpool().append(id: "run", payload: [1])
        _ = try await rig.openSpool()
        #expect(await code { try await rig.enroll(collector.url, force: true) } == .alreadyEnrolled)
        #expect(collector.with { $0.enrollments.count } == 1)
    }

    @Test func aFailureWritesNoIdentityAndKeepsTheOneThatIsThere() async throws {
        let rig = try Rig()
        let collector = try FakeCollector()
        defer { collector.server.stop() }
        #expect(await code { try await rig.enroll(collector.url, token: "wrong") } == .collector)
        #expect(try !StateDirectory(rig.state, create: false).hasIdentity)
        _ = try await rig.openSpool()
        try await rig.enroll(collector.url)
        collector.with { $0.fault = .answer(500) }
        _ = try await rig.openSpool()
        #expect(await code { try await rig.enroll(collector.url, force: true) } == .collector)
        #expect(try StateDirectory(rig.state, create: false).identity().agentId == "agent-1")
    }

    @Test func whileAnAgentRunsNobodyElseMayEnrollOrRun() async throws {
        let rig = try Rig()
        let collector = try FakeCollector()
        defer { collector.server.stop() }
        try await rig.enroll(collector.url)
        try await rig.start()
        #expect(await code { try await rig.enroll(collector.url, force: true) } == .inUse)
        #expect(await code { _ = try StateDirectory(rig.state, create: false).openSpool(byteCap: 1 << 20) } == .inUse)
        await rig.stop()
    }

    @Test func withoutEnrollmentNothingRuns() async throws {
        let rig = try Rig()
        #expect(await code { try await rig.start() } == .notEnrolled)
        _ = try StateDirectory(rig.state, create: true)
        #expect(await code { try await rig.start() } == .notEnrolled)
    }

    @Test(arguments: [
        "", "{", "[]", #"{"version":1}"#, "\u{0}",
        #"{"version":2,"collector":"http://c","agentId":"a","accessToken":"t","name":"n"}"#,
        #"{"version":2,"collector":"http://c","agentId":"a","privateKey":"AAAA","name":"n"}"#,
        #"{"version":3,"collector":"http://c","agentId":"a","privateKey":"AAAA","name":"n"}"#,
    ])
    func aDamagedIdentityIsSaidSo(text: String) async throws {
        let rig = try Rig()
        _ = try StateDirectory(rig.state, create: true)
        try text.write(toFile: rig.state + "/identity.json", atomically: false, encoding: .utf8)
        #expect(await code { try await rig.start() } == .state)
    }

    @Test func anIdentityOfBeforeKeysIsToldToEnrolAgain() async throws {
        let rig = try Rig()
        let collector = try FakeCollector()
        defer { collector.server.stop() }
        _ = try StateDirectory(rig.state, create: true)
        let old = #"{"version":1,"collector":"http://c","agentId":"a","accessToken":"t","name":"n"}"#
        try old.write(toFile: rig.state + "/identity.json", atomically: false, encoding: .utf8)
        do {
            try await rig.start()
            Issue.record("started")
        } catch let error as AgentError {
            #expect(error.message.contains("enroll --force") && error.message.contains("keys of their own"))
        }
        try await rig.enroll(collector.url, force: true)
        #expect(try StateDirectory(rig.state, create: false).identity().agentId == "agent-1")
    }

    @Test func aRefusedEnrolmentLeavesNothingBehind() async throws {
        let rig = try Rig()
        let collector = try FakeCollector()
        defer { collector.server.stop() }
        #expect(await code { try await rig.enroll(collector.url, token: "wrong") } == .collector)
        #expect(try FileManager.default.contentsOfDirectory(atPath: rig.state).isEmpty)
    }

    @Test func aPendingAgentSaysWhatToCompare() async throws {
        let rig = try Rig()
        let collector = try FakeCollector()
        defer { collector.server.stop() }
        collector.with { $0.status = .pending }
        let outcome = try await rig.enroll(collector.url)
        #expect(outcome.status == .pending && outcome.keyFingerprint.hasPrefix("SHA256:"))
        #expect(outcome.keyFingerprint.count == "SHA256:".count + 43)
    }

    @Test func aStateDirectoryThatIsNoneIsSaidSo() async throws {
        let rig = try Rig()
        _ = try rig.write("", "state")
        #expect(await code { _ = try StateDirectory(rig.state, create: true) } == .state)
        #expect(await code { _ = try StateDirectory(rig.state + "/below", create: false) } == .state)
        #expect(await code { _ = try StateDirectory(rig.folder + "/a/b", create: true) } == .state)
    }
}
