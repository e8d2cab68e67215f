import CollectorStore
import Economics
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct RankingTests {
    private func store(_ runs: [Run], _ client: Client) async throws {
        let answer = try await client.send(
            .post,
            "/v1/runs",
            as: client.harness.admin.text,
            json: RunBatch(runs: runs)
        )
        #expect(try answer.decode(RunBatchResult.self).results.allSatisfy { $0.status == .stored })
    }

    private func rank(_ deployment: Deployment, _ client: Client) async throws -> Answer {
        try await client.send(
            .post,
            "/v1/rank",
            as: client.harness.viewer.text,
            json: RankingRequest(deployment: deployment)
        )
    }

    @Test func rankingEqualsTheArithmeticOnTheStoredRuns() async throws {
        let harness = try await Harness()
        let one = try await harness.enroll("1", labels: ["kind": "small"])
        let two = try await harness.enroll("2", labels: ["kind": "large"])
        var small = Tier.sample("small")
        small.match = Tier.Match(label: ["kind": "small"])
        var large = Tier.sample("large", priceUsd: 80)
        large.match = Tier.Match(label: ["kind": "large"])
        let tiers = TierList(tiers: [small, large], examplePrices: true)
        let taken = [
            Run.sample(agentId: one.id, model: "resnet18", milliseconds: 84),
            .sample(agentId: one.id, model: "resnet18", milliseconds: 90),
            .sample(agentId: one.id, model: "resnet50", milliseconds: 190),
            .sample(agentId: two.id, model: "resnet18", milliseconds: 17),
            .sample(agentId: two.id, model: "resnet50", milliseconds: 41),
            .sample(agentId: two.id, model: "densenet121", milliseconds: 48),
            .sample(agentId: two.id, outcome: .oom, model: "vgg16"),
        ]
        let runs = taken.sorted { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }
        let tierOf = [one.id: "small", two.id: "large"]
        let facts = try runs.compactMap { try RunFacts($0, tier: tierOf[$0.agentId ?? ""] ?? "") }
        let measurements = RunAggregation.measurements(from: facts)
        #expect(measurements.measurements.count == 5)
        let expected = try Economics.rank(measurements: measurements, tiers: tiers, deployment: .sample)
        #expect(expected.choices.contains { $0.feasible && $0.roi != nil })

        try await harness.requests { client in
            #expect(try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: tiers).status == 200)
            #expect(try await client.get("/v1/tiers").decode(TierList.self) == tiers)
            // Stored in another order and in two batches: the answer is the same.
            try await store(Array(runs[3...].reversed()), client)
            _ = try await client.get("/v1/summary")
            try await store(Array(runs[..<3]), client)
            #expect(try await client.get("/v1/summary").decode(MeasurementSet.self) == measurements)
            let answer = try await rank(.sample, client)
            #expect(answer.status == 200)
            #expect(try answer.decode(RankingResult.self) == expected)
            #expect(try await rank(.sample, client).data == answer.data)
        }
    }

    @Test func summaryFollowsRunsAndTiers() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            func models() async throws -> [String] {
                let set: MeasurementSet = try await client.get("/v1/summary").decode()
                return set.measurements.map { "\($0.model) on \($0.tier)" }
            }
            #expect(try await models() == [])
            try await store([.sample(agentId: nil)], client)
            #expect(try await models() == [])
            for id in ["one", "two"] {
                let list = TierList(tiers: [.sample(id)])
                _ = try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: list)
                #expect(try await models() == ["resnet18 on \(id)"])
            }
            try await store([.sample(agentId: nil, model: "vgg11")], client)
            #expect(try await models() == ["resnet18 on two", "vgg11 on two"])
        }
    }

    @Test func hostsOutsideTheTiersAreNamed() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            try await store([.sample(agentId: nil)], client)
            let none = TierList(tiers: [.sample("x", cpuModel: "xeon")])
            _ = try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: none)
            let outside: RankingResult = try await rank(.sample, client).decode()
            #expect(outside.choices.isEmpty)
            #expect(outside.warnings.contains { $0.hasPrefix("no tier's rule accepts edge-1") })
            let two = TierList(tiers: [.sample("x"), .sample("y")])
            _ = try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: two)
            let twice: RankingResult = try await rank(.sample, client).decode()
            #expect(twice.warnings.contains { $0.hasPrefix("several tiers' rules accept edge-1") })
        }
    }

    @Test func anAbsurdRunDoesNotSpoilTheRest() async throws {
        let harness = try await Harness()
        var unsorted = Run.sample(agentId: nil)
        unsorted.latencyNanoseconds?.histogram.reverse()
        var absurd = Run.sample(agentId: nil, model: "absurd")
        absurd.throughputPerSecond = 1e300
        // Past the checks of the upload: as an earlier version with weaker ones might have stored them.
        _ = try await harness.store.insert([unsorted, absurd], from: .administrator, at: Harness.start)
        try await harness.requests { client in
            try await store([.sample(agentId: nil, model: "vgg11")], client)
            _ = try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: TierList(tiers: [.sample("x")]))
            let result: RankingResult = try await rank(.sample, client).decode()
            #expect(result.choices.map(\.model) == ["vgg11"])
            #expect(result.warnings.contains("runs left out for a histogram that cannot be read: 1"))
            #expect(result.warnings.contains("measurements left out for figures out of range: 1"))
        }
    }

    @Test func rankingNeedsPricesAndASoundDeployment() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let early = try await rank(.sample, client)
            #expect(early.status == 409)
            #expect(try early.problem().detail?.contains("PUT /v1/tiers") == true)
            var deployment = Deployment.sample
            deployment.headroom = 30
            deployment.slo.percentile = 95
            let unsound = try await rank(deployment, client)
            #expect(unsound.status == 422)
            let detail = try #require(try unsound.problem().detail)
            #expect(detail.contains("deployment.headroom: ") && detail.contains("deployment.slo.percentile: "))
            let body = try Spoilable(RankingRequest(deployment: .sample)).with("deployment.hedroom", 1).data()
            let misspelt = try await client.send(.post, "/v1/rank", as: harness.viewer.text, body: body)
            #expect(misspelt.status == 400)
            #expect(try misspelt.problem().detail?.hasPrefix("deployment.hedroom: is not a known key") == true)
        }
    }

    @Test func badTiersAreRefusedAndTheOldOnesStay() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let good = TierList(tiers: [.sample("x")])
            _ = try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: good)
            let bad = TierList(tiers: [.sample("x"), .sample("x", priceUsd: -1)])
            let answer = try await client.send(.put, "/v1/tiers", as: harness.admin.text, json: bad)
            #expect(answer.status == 422)
            let detail = try #require(try answer.problem().detail)
            #expect(detail.contains("tiers[1].id: ") && detail.contains("tiers[1].price_usd: "))
            #expect(try await client.get("/v1/tiers").decode(TierList.self) == good)
        }
    }
}
