import EdgeprofAPI
import Glibc
import HostInfo
import Testing

@testable import Measurement

@Suite struct MeasuringWorkerTests {
    private func answer(_ script: String, order: [UInt8] = [], seconds: Double = 20) async throws
        -> MeasuringWorker.Answer
    {
        try await MeasuringWorker(program: "/bin/sh", arguments: ["-c", script]).run(
            order: order,
            model: .zoo("resnet18"),
            settings: JobSettings().resolved(usableCpus: 1),
            host: HostFacts(.current(), limits: nil),
            timeoutSeconds: seconds
        )
    }

    private func ended(_ script: String, seconds: Double = 20) async throws -> Run? {
        guard case .ended(let run) = try await answer(script, seconds: seconds) else { return nil }
        #expect(run.model.name == "resnet18" && run.outcomeReason?.isEmpty == false && run.latencyNanoseconds == nil)
        return run
    }

    @Test func theOrderGoesInAndTheAnswerComesOut() async throws {
        let order = [UInt8](repeating: 65, count: 30_000)
        guard case .told(let bytes) = try await answer("cat <&4 >&3", order: order) else {
            Issue.record("no answer")
            return
        }
        #expect(bytes == order)
    }

    @Test func everyEndWithoutAnAnswerIsARun() async throws {
        #expect(try await ended("kill -SEGV $$")?.outcome == .crashed)
        #expect(try await ended("kill -KILL $$")?.outcome == .crashed)
        #expect(try await ended("kill -ALRM $$")?.outcome == .timeout)
        #expect(try await ended("exit 0")?.outcome == .crashed)
        let spoken = try await ended("echo half >&3; echo 'it broke' >&2; exit 9")
        #expect(spoken?.outcome == .crashed && spoken?.outcomeReason?.contains("exit code 9 (it broke)") == true)
        #expect(try await ended("head -c 5000000 /dev/zero >&3; sleep 20")?.outcome == .crashed)
        #expect(try await ended("echo half >&3; sleep 60", seconds: 1)?.outcome == .timeout)
        #expect(try await ended("kill -STOP $$", seconds: 1)?.outcome == .timeout)
        #expect(try await ended("echo 'terminate: bad_alloc' >&2; kill -ABRT $$")?.outcome == .oom)
    }

    @Test func aBoxThatCannotMeasureIsNoRun() async throws {
        await #expect(throws: MeasurementError(.cannotMeasure, "the cache is full")) {
            _ = try await answer("echo 'the cache is full' >&2; exit 3")
        }
        await #expect(throws: MeasurementError.self) {
            _ = try await answer("cat <&4 >&3", order: [UInt8](repeating: 0, count: 40_000))
        }
        #expect(throws: Never.self) { try MeasuringWorker(program: "/nowhere", arguments: []) }
    }

    @Test func aCancelledWorkerMayTidyUp() async throws {
        let folder = TemporaryFolder()
        let script =
            "trap 'touch \(folder.path)/tidied; exit 1' TERM; touch \(folder.path)/begun; while :; do sleep 0.05; done"
        let task = Task { try await answer(script, seconds: 60) }
        for _ in 0..<1000 where !TemporaryFolder.names(in: folder.path).contains("begun") {
            try await Task.sleep(for: .milliseconds(10))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(TemporaryFolder.names(in: folder.path).contains("tidied"))
    }
}
