import CollectorStore
import Economics
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct PlanTests {
    private func plan(_ request: PlanningRequest, _ client: Client) async throws -> Answer {
        try await client.send(.post, "/v1/plan", as: client.harness.viewer.text, json: request)
    }

    @Test func planEqualsTheArithmeticOnTheSummary() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let tiers = TierList(tiers: [.sample("x"), .sample("y", priceUsd: 80)], examplePrices: true)
            let runs = [
                Run.sample(agentId: nil, model: "resnet18", milliseconds: 17),
                .sample(agentId: nil, model: "resnet50", milliseconds: 41),
                .sample(agentId: nil, model: "densenet121", milliseconds: 48),
            ]
            _ = try await client.send(.post, "/v1/runs", as: harness.admin.text, json: RunBatch(runs: runs))
            let one = TierList(tiers: [tiers.tiers[1]], examplePrices: true)
            _ = try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: one)
            let measurements = try await client.get("/v1/summary").decode(MeasurementSet.self)
            #expect(measurements.measurements.count == 3)
            for request in [
                PlanningRequest(deployment: .sample),
                PlanningRequest(deployment: .sample, counterfactual: "densenet121", whatIf: ["price.y=120"]),
                PlanningRequest(
                    deployment: .sample,
                    sites: [
                        .init(site: "a", inferencesPerSecond: 9, owned: ["y": 1]),
                        .init(site: "b", inferencesPerSecond: 33),
                    ],
                    stock: ["y": 1],
                    budgetUsd: 3000
                ),
            ] {
                let answer = try await plan(request, client)
                #expect(answer.status == 200)
                var expected = try Economics.plan(measurements: measurements, tiers: one, request: request)
                let result = try answer.decode(PlanResult.self)
                expected.warnings = result.warnings
                #expect(result == expected)
                #expect(try await plan(request, client).data == answer.data)
            }
        }
    }

    @Test func whatIsWrongIsSaid() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            #expect(try await plan(PlanningRequest(deployment: .sample), client).status == 409)
            let tiers = TierList(tiers: [.sample("x")])
            _ = try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: tiers)
            var deployment = Deployment.sample
            deployment.years = 0
            let cases: [(PlanningRequest, String)] = [
                (PlanningRequest(deployment: deployment), "deployment.years: 0 is outside 1 to 50"),
                (PlanningRequest(deployment: .sample, sites: []), "sites: is empty"),
                (PlanningRequest(deployment: .sample, stock: ["z": 1]), "stock.z: there is no tier `z`; use x"),
                (PlanningRequest(deployment: .sample, budgetUsd: -1), "budgetUsd: -1 is outside 0 to"),
                (PlanningRequest(deployment: .sample, counterfactual: "alexnet"), "counterfactual: no measurement of"),
                (PlanningRequest(deployment: .sample, whatIf: ["nonsense=1"]), "what-if nonsense: no such key"),
            ]
            for (request, detail) in cases {
                let answer = try await plan(request, client)
                #expect(answer.status == 422)
                let said = try answer.problem().detail ?? ""
                #expect(said.contains(detail), "\(said)")
            }
            let body = try Spoilable(PlanningRequest(deployment: .sample)).with("budget", 1).data()
            let misspelt = try await client.send(.post, "/v1/plan", as: harness.viewer.text, body: body)
            #expect(misspelt.status == 400)
            #expect(try misspelt.problem().detail?.hasPrefix("budget: is not a known key") == true)
            // Nothing measured yet: the answer says so, and is no error.
            let empty = try await plan(PlanningRequest(deployment: .sample), client)
            #expect(empty.status == 200)
            #expect(try empty.decode(PlanResult.self).choice == nil)
        }
    }
}
