import EdgeprofAPI
import Foundation
import ProcessTestSupport
import Testing

/// From enrolment to a ranking, with real processes, real HTTP and a real store.
@Suite(.serialized) struct WholePathTests {
    private let tiers = """
        example_prices: true
        tiers:
          - {id: box, price_usd: 300, memory_mib: 8192, os_reserve_mib: 500, idle_watts: 5, active_watts: 20,
             maintenance_per_year: 0.1, match: {label: {kind: box}}}
          - {id: small, price_usd: 45, memory_mib: 512, os_reserve_mib: 100, idle_watts: 2, active_watts: 5,
             maintenance_per_year: 0.1, match: {label: {kind: small}}}
        """
    private let deployment = """
        name: test
        demand: {inferences_per_second: 5, duty: 0.5, sites: 10, arrivals: poisson}
        slo: {percentile: 99, milliseconds: 2000}
        accuracy_floor: 0.5
        years: 3
        discount: 0.08
        usd_per_kwh: 0.15
        headroom: 0.3
        value: {correct_usd: 0.00002, wrong_usd: 0.00001}
        """

    @Test func noFinishedRunIsLostWhenTheCollectorIsKilled() throws {
        let collector = try Collector()
        defer { collector.stop() }
        let tiersFile = try collector.folder.write(tiers, to: "tiers.yaml")
        let deploymentFile = try collector.folder.write(deployment, to: "deployment.yaml")
        try succeed(collector.edgeprof("tiers", "import", tiersFile))
        try succeed(
            collector.edgeprof(
                "tokens",
                "create",
                "--role",
                "enrollment",
                "--uses",
                "2",
                "--output",
                collector.folder.path("enrol")
            )
        )

        var agents: [TestProcess] = []
        defer { for agent in agents { agent.end() } }
        for (name, limits) in [("box", []), ("small", ["--cpus", "0", "--isa", "avx2", "--memory-limit", "512MiB"])] {
            try succeed(
                Programs.run(
                    "edgeprof-agent",
                    [
                        "enroll", "--collector", collector.url, "--token-file", collector.folder.path("enrol"),
                        "--state-dir",
                        collector.folder.path(name), "--name", name, "--label", "kind=\(name)",
                    ] + limits
                )
            )
            agents.append(
                try Programs.start(
                    "edgeprof-agent",
                    ["run", "--state-dir", collector.folder.path(name)],
                    log: try collector.folder.newFile(name + ".log")
                )
            )
        }

        let models = ["shufflenet_v2_x0_5", "squeezenet1_1", "mobilenet_v2"]
        let created = try collector.edgeprof("jobs", "create", models[0], models[1], models[2], "--duration", "300ms")
        try succeed(created)
        let job = try JSONDecoder().decode(JobRecord.self, from: Data(created.output.utf8))
        #expect(job.total == 6)

        // Killed when a run has been stored, while others are being taken; back on the same port a while later.
        let first = try wait(seconds: 120) { try finished(job.id, collector) >= 1 }
        #expect(first, "no run arrived")
        collector.kill9()
        Thread.sleep(forTimeInterval: 3)
        try collector.start(port: collector.port)
        let all = try wait(seconds: 240) { try finished(job.id, collector) == 6 }
        #expect(all, "runs missing; box: \(log("box", collector)); small: \(log("small", collector))")
        try succeed(collector.edgeprof("jobs", "wait", job.id, "--timeout", "10s"))

        let listed = try collector.edgeprof("runs", "list", "--job", job.id)
        let runs = try JSONDecoder().decode(RunList.self, from: Data(listed.output.utf8)).runs
        #expect(Set(runs.compactMap(\.assignmentId)).count == 6)
        #expect(Set(runs.map(\.id)).count == runs.count)
        for run in runs {
            #expect(run.outcome == .ok, "\(run.model.name): \(run.outcomeReason ?? "")")
            #expect(run.flags.contains(.standIn) == (run.host.limits != nil))
            if run.host.limits != nil { #expect(run.isa == "avx2" || run.isa == "portable" || run.isa == "neon") }
        }

        // The ranking printed is Economics' answer to the stored runs, through the API or without it.
        let summary = try collector.edgeprof("summary")
        let summaryFile = try collector.folder.write(summary.output, to: "summary.json")
        let remote = try collector.edgeprof("rank", "--deployment", deploymentFile)
        let local = try collector.edgeprof(
            "rank",
            "--deployment",
            deploymentFile,
            "--tiers",
            tiersFile,
            "--measurements",
            summaryFile
        )
        try succeed(remote)
        try succeed(local)
        let ranking = try JSONDecoder().decode(RankingResult.self, from: Data(remote.output.utf8))
        #expect(ranking == (try JSONDecoder().decode(RankingResult.self, from: Data(local.output.utf8))))
        #expect(ranking.choices.count == 6)
        #expect(ranking.choices.allSatisfy { ($0.tier == "small") == ($0.basis == .standIn) })
        #expect(ranking.headline.first?.contains("do not buy from this") == true)
    }

    private func succeed(_ result: Programs.Result, location: SourceLocation = #_sourceLocation) throws {
        try #require(result.status == 0, "\(result.errors)\(result.output)", sourceLocation: location)
    }

    private func finished(_ job: String, _ collector: Collector) throws -> Int {
        let result = try collector.edgeprof("jobs", "list")
        guard result.status == 0 else { return 0 }
        return try JSONDecoder().decode(JobList.self, from: Data(result.output.utf8)).jobs.first { $0.id == job }?
            .finished ?? 0
    }

    private func log(_ name: String, _ collector: Collector) -> String {
        (try? String(contentsOfFile: collector.folder.path(name + ".log"), encoding: .utf8)) ?? ""
    }

    private func wait(seconds: Int, until condition: () throws -> Bool) throws -> Bool {
        for _ in 0..<(seconds * 5) {
            if try condition() { return true }
            Thread.sleep(forTimeInterval: 0.2)
        }
        return false
    }
}
