import EdgeprofAPI
import Glibc
import HostInfo
import Synchronization
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

    @Test func anAnswerThatCannotBeReadIsACrash() async throws {
        let answer = try await MeasuringWorker(program: "/bin/sh", arguments: ["-c", "echo garbage >&3"]).run(
            order: [],
            model: .zoo("resnet18"),
            settings: JobSettings().resolved(usableCpus: 1),
            host: HostFacts(.current(), limits: nil),
            timeoutSeconds: 20,
            isAnswer: { _ in false }
        )
        guard case .ended(let run) = answer else {
            Issue.record("garbage is taken for an answer")
            return
        }
        #expect(run.outcome == .crashed && run.outcomeReason?.contains("8 bytes cannot be read") == true)
    }

    @Test func notesAreToldWhileItRunsAndAreNoReason() async throws {
        let notes = Mutex<[String]>([])
        let script = "echo 'note: waiting' >&2; sleep 0.5; echo 'it broke' >&2; exit 9"
        let answer = try await MeasuringWorker(program: "/bin/sh", arguments: ["-c", script]).run(
            order: [],
            model: .zoo("resnet18"),
            settings: JobSettings().resolved(usableCpus: 1),
            host: HostFacts(.current(), limits: nil),
            timeoutSeconds: 20,
            onNote: { note in notes.withLock { $0.append(note) } }
        )
        guard case .ended(let run) = answer else {
            Issue.record("an answer without an answer")
            return
        }
        #expect(notes.withLock { $0 } == ["waiting"])
        #expect(run.outcomeReason?.contains("exit code 9 (it broke)") == true)
    }

    @Test func onlyWholeNotesAreTakenAndEachOnce() {
        var (notes, told) = (WorkerNotes(), [String]())
        for text in ["no", "note: a", "note: a\nnote:", "note: a\nnote: b\nother\n", "note: a\nnote: b\nother\n"] {
            notes.take(Array(text.utf8)) { told.append($0) }
        }
        #expect(told == ["a", "b"])
        #expect(WorkerNotes.without("note: a\nwrong\nnote: b") == "wrong")
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
