import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct ComparisonTests {
    /// Ten runs before noon at 20 ms and ten after it at 22 ms, one second apart, with a spread of half a percent.
    private func runs() -> [Run] {
        (0..<20).map { index in
            var run = Run.sample(
                agentId: nil,
                startedAt: Harness.start.advanced(bySeconds: index),
                milliseconds: index < 10 ? 20 : 22
            )
            let nanoseconds = UInt64(index < 10 ? 20_000_000 : 22_000_000) + UInt64(index % 5) * 25_000
            run.latencyNanoseconds = Run.Latency(
                p50: nanoseconds,
                p90: nanoseconds,
                p99: nanoseconds,
                min: nanoseconds,
                max: nanoseconds,
                mean: Double(nanoseconds),
                count: 100,
                histogram: [[nanoseconds, 100]]
            )
            return run
        }
    }

    private func body(_ edit: (inout RunComparisonRequest) -> Void = { _ in }) -> RunComparisonRequest {
        var (a, b) = (RunSelection(), RunSelection())
        a.model = "resnet18"
        a.until = Harness.start.advanced(bySeconds: 10)
        b.model = "resnet18"
        b.since = Harness.start.advanced(bySeconds: 10)
        var request = RunComparisonRequest(a: a, b: b)
        edit(&request)
        return request
    }

    @Test func storedRunsAreCompared() async throws {
        let harness = try await Harness()
        let runs = runs()
        try await harness.requests { client in
            func compare(_ request: RunComparisonRequest) async throws -> Answer {
                try await client.send(.post, "/v1/runs/compare", as: harness.viewer.text, json: request)
            }
            let stored = try await client.send(.post, "/v1/runs", as: harness.admin.text, json: RunBatch(runs: runs))
            #expect(try stored.decode(RunBatchResult.self).results.allSatisfy { $0.status == .stored })
            let answer = try await compare(body { $0.require = ["p50.change <= 20%"] })
            #expect(answer.status == 200)
            let comparison = try answer.decode(RunComparison.self)
            #expect(comparison.groups.first?.a.compared == 10 && comparison.groups.first?.b.compared == 10)
            #expect(comparison.groups.first?.figures.first?.verdict == .worse)
            #expect(comparison.passed == true)
            #expect(try await compare(body { $0.failIf = ["p50 > 21ms"] }).decode(RunComparison.self).passed == false)

            // By id, in any order, and the newest of a condition.
            let byId = try await compare(
                body {
                    $0.a = RunSelection()
                    $0.a.ids = runs[..<10].map(\.id).reversed()
                    $0.b.latest = 5
                }
            ).decode(RunComparison.self)
            #expect(byId.groups.first?.a.compared == 10 && byId.groups.first?.b.compared == 5)
            #expect(byId.groups.first?.figures.first?.a == comparison.groups.first?.figures.first?.a)
        }
    }

    @Test func whatCannotBeComparedSaysWhy() async throws {
        let harness = try await Harness()
        let runs = runs().enumerated().map { index, run in
            var run = run
            if index >= 10 { run.isa = "avx512vnni" }
            return run
        }
        try await harness.requests { client in
            _ = try await client.send(.post, "/v1/runs", as: harness.admin.text, json: RunBatch(runs: runs))
            func problem(_ edit: (inout RunComparisonRequest) -> Void) async throws -> (Int, String) {
                let answer = try await client.send(
                    .post,
                    "/v1/runs/compare",
                    as: harness.viewer.text,
                    json: body(edit)
                )
                return (answer.status, try answer.problem().detail ?? "")
            }
            var (status, detail) = try await problem { _ in }
            #expect(status == 409 && detail.contains("isa: A has avx2; B has avx512vnni"))
            (status, detail) = try await problem {
                $0.allow = [.isa]
                $0.require = ["p50 > 5"]
            }
            #expect(status == 422 && detail.contains("^") && detail.contains("the unit is ns"))
            (status, detail) = try await problem { $0.a = RunSelection() }
            #expect(status == 422 && detail.contains("selects every run"))
            (status, detail) = try await problem { $0.a.ids = ["x"] }
            #expect(status == 422 && detail.contains("a.ids[0]"))
            (status, detail) = try await problem { $0.b.model = "vgg16" }
            #expect(status == 409 && detail == "B has no runs")
            (status, detail) = try await problem { $0.a.ids = ["01990000-0000-7000-8000-000000000001"] }
            #expect(status == 404)
            (status, _) = try await problem { $0.require = Array(repeating: "p50 > 5ms", count: 101) }
            #expect(status == 422)
        }
    }
    /// 34 runs of a model on each of two hosts, the second slower by a tenth since its 20th of the last 32.
    @Test func changesOfTheFleetAreFound() async throws {
        let harness = try await Harness()
        let (steady, slowed) = (try await harness.enroll("1"), try await harness.enroll("2"))
        let runs = [(steady, 99), (slowed, 22)].flatMap { agent, change in
            (0..<34).map { index -> Run in
                var run = Run.sample(agentId: agent.id, startedAt: Harness.start.advanced(bySeconds: index))
                let nanoseconds = UInt64(index < change ? 20_000_000 : 22_000_000) + UInt64(index * 7 % 11) * 10_000
                run.latencyNanoseconds = Run.Latency(
                    p50: nanoseconds,
                    p90: nanoseconds,
                    p99: nanoseconds,
                    min: nanoseconds,
                    max: nanoseconds,
                    mean: Double(nanoseconds),
                    count: 100,
                    histogram: [[nanoseconds, 100]]
                )
                return run
            }
        }
        try await harness.requests { client in
            #expect(try await client.get("/v1/changes").decode(FleetChanges.self).checked == 0)
            let stored = try await client.send(.post, "/v1/runs", as: harness.admin.text, json: RunBatch(runs: runs))
            #expect(try stored.decode(RunBatchResult.self).results.allSatisfy { $0.status == .stored })
            let fleet = try await client.get("/v1/changes").decode(FleetChanges.self)
            #expect(fleet.checked == 2 && fleet.tooShort == 0)
            let change = try #require(fleet.changes.first)
            #expect(fleet.changes.count == 1 && change.hostId == slowed.id)
            #expect(change.runsBefore == 20 && change.runsAfter == 12)
            #expect(change.firstAfter == Harness.start.advanced(bySeconds: 22))
            #expect(abs(change.ratio - 1.1) < 0.005)
        }
    }
}
