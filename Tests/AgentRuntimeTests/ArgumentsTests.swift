import EdgeprofAPI
import Testing

@testable import AgentRuntime

@Suite struct ArgumentsTests {
    @Test func labelsAreKeysAndValues() throws {
        #expect(try Arguments.labels(["a=b", "c=", "d=e=f"]) == ["a": "b", "c": "", "d": "e=f"])
    }

    @Test(arguments: [["a"], [""], ["=b"], ["a=1", "a=2"]]) func malformedLabels(texts: [String]) {
        #expect(throws: AgentError.self) { try Arguments.labels(texts) }
    }

    @Test(arguments: [
        ("1B", 1), ("512MiB", 512 << 20), ("1GiB", 1 << 30), ("2TiB", 2 << 40), ("5kB", 5000), ("3MB", 3_000_000),
    ])
    func sizes(text: String, bytes: UInt64) throws {
        #expect(try Arguments.byteSize(text) == bytes)
    }

    @Test(arguments: [
        "", "512", "MiB", "0MiB", "-1MiB", "1.5GiB", "512 MiB", "512mib", "1e3B", "99999999999999999999B",
        "18446744073709551615GiB", "600TiB", "٣MiB",
    ])
    func malformedSizes(text: String) {
        #expect(throws: AgentError.self) { try Arguments.byteSize(text) }
    }

    @Test func limits() throws {
        #expect(try Arguments.limits(cpus: nil, isa: nil, memory: nil) == nil)
        #expect(
            try Arguments.limits(cpus: "0-1,3", isa: "portable", memory: "1GiB", onlineCPUs: "0-3")
                == HostLimits(cpus: [0, 1, 3], isa: "portable", memoryBytes: 1 << 30)
        )
    }

    private static let badLimits: [(String?, String?)] = [
        ("", nil), ("x", nil), ("0-", nil), ("3-1", nil), ("4", nil), ("0-99999999999", nil), (nil, "avx3"), (nil, ""),
    ]

    @Test(arguments: badLimits)
    func malformedLimits(cpus: String?, isa: String?) {
        #expect(throws: AgentError.self) {
            try Arguments.limits(cpus: cpus, isa: isa, memory: nil, onlineCPUs: "0-3")
        }
    }

    @Test(arguments: ["", "collector", "ftp://c", "http://c?x"]) func malformedCollectors(text: String) {
        #expect(throws: AgentError.self) { try Arguments.collector(text) }
    }

    @Test func tokensAreOneWord() throws {
        let rig = try Rig()
        let file = try TokenFile(try rig.write("  secret\r\n", "token"))
        #expect(file.token == "secret" && file.warning == nil)
        #expect(try TokenFile(try rig.write("secret", "open", mode: 0o644)).warning?.contains("chmod 600") == true)
    }

    @Test(arguments: ["", " \n", "two words", "a\nb", "naïve", "a\u{0}b", String(repeating: "x", count: 5000)])
    func malformedTokens(text: String) throws {
        let rig = try Rig()
        let path = try rig.write(text, "token")
        #expect(throws: AgentError.self) { try TokenFile(path) }
    }

    @Test(arguments: ["/nonexistent/token", "/", "/dev/null"]) func unreadableTokenFiles(path: String) {
        #expect(throws: AgentError.self) { try TokenFile(path) }
    }

    @Test func instancesFollowTheCPUsThatMayBeUsed() {
        var host = Rig.host
        let assignment = Assignment(id: "1", jobId: "j", model: "m", settings: JobSettings(scenario: .offline))
        #expect(MeasurementOrder(assignment, on: host).settings.instances == 4)
        host.usableCpus = 0
        #expect(MeasurementOrder(assignment, on: host).settings.instances == 1)
    }
}
