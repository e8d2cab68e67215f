import EdgeprofAPI
import Foundation
import HTTPTestServer
import ProcessTestSupport
import Spool
import Testing

/// The program itself, as a person and a service manager run it; the measurements are real.
@Suite(.serialized) struct ProgramTests {
    private static let folder: String = {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return ((own ?? CommandLine.arguments[0]) as NSString).deletingLastPathComponent
    }()

    private func start(_ arguments: [String], log: String) throws -> TestProcess {
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        return try TestProcess(Self.folder + "/edgeprof-agent", arguments, errors: .file(errors))
    }

    private func run(_ rig: Rig, _ arguments: [String]) throws -> (status: Int32, lines: [String]) {
        let status = try start(arguments, log: rig.folder + "/errors").wait()
        let text = try String(contentsOfFile: rig.folder + "/errors", encoding: .utf8)
        return (status, text.split(separator: "\n").map(String.init))
    }

    private func enroll(_ rig: Rig, _ url: String, _ more: String...) throws -> (status: Int32, lines: [String]) {
        let token = try rig.write("enrol-me\n", "token")
        return try run(rig, ["enroll", "--collector", url, "--token-file", token, "--state-dir", rig.state] + more)
    }

    /// Full Foundation and its ICU alone are 40 MB on disk.
    @Test func linksNoFullFoundation() throws {
        // The dynamic linker lists what it would load, and the program is not run.
        let environment = ProcessInfo.processInfo.environment.merging(["LD_TRACE_LOADED_OBJECTS": "1"]) { $1 }
        let output = try TestProcess.run(Self.folder + "/edgeprof-agent", environment: environment).output
        let libraries = String(decoding: output, as: UTF8.self)
        #expect(libraries.contains("libcurl.so"))
        for heavy in [
            "libFoundation.so", "libFoundationNetworking", "Internationalization", "sqlite", "yaml", "libxml",
        ] {
            #expect(!libraries.contains(heavy), "links \(heavy)")
        }
    }

    @Test func everyMistakeIsOneLineAndItsExitCode() throws {
        let rig = try Rig()
        let (token, file) = (try rig.write("enrol-me\n", "token"), try rig.write("", "file"))
        let base = ["enroll", "--token-file", token, "--state-dir", rig.state, "--collector"]
        let url = "http://127.0.0.1:1"
        let mistakes: [(arguments: [String], status: Int32, text: String)] = [
            (base + ["nonsense"], 2, "not a usable URL"),
            (base + [url, "--label", "nonsense"], 2, "key=value"),
            (base + [url, "--cpus", "1-"], 2, "0-3"),
            (base + [url, "--cpus", "60000"], 2, "not on this box"),
            (base + [url, "--isa", "mmx"], 2, "mmx"),
            (base + [url, "--memory-limit", "lots"], 2, "512MiB"),
            (["run", "--state-dir", rig.state, "--spool-limit", "1B"], 2, "spool limit"),
            (["run", "--state-dir", rig.state, "--startup-jitter", "-1"], 2, "startup-jitter"),
            (["run", "--state-dir", rig.state, "--once-timeout", "5"], 2, "--once"),
            (["run", "--state-dir", rig.state, "--once", "--once-timeout", "-1"], 2, "once-timeout"),
            (["run", "--state-dir", rig.state, "--worker-memory-limit", "1MiB"], 2, "worker memory limit"),
            (base + [url], 1, "connection refused"),
            (["enroll", "--collector", url, "--token-file", "/nowhere", "--state-dir", rig.state], 1, "/nowhere"),
            (["enroll", "--collector", url, "--token-file", token, "--state-dir", file + "/x"], 1, "Not a directory"),
            (["run", "--state-dir", rig.folder + "/none"], 1, "not enrolled"),
        ]
        for (arguments, status, text) in mistakes {
            let result = try run(rig, arguments)
            #expect(result.status == status, "\(arguments): \(result.lines)")
            #expect(result.lines.first?.contains(text) == true, "\(arguments): \(result.lines)")
            // The argument parser adds how the program is used.
            #expect(result.lines.count == 1 || result.lines.contains { $0.hasPrefix("Usage:") })
        }
        #expect(!FileManager.default.fileExists(atPath: rig.state + "/identity.json"))
    }

    @Test func enrollsMeasuresHandsOverAndEndsInGoodOrder() async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        #expect(try enroll(rig, collector.url, "--cpus", "0", "--isa", "portable").status == 0)
        let again = try enroll(rig, collector.url)
        #expect(again.status == 1 && again.lines.count == 1 && again.lines[0].contains("--force"))
        collector.assign("task", model: "shufflenet_v2_x0_5", settings: JobSettings(durationSeconds: 0.2))
        collector.assign("unknown", model: "nonsense")
        let agent = try start(["run", "--state-dir", rig.state], log: rig.folder + "/log")
        defer { agent.signal(SIGKILL) }
        #expect(try await eventually(within: 60) { collector.runs.count == 2 }, "\(text(rig))")
        let second = try run(rig, ["run", "--state-dir", rig.state])
        #expect(second.status == 1 && second.lines.count == 1 && second.lines[0].contains("another agent"))
        #expect(agent.end() == 0)
        let run = try #require(collector.runs.first { $0.assignmentId == "task" })
        #expect(run.outcome == .ok && run.isa == "portable" && run.flags.contains(.standIn), "\(run)")
        #expect(run.latencyNanoseconds.map { $0.count > 0 } == true)
        #expect(collector.runs.first { $0.assignmentId == "unknown" }?.outcome == .refused)
    }

    @Test func onceItMeasuresHandsOverAndEndsByItself() async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        #expect(try enroll(rig, collector.url).status == 0)
        collector.assign("task", model: "shufflenet_v2_x0_5", settings: JobSettings(durationSeconds: 0.2))
        collector.assign("unknown", model: "nonsense")
        let once = try run(rig, ["run", "--once", "--state-dir", rig.state])
        #expect(once.status == 0, "\(once.lines)")
        #expect(Set(collector.runs.map(\.outcome)) == [.ok, .refused])
        collector.server.stop()
        let unreachable = try run(rig, ["run", "--once", "--once-timeout", "0", "--state-dir", rig.state])
        #expect(unreachable.status == 1 && unreachable.lines.last?.contains("0 runs wait") == true)
    }

    /// What packs a model gets no more than it is allowed, and what does not suffice is told as such.
    @Test func aModelThatTakesTooMuchToPackIsOutOfMemory() async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        #expect(try enroll(rig, collector.url).status == 0)
        collector.assign("large", model: "vgg16", settings: JobSettings(durationSeconds: 0.2))
        collector.assign("small", model: "shufflenet_v2_x0_5", settings: JobSettings(durationSeconds: 0.2))
        let once = try run(rig, ["run", "--once", "--worker-memory-limit", "300MiB", "--state-dir", rig.state])
        #expect(once.status == 0, "\(once.lines)")
        let outcomes = Dictionary(collector.runs.map { ($0.assignmentId ?? "", $0.outcome) }) { $1 }
        #expect(outcomes == ["large": .oom, "small": .ok], "\(collector.runs.map(\.outcomeReason))")
    }

    @Test func killedAfterMeasuringItHandsOverTheSameRunLater() async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        #expect(try enroll(rig, collector.url).status == 0)
        collector.assign("task", model: "shufflenet_v2_x0_5", settings: JobSettings(durationSeconds: 0.2))
        let first = try start(["run", "--state-dir", rig.state, "--startup-jitter", "0"], log: rig.folder + "/log")
        // From the moment the work is handed out nothing gets through.
        #expect(try await eventually(within: 60) { text(rig).contains("measuring") })
        collector.with { $0.fault = .answer(503) }
        #expect(try await eventually(within: 60) { text(rig).contains("measured") })
        first.end(SIGKILL)
        let kept = try await rig.openSpool().pending()
        #expect(kept.count == 1)
        collector.with { $0.fault = nil }
        let second = try start(["run", "--state-dir", rig.state], log: rig.folder + "/log")
        #expect(try await eventually(within: 60) { collector.runs.count == 1 }, "\(text(rig))")
        second.end()
        #expect(collector.runs.map(\.id) == kept.map(\.id))
        #expect(!text(rig).contains("measuring"))
    }

    @Test func toldToStopInTheMiddleOfAMeasurementItLeavesNoProcessBehind() async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        #expect(try enroll(rig, collector.url).status == 0)
        collector.assign("task", model: "shufflenet_v2_x0_5", settings: JobSettings(durationSeconds: 300))
        let agent = try start(["run", "--state-dir", rig.state, "--startup-jitter", "0"], log: rig.folder + "/log")
        #expect(try await eventually(within: 60) { !children(of: agent.processIdentifier).isEmpty }, "\(text(rig))")
        let measuring = children(of: agent.processIdentifier)
        #expect(agent.end() == 0)
        #expect(try await eventually { measuring.allSatisfy { kill($0, 0) != 0 } })
        #expect(try await rig.openSpool().statistics.records == 0)
    }

    /// Whatever becomes of the process that packs and measures, the agent says so in that run and takes the next.
    @Test(arguments: [(SIGKILL, Run.Outcome.crashed), (SIGSEGV, .crashed), (SIGALRM, .timeout)])
    func theEndOfTheWorkerIsTheRunsOutcome(signal: Int32, outcome: Run.Outcome) async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        #expect(try enroll(rig, collector.url).status == 0)
        collector.assign("ended", model: "shufflenet_v2_x0_5", settings: JobSettings(durationSeconds: 300))
        collector.assign("next", model: "nonsense")
        let agent = try start(["run", "--state-dir", rig.state, "--startup-jitter", "0"], log: rig.folder + "/log")
        defer { agent.signal(SIGKILL) }
        var workers: [Int32] = []
        #expect(
            try await eventually(within: 60) {
                workers = children(of: agent.processIdentifier)
                return workers.contains { !children(of: $0).isEmpty }
            },
            "\(text(rig))"
        )
        let measuring = workers.flatMap(children)
        for worker in workers { kill(worker, signal) }
        #expect(try await eventually(within: 60) { collector.runs.count == 2 }, "\(text(rig))")
        let run = try #require(collector.runs.first { $0.assignmentId == "ended" })
        #expect(run.outcome == outcome && run.model.name == "shufflenet_v2_x0_5", "\(run)")
        #expect(run.outcomeReason?.contains("the process that prepares and measures") == true, "\(run)")
        #expect(collector.runs.first { $0.assignmentId == "next" }?.outcome == .refused)
        #expect(try await eventually { measuring.allSatisfy { kill($0, 0) != 0 } })
    }

    @Test func killedAgentLeavesNoProcessBehindAndAPersonGetsNoWorker() async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        #expect(try enroll(rig, collector.url).status == 0)
        let byHand = try run(rig, ["measure"])
        #expect(byHand.status == 3 && byHand.lines.count == 1 && byHand.lines[0].contains("the agent's own"))
        collector.assign("task", model: "shufflenet_v2_x0_5", settings: JobSettings(durationSeconds: 300))
        let agent = try start(["run", "--state-dir", rig.state, "--startup-jitter", "0"], log: rig.folder + "/log")
        var family: [Int32] = []
        #expect(
            try await eventually(within: 60) {
                let workers = children(of: agent.processIdentifier)
                family = workers + workers.flatMap(children)
                return family.count >= 2
            },
            "\(text(rig))"
        )
        agent.end(SIGKILL)
        #expect(try await eventually { family.allSatisfy { kill($0, 0) != 0 } })
    }

    private func text(_ rig: Rig) -> String {
        (try? String(contentsOfFile: rig.folder + "/log", encoding: .utf8)) ?? ""
    }

    private func children(of process: Int32) -> [Int32] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
        return tasks.flatMap { task in
            let text = try? String(contentsOfFile: "/proc/\(process)/task/\(task)/children", encoding: .utf8)
            return (text ?? "").split(separator: " ").compactMap { Int32($0) }
        }
    }
}
