import EdgeprofAPI
import Glibc
import Testing

@testable import Measurement

/// Whatever the child does, the parent goes on and has a run that says what happened.
@Suite struct MisbehavingChildTests {
    private let folder = TemporaryFolder()

    /// A run taken with a child that behaves like this.
    private func run(_ behaviour: String, graceSeconds: Double = 30) throws -> Run {
        let script = #filePath.replacingLastComponent(with: "Fixtures/misbehave.sh")
        let helper = folder.path + "/" + behaviour
        symlink(script, helper)
        var measurer = try Measurer(cacheDirectory: folder.path + "/cache", helper: helper)
        measurer.lockFolders = [folder.path]
        measurer.graceSeconds = graceSeconds
        return try measurer.measure(model: .zoo("squeezenet1_1"), settings: MeasurementSettings(durationSeconds: 0.1))
    }

    @Test(arguments: [
        ("silent", "exit code 0, and its record cannot be read: it is empty"), ("failing", "exit code 1"),
        ("garbage", "it does not begin like a record"), ("truncated", "it is cut short after 13 bytes"),
        ("newer", "it has version 9, this program reads version"), ("flood", "its record has more than 16777216 bytes"),
        ("segfault", "SIGSEGV"),
        ("killed", "SIGKILL"), ("trapping", "Fatal error: index out of range"), ("forking", "it is empty"),
    ])
    func crashes(_ behaviour: String, _ reason: String) throws {
        let run = try run(behaviour)
        #expect(run.outcome == .crashed)
        #expect(run.outcomeReason?.contains(reason) == true, "\(run.outcomeReason ?? "no reason")")
        #expect(run.latencyNanoseconds == nil && run.throughputPerSecond == nil && run.memory == nil)
        #expect(run.counters.isEmpty && run.energy == nil)
        #expect(run.model.sha256 != String(repeating: "0", count: 64))
    }

    @Test(arguments: ["hanging", "stopped", "deaf"])
    func hangs(_ behaviour: String) throws {
        let run = try run(behaviour, graceSeconds: 0.3)
        #expect(run.outcome == .timeout)
        let stopped = behaviour == "stopped"
        #expect(run.outcomeReason == "not finished after 0.7 s" + (stopped ? "; it was stopped (SIGSTOP)" : ""))
        #expect(run.flags == (stopped ? [.stopped] : []))
    }

    @Test func allocationFailureIsOutOfMemory() throws {
        let run = try run("allocating")
        #expect(run.outcome == .oom)
        #expect(run.outcomeReason?.contains("could not allocate memory") == true)
    }

    @Test func aHelperThatCannotBeStartedIsAnError() throws {
        var measurer = try Measurer(cacheDirectory: folder.path + "/cache", helper: folder.path + "/missing")
        measurer.lockFolders = [folder.path]
        #expect {
            try measurer.measure(model: .zoo("squeezenet1_1"), settings: MeasurementSettings(durationSeconds: 0.1))
        } throws: { ($0 as? MeasurementError)?.code == .noHelper }
    }
}

extension String {
    /// A path beside this one.
    func replacingLastComponent(with other: String) -> String {
        (lastIndex(of: "/").map { String(self[...$0]) } ?? "") + other
    }
}
