import EdgeprofAPI
import Foundation
import ProcessTestSupport
import Testing

/// From a file on somebody's disk to its run, with real processes, real HTTP and a real store.
@Suite(.serialized) struct StoredModelTests {
    @Test func aFileOfOnesOwnRunsOnAnAgent() throws {
        let collector = try Collector()
        defer { collector.stop() }
        let (file, bad) = (collector.folder.path("mine.onnx"), try collector.folder.write("no model", to: "bad.onnx"))
        try succeed(collector.edgeprof("export", "shufflenet_v2_x0_5", "-o", file))
        let sum = try Programs.sha256sum(file)

        let refused = try collector.edgeprof("models", "push", file, bad)
        #expect(refused.status == 1 && refused.errorLines.count == 1)
        let named = try collector.edgeprof("models", "push", file, "--name", "resnet18")
        #expect(named.status == 1 && named.errors.contains("--name"))
        #expect(try models(collector).isEmpty, "nothing is sent before all is tried")
        let early = try collector.edgeprof("jobs", "create", "mine")
        #expect(early.status == 1 && early.errors.contains("models list"))
        let local = try collector.edgeprof("jobs", "create", file)
        #expect(local.status == 1 && local.errors.contains("edgeprof models push \(file)"))

        try succeed(collector.edgeprof("models", "push", file))
        #expect(try models(collector).map(\.sha256) == [sum])
        let again = try collector.edgeprof("models", "push", file, "--name", "other")
        #expect(again.status == 0 && again.errors.contains("as mine"))

        try succeed(
            collector.edgeprof("tokens", "create", "--role", "enrollment", "--output", collector.folder.path("enrol"))
        )
        let state = collector.folder.path("agent")
        try succeed(
            Programs.run(
                "edgeprof-agent",
                [
                    "enroll", "--collector", collector.url, "--token-file", collector.folder.path("enrol"),
                    "--state-dir", state, "--name", "agent",
                ]
            )
        )
        let agent = try Programs.start(
            "edgeprof-agent",
            ["run", "--state-dir", state, "--startup-jitter", "0", "--model-cache-limit", "16MiB"],
            log: try collector.folder.newFile("agent.log")
        )
        defer { agent.end() }
        let created = try collector.edgeprof("jobs", "create", "mine", sum.uppercased(), "squeezenet1_1")
        #expect(created.status == 1, "one model twice")
        let job = try collector.edgeprof(
            "jobs",
            "create",
            "mine",
            "squeezenet1_1",
            "--duration",
            "200ms",
            "--idle",
            "0s"
        )
        try succeed(job)
        let id = try JSONDecoder().decode(JobRecord.self, from: Data(job.output.utf8)).id
        try succeed(collector.edgeprof("jobs", "wait", id, "--timeout", "120s"))
        let listed = try collector.edgeprof("runs", "list", "--job", id)
        let runs = try JSONDecoder().decode(RunList.self, from: Data(listed.output.utf8)).runs
        let run = try #require(runs.first { $0.model.name == "mine" })
        #expect(run.outcome == .ok && run.model == Run.ModelReference(name: "mine", sha256: sum, source: .file))
        #expect(runs.contains { $0.model.name == "squeezenet1_1" && $0.outcome == .ok })
        #expect(try Programs.sha256sum("\(state)/models/\(sum).onnx") == sum)
    }

    private func succeed(_ result: Programs.Result) throws {
        try #require(result.status == 0, "\(result.errors)")
    }

    private func models(_ collector: Collector) throws -> [StoredModel] {
        let result = try collector.edgeprof("models", "list")
        try succeed(result)
        return try JSONDecoder().decode(ModelList.self, from: Data(result.output.utf8)).models
    }
}
