import EdgeprofAPI
import Foundation
import ProcessTestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The example of docs/deciding.md answered three ways: by the command line from files, by a collector that was sent the runs,
/// and by an independent recomputation in Python.
@Suite struct DecidingTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func example(_ name: String) -> String {
        root.appendingPathComponent("examples").appendingPathComponent(name).path
    }

    private static let files = [
        "--deployment", example("deployment.yaml"), "--tiers", example("deciding/tiers.yaml"),
        "--measurements", example("deciding/measurements.json"),
    ]

    private func decoded<Content: Decodable>(_ result: Programs.Result, as: Content.Type) throws -> Content {
        try #require(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(Content.self, from: Data(result.output.utf8))
    }

    @Test func filesAndCollectorGiveTheSameAnswer() async throws {
        let collector = try Collector()
        defer { collector.stop() }
        let token = try String(contentsOfFile: collector.folder.path("admin-token"), encoding: .utf8)
        func send(_ method: String, _ path: String, _ body: Data) async throws -> Data {
            var request = URLRequest(url: try #require(URL(string: collector.url + path)))
            request.httpMethod = method
            request.httpBody = body
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            let bearer = token.trimmingCharacters(in: .whitespacesAndNewlines)
            request.setValue("Bearer \(bearer)", forHTTPHeaderField: "Authorization")
            let (answer, response) = try await URLSession.shared.data(for: request)
            let status = (response as? HTTPURLResponse)?.statusCode ?? 0
            try #require((200..<300).contains(status), "\(path): \(String(decoding: answer, as: UTF8.self))")
            return answer
        }
        let stored = try await send(
            "POST",
            "/v1/runs",
            try Data(contentsOf: URL(fileURLWithPath: Self.example("deciding/runs.json")))
        )
        let results = try JSONDecoder().decode(RunBatchResult.self, from: stored).results
        try #require(results.count == 24 && results.allSatisfy { $0.status == .stored }, "\(results)")
        let accuracies = try JSONDecoder().decode(
            [String: ModelAccuracy].self,
            from: Data(contentsOf: URL(fileURLWithPath: Self.example("deciding/accuracies.json")))
        )
        for (sha256, accuracy) in accuracies {
            _ = try await send("PUT", "/v1/models/\(sha256)/accuracy", try JSONEncoder().encode(accuracy))
        }
        let imported = try collector.edgeprof("tiers", "import", Self.example("deciding/tiers.yaml"))
        try #require(imported.status == 0, "\(imported.errors)")

        // The measurements shipped are what the collector makes of the runs shipped.
        let summary = try decoded(collector.edgeprof("summary", "--format", "json"), as: MeasurementSet.self)
        let shipped = try JSONDecoder().decode(
            MeasurementSet.self,
            from: Data(contentsOf: URL(fileURLWithPath: Self.example("deciding/measurements.json")))
        )
        #expect(summary == shipped)

        let deployment = Self.example("deployment.yaml")
        for options in [
            [], ["--by", "net-value"], ["--tier", "small", "--model", "resnet18"],
            ["--what-if", "price.large=400,demand=x2"],
        ] {
            let local = try decoded(
                Programs.run("edgeprof", ["rank"] + Self.files + options + ["--format", "json"]),
                as: RankingResult.self
            )
            let remote = try decoded(
                Programs.run(
                    "edgeprof",
                    ["rank", "--deployment", deployment, "--format", "json"] + options,
                    environment: ["XDG_CONFIG_HOME": collector.folder.path("config")]
                ),
                as: RankingResult.self
            )
            #expect(local == remote, "\(options)")
        }
        let unknown = try collector.edgeprof("rank", "--deployment", deployment, "--tier", "larg")
        #expect(unknown.status == 1 && unknown.errors.contains("did you mean large?"), "\(unknown.errors)")
        #expect(unknown.errorLines.count == 1)
    }

    @Test func recomputationGivesTheSameAnswer() throws {
        let python = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let python else {
            // Never missing in CI.
            try #require(ProcessInfo.processInfo.environment["CI"] == nil)
            print("skipped: python3 is not installed")
            return
        }
        let ranking = try decoded(
            Programs.run("edgeprof", ["rank"] + Self.files + ["--format", "json"]),
            as: RankingResult.self
        )
        let script = Self.root.appendingPathComponent("Tests/EconomicsTests/recompute.py").path
        let (data, code) = try TestProcess.run(
            python,
            [script, "--files", Self.files[1], Self.files[3], Self.files[5]]
        )
        try #require(code == 0)
        let expected = try JSONDecoder().decode(Recomputed.self, from: data)

        #expect(expected.rank.count == 6 && ranking.choices.count == 6)
        for (choice, row) in zip(ranking.choices, expected.rank) {
            let name = "\(row.model) on \(row.tier)"
            #expect(choice.model == row.model && choice.tier == row.tier)
            #expect(choice.feasible == row.feasible && choice.failed == row.failed, "\(name)")
            #expect(choice.unitsPerSite == row.unitsPerSite, "\(name)")
            for (value, other) in [
                (choice.tcoUsd, row.tcoUsd), (choice.valueUsd, row.valueUsd), (choice.roi, row.roi),
                (choice.latencyUnderLoadMilliseconds, row.latencyUnderLoadMilliseconds),
                (choice.usdPerMillionCorrect, row.usdPerMillionCorrect), (choice.opexUsd, row.opexUsd),
            ] {
                let figure = try #require(value, "\(name)")
                #expect(abs(figure - other) <= 1e-9 * abs(other), "\(name): \(figure), not \(other)")
            }
        }
        // To the digits of the worked example.
        #expect(ranking.choices.first.map { "\($0.model) on \($0.tier)" } == "resnet18 on large")
        #expect(abs((ranking.choices.first?.roi ?? 0) - 74.445885) < 1e-6)
        #expect(expected.plan.choice == Choice.Alternative(model: "resnet50", tier: "large"))
        #expect(abs((expected.plan.objectiveUsd ?? 0) - (2_078_067.399 - 46_493.470)) < 0.01)
    }

    private struct Recomputed: Decodable {
        struct Row: Decodable {
            var model: String
            var tier: String
            var feasible: Bool
            var failed: [String]
            var unitsPerSite: Int
            var tcoUsd: Double
            var opexUsd: Double
            var valueUsd: Double
            var roi: Double
            var usdPerMillionCorrect: Double
            var latencyUnderLoadMilliseconds: Double
        }
        struct Plan: Decodable {
            var choice: Choice.Alternative?
            var objectiveUsd: Double?
        }
        var rank: [Row]
        var plan: Plan
    }
}
