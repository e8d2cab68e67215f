import EdgeprofAPI
import Foundation
import HTTPTestServer
import Synchronization
import Testing

@testable import AgentRuntime

/// Jobs for files, through a whole agent.
@Suite struct AgentModelTests {
    private func enrolled() async throws -> (Rig, FakeCollector) {
        let (rig, collector) = (try Rig(), try FakeCollector())
        try await rig.enroll(collector.url)
        return (rig, collector)
    }

    private func assign(_ id: String, _ sha256: String, on collector: FakeCollector) {
        collector.with {
            $0.assignments.append(
                Assignment(id: id, jobId: "job-1", model: "mine", modelSha256: sha256, settings: JobSettings())
            )
        }
    }

    @Test func aFileIsThereBeforeItIsMeasuredAndFetchedOnce() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        let content = [UInt8](repeating: 3, count: 100_000)
        let sha256 = ModelServer.sha256(content)
        collector.with { $0.models[sha256] = content }
        for index in 0..<3 { assign("task-\(index)", sha256, on: collector) }
        collector.assign("zoo")
        let seen = Mutex<[String?: [UInt8]]>([:])
        try await rig.start { order in
            let before = collector.server.requests.count
            let bytes = order.modelPath.flatMap { FileManager.default.contents(atPath: $0) }.map { [UInt8]($0) }
            seen.withLock { $0[order.modelPath] = bytes ?? [] }
            try await Task.sleep(for: .milliseconds(50))
            #expect(collector.server.requests.count == before, "something is sent while measuring")
            return Rig.run(for: order)
        }
        #expect(try await eventually { collector.runs.count == 4 })
        await rig.stop()
        #expect(seen.withLock { $0 } == [rig.state + "/models/\(sha256).onnx": content, nil: []])
        #expect(collector.server.requests.count { $0.target.hasPrefix("/v1/models/") } == 1)
    }

    @Test func aModelThatCannotBeHadIsARefusedRunAndTheNextOneRuns() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        let missing = String(repeating: "c", count: 64)
        assign("gone", missing, on: collector)
        collector.assign("zoo")
        let measured = Mutex(0)
        try await rig.start { order in
            measured.withLock { $0 += 1 }
            return Rig.run(for: order)
        }
        #expect(try await eventually { collector.runs.count == 2 })
        await rig.stop()
        let refused = try #require(collector.runs.first { $0.assignmentId == "gone" })
        #expect(refused.outcome == .refused && refused.outcomeReason?.contains("push it again") == true)
        #expect(refused.model == Run.ModelReference(name: "mine", sha256: missing, source: .file))
        #expect(refused.jobId == "job-1" && refused.agentId == "agent-1" && measured.withLock { $0 } == 1)
    }
}
