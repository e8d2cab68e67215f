import EdgeprofAPI
import Testing

@testable import edgeprof

@Suite struct RepetitionsTests {
    private func run(_ model: String, p50: UInt64, flags: [Flag] = [], outcome: Run.Outcome = .ok) throws -> Run {
        Run(
            id: "01900000-0000-7000-8000-000000000000",
            startedAt: try #require(Timestamp("2026-11-22T10:00:00.000Z")),
            host: HostFacts(
                hostname: "box",
                architecture: "x86_64",
                cpuModel: "cpu",
                kernel: "6.1",
                operatingSystem: "Debian",
                usableCpus: 4,
                onlineCpus: 4,
                memoryBytes: 1 << 30,
                isa: "avx2"
            ),
            outcome: outcome,
            model: Run.ModelReference(name: model, sha256: model),
            threads: 1,
            instances: 1,
            isa: "avx2",
            plan: .fused,
            scenario: .singleStream,
            latencyNanoseconds: outcome == .ok
                ? Run.Latency(
                    p50: p50,
                    p90: p50 * 2,
                    p99: p50 * 3,
                    min: p50,
                    max: p50 * 3,
                    mean: Double(p50),
                    count: 1000,
                    histogram: [[p50, 1000]]
                ) : nil,
            flags: flags,
            producer: "edgeprof test"
        )
    }

    @Test func modelsRunOnceHaveNone() throws {
        #expect(Repetitions.of([try run("a", p50: 1), try run("b", p50: 1)]).isEmpty)
        #expect(RepetitionTable.text([try run("a", p50: 1)]).isEmpty)
    }

    @Test func theProcessIsWhatIsRepeated() throws {
        let runs = try [run("a", p50: 1_000_000), run("b", p50: 5), run("a", p50: 1_100_000), run("a", p50: 1_050_000)]
        let repetitions = try #require(Repetitions.of(runs).first)
        #expect(repetitions.processes == 3)
        #expect(repetitions.p50.median == 1_050_000)
        let interval = try #require(repetitions.p50.interval.value)
        #expect(interval[0] < 1_000_000 && interval[1] > 1_100_000)
        #expect(RepetitionTable.text(runs).contains("1.05"))
    }

    @Test func disturbedRunsAreLeftOutWhereOthersAre() throws {
        let some = try [run("a", p50: 10), run("a", p50: 99, flags: [.stolenTime]), run("a", p50: 11)]
        #expect(Repetitions.of(some).first?.processes == 2)
        #expect(Repetitions.of(some).first?.disturbed == 1)
        let all = try [run("a", p50: 10, flags: [.otherLoad]), run("a", p50: 12, flags: [.otherLoad])]
        #expect(Repetitions.of(all).first?.processes == 2)
        let failed = try [run("a", p50: 10), run("a", p50: 12, outcome: .crashed)]
        #expect(Repetitions.of(failed).isEmpty)
    }
}
