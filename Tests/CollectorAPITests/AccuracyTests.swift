import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct AccuracyTests {
    private let accuracy = ModelAccuracy(
        model: "resnet18",
        top1: 0.61,
        top1Interval: [0.58, 0.64],
        images: 1000,
        dataset: "shelf",
        measuredAt: Harness.start,
        producer: "edgeprof 0.1.0"
    )

    private func path(_ run: Run) -> String { "/v1/models/\(run.model.sha256)/accuracy" }

    @Test func aStoredAccuracyGoesBeforeThePublishedOne() async throws {
        let harness = try await Harness()
        let zoo = Run.sample(agentId: nil, model: "resnet18", milliseconds: 20)
        let file = {
            var run = Run.sample(agentId: nil, model: "resnet50", milliseconds: 40)
            run.model.source = .file
            run.model.sha256 = String(repeating: "5", count: 64)
            return run
        }()
        try await harness.requests { client in
            let admin = client.harness.admin.text
            _ = try await client.send(.put, "/v1/tiers", as: admin, json: TierList(tiers: [.sample("small")]))
            let stored = try await client.send(.post, "/v1/runs", as: admin, json: RunBatch(runs: [zoo, file]))
            #expect(try stored.decode(RunBatchResult.self).results.allSatisfy { $0.status == .stored })
            func sources() async throws -> [String: Choice.Accuracy] {
                let request = RankingRequest(deployment: .sample)
                let answer = try await client.send(.post, "/v1/rank", as: harness.viewer.text, json: request)
                let choices = try answer.decode(RankingResult.self).choices
                return Dictionary(choices.compactMap { choice in choice.accuracy.map { (choice.model, $0) } }) { $1 }
            }
            // A file called like a zoo model has no published accuracy.
            #expect(try await sources().mapValues(\.source) == ["resnet18": "published-int8"])
            #expect(try await client.get(path(zoo)).status == 404)

            #expect(try await client.send(.put, path(zoo), as: admin, json: accuracy).status == 200)
            #expect(try await client.send(.put, path(file), as: admin, json: accuracy).status == 200)
            let counted = Choice.Accuracy(value: 0.61, source: "evaluated", images: 1000, dataset: "shelf")
            #expect(try await sources() == ["resnet18": counted, "resnet50": counted])
            let list: ModelAccuracyList = try await client.get(path(zoo)).decode()
            #expect(list.accuracies == [accuracy])
        }
    }

    @Test func nonsenseIsRefused() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let admin = client.harness.admin.text
            let good = path(.sample(agentId: nil))
            var wrong = accuracy
            wrong.top1 = 61
            let answer = try await client.send(.put, good, as: admin, json: wrong)
            #expect(answer.status == 422)
            #expect(try answer.problem().detail?.contains("top1: ") == true)
            for id in ["x", String(repeating: "A", count: 64), String(repeating: "a", count: 65)] {
                #expect(
                    try await client.send(.put, "/v1/models/\(id)/accuracy", as: admin, json: accuracy).status == 400
                )
                #expect(try await client.get("/v1/models/\(id)/accuracy").status == 400)
            }
            #expect(try await client.send(.put, good, as: admin, body: Data("{".utf8)).status == 400)
            #expect(try await client.get(good + "?x=1").status == 400)
            #expect(try await client.get(good).status == 404)
        }
    }
}
