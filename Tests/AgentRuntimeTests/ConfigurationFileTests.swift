import Foundation
import Testing

@testable import AgentRuntime

@Suite struct ConfigurationFileTests {
    private func read(_ text: String) throws -> ConfigurationFile {
        try ConfigurationFile(text: text, path: "agent.conf")
    }

    @Test func keysValuesAndComments() throws {
        let file = try read("# nothing\n\n spool-limit=128MiB # room\r\nstartup-jitter = 60\n")
        #expect(file.values == [.spoolLimit: "128MiB", .startupJitter: "60"])
        #expect(try read("").values.isEmpty)
        #expect(try read("log-level = debug").values == [.logLevel: "debug"])
    }

    @Test(arguments: [
        ("spool-limit", "line 1: 'spool-limit' is not key = value"),
        ("\nspool-limit =\n", "line 2: spool-limit has no value"),
        ("=1", "there is no key ''"),
        (
            "spool_limit = 1MiB",
            "there is no key 'spool_limit', only spool-limit, model-cache-limit, startup-jitter, worker-memory-limit, log-level"
        ),
        ("log-level = info\nlog-level = debug", "line 2: log-level is given twice"),
        ("\u{0}\u{1}", "is not key = value"),
    ])
    func whatIsWrongIsNamedWithItsLine(_ text: String, _ expected: String) {
        #expect { try read(text) } throws: { ($0 as? AgentError)?.message.contains(expected) == true }
    }

    @Test func onlyTheStandardFileMayBeMissing() throws {
        let missing = NSTemporaryDirectory() + "missing-\(UUID().uuidString)"
        #expect(try ConfigurationFile(path: missing, isOptional: true) == ConfigurationFile())
        #expect(throws: AgentError.self) { try ConfigurationFile(path: missing, isOptional: false) }
        // A folder is there, but no file.
        #expect(throws: AgentError.self) { try ConfigurationFile(path: NSTemporaryDirectory(), isOptional: true) }
    }
}
