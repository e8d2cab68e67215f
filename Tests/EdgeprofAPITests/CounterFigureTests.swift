import EdgeprofAPI
import Testing

@Suite struct CounterFigureTests {
    private func counter(
        _ name: String,
        _ value: Double?,
        live: Double = 1,
        enabled: UInt64? = 1_000_000
    ) -> Run.Counter {
        guard let value else { return Run.Counter(name: name, availability: .denied, reason: "paranoid") }
        return Run.Counter(
            name: name,
            availability: .ok,
            value: value,
            liveFraction: live,
            rawValue: UInt64(value * live),
            enabledNanoseconds: enabled,
            runningNanoseconds: enabled.map { UInt64(Double($0) * live) }
        )
    }

    private func run(_ counters: [Run.Counter], line: Int? = 64, queries: UInt64? = 100) -> Run {
        var host = HostFacts(
            hostname: "h",
            architecture: "x86_64",
            cpuModel: "c",
            kernel: "6",
            operatingSystem: "d",
            usableCpus: 1,
            onlineCpus: 1,
            memoryBytes: 1,
            isa: "avx2"
        )
        host.cacheLineBytes = line
        var run = Run(
            id: "i",
            startedAt: Timestamp(millisecondsSinceEpoch: 1),
            host: host,
            outcome: .ok,
            model: Run.ModelReference(name: "m", sha256: ""),
            threads: 1,
            instances: 1,
            isa: "avx2",
            plan: .fused,
            scenario: .singleStream,
            counters: counters,
            producer: "p"
        )
        run.latencyNanoseconds = queries.map {
            Run.Latency(p50: 1, p90: 1, p99: 1, min: 1, max: 1, mean: 1, count: $0, histogram: [[1, $0]])
        }
        return run
    }

    private func value(_ run: Run, _ name: Run.CounterFigure.Name) -> Double? { run.counterFigure(name)?.value }

    @Test func ratiosOfWholeCounters() {
        let run = run([
            counter("cycles", 4e6), counter("instructions", 1e7), counter("branch-misses", 2e4),
            counter("L1-dcache-load-misses", 3e5), counter("LLC-load-misses", 1e4), counter("dTLB-load-misses", 1e3),
            counter("stalled-cycles-frontend", 1e6), counter("stalled-cycles-backend", 2e6),
        ])
        let expected: [Run.CounterFigure.Name: Double] = [
            .instructionsPerCycle: 2.5, .branchMisses: 2, .level1Misses: 30, .lastLevelMisses: 1, .dataTLBMisses: 0.1,
            .memoryBytes: 6400, .frontendStalls: 0.25, .backendStalls: 0.5,
        ]
        for (name, figure) in expected { #expect(value(run, name) == figure, "\(name)") }
        #expect(run.counterFigures.allSatisfy { !$0.isScaled && $0.reason == nil && $0.availability == .ok })
        #expect(run.counterFigures.map(\.name) == Run.CounterFigure.Name.allCases)
        #expect(run.perQuery(run.counters[1]) == 1e5)
    }

    /// Members of one group go on and off together; to the nanosecond, which two groups that take turns never do.
    @Test func countersThatTookTurnsHaveNoRatio() throws {
        let together = run([counter("cycles", 4e6, live: 0.5), counter("instructions", 1e7, live: 0.5)])
        #expect(value(together, .instructionsPerCycle) == 2.5)
        #expect(together.counterFigure(.instructionsPerCycle)?.isScaled == true)
        for other in [
            counter("cycles", 4e6, live: 0.500001), counter("cycles", 4e6),
            counter("cycles", 4e6, live: 0.5, enabled: nil),
        ] {
            let apart = run([other, counter("instructions", 1e7, live: 0.5)])
            let figure = try #require(apart.counterFigure(.instructionsPerCycle))
            #expect(figure.value == nil && figure.availability == .absent)
            #expect(figure.reason?.contains("different times") == true)
        }
        // Runs of older agents tell no times: half the time each is not the same half.
        let older = run([
            counter("cycles", 4e6, live: 0.5, enabled: nil), counter("instructions", 1e7, live: 0.5, enabled: nil),
        ])
        #expect(value(older, .instructionsPerCycle) == nil)
        #expect(
            value(run([counter("cycles", 2), counter("instructions", 4, live: 0.9995)]), .instructionsPerCycle) == 2
        )
    }

    @Test func whatIsMissingIsNamed() {
        func reason(_ run: Run, _ name: Run.CounterFigure.Name) -> String? { run.counterFigure(name)?.reason }
        #expect(reason(run([]), .instructionsPerCycle) == "instructions was not counted")
        #expect(reason(run([counter("instructions", 1)]), .instructionsPerCycle) == "cycles was not counted")
        #expect(reason(run([counter("LLC-load-misses", nil)]), .memoryBytes) == "LLC-load-misses: paranoid")
        #expect(reason(run([counter("LLC-load-misses", 1)], line: nil), .memoryBytes)?.contains("line size") == true)
        #expect(reason(run([counter("LLC-load-misses", 1)], queries: nil), .memoryBytes) == "no queries")
        let still = run([counter("cycles", 0), counter("instructions", 1)])
        #expect(reason(still, .instructionsPerCycle) == "cycles counted nothing")
        #expect(still.counterFigures.allSatisfy { $0.value == nil && $0.reason != nil })
    }
}
