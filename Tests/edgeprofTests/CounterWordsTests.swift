import EdgeprofAPI
import Testing

@testable import edgeprof

@Suite struct CounterWordsTests {
    private func layer(_ name: String, counters: [String: UInt64]? = nil, macs: UInt64 = 1_000_000) -> Run.Layer {
        var layer = Run.Layer(
            name: name,
            operation: "convolution",
            shape: "1x512x112x112",
            macs: macs,
            memoryAccessBytes: 20_000,
            nanoseconds: 10_000,
            rooflineShare: 0.51,
            boundBy: .compute
        )
        layer.counters = counters
        return layer
    }

    private func run(counters: [Run.Counter] = [], layers: [Run.Layer]? = nil, threads: Int = 1) -> Run {
        var host = HostFacts(
            hostname: "box",
            architecture: "x86_64",
            cpuModel: "c",
            kernel: "6",
            operatingSystem: "d",
            usableCpus: 4,
            onlineCpus: 4,
            memoryBytes: 1 << 30,
            isa: "avx2"
        )
        host.cacheLineBytes = 64
        return Run(
            id: "i",
            startedAt: Timestamp(millisecondsSinceEpoch: 1),
            host: host,
            outcome: .ok,
            model: Run.ModelReference(name: "net", sha256: ""),
            threads: threads,
            instances: 1,
            isa: "avx2",
            plan: .fused,
            scenario: .singleStream,
            latencyNanoseconds: Run.Latency(
                p50: 1,
                p90: 1,
                p99: 1,
                min: 1,
                max: 1,
                mean: 1,
                count: 1000,
                histogram: [[1, 1000]]
            ),
            counters: counters,
            layers: layers,
            producer: "p"
        )
    }

    private let counted = [
        Run.Counter(name: "cycles", availability: .ok, value: 2e9, liveFraction: 1),
        Run.Counter(name: "instructions", availability: .ok, value: 5e9, liveFraction: 1),
        Run.Counter(name: "LLC-load-misses", availability: .ok, value: 1e6, liveFraction: 0.4),
        Run.Counter(name: "branches", availability: .denied, reason: "paranoid"),
    ]

    @Test func countersAreOfAQueryAndScaledOnesMarked() {
        let run = run(counters: counted)
        let words = run.counters.map { CounterWords.describe($0, of: run) }
        #expect(words[1] == "5.00 M a query")
        #expect(words[2] == "~1.00 k a query, scaled: live 40.0 % of the time")
        #expect(words[3] == "denied: paranoid")
    }

    @Test func theParagraphSaysWhatIsKnown() {
        let text = CounterWords.paragraphs([run(counters: counted)], width: 80)
        #expect(text.contains("2.50 instructions a cycle"))
        #expect(text.contains("~62.5 KiB read from memory"))
        // Misses were live at other times than instructions: no ratio.
        #expect(!text.contains("1,000 instructions") && !text.contains("spin"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(CounterWords.paragraphs([run(counters: counted, threads: 2)], width: 80).contains("spin"))
        #expect(CounterWords.paragraphs([run()], width: 80).isEmpty)
    }

    @Test func layersFitATerminal() {
        let counters: [String: UInt64] = [
            "cycles": 40_000, "instructions": 100_000, "L1-dcache-load-misses": 123_456, "LLC-load-misses": 12_345,
        ]
        for run in [
            run(layers: [layer("features.denseblock1.denselayer1.conv1")]),
            run(layers: [layer("features.denseblock1.denselayer1.conv1", counters: counters), layer("b")]),
        ] {
            let text = LayerTable.table(run, width: 80).rendered(as: .table, width: 80)
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
        }
    }

    @Test func countersOfLayersHaveColumnsOnlyWhereThereAreAny() {
        let plain = LayerTable.table(run(layers: [layer("a"), layer("b", macs: 0)]))
        #expect(!plain.columns.map(\.title).contains("IPC"))
        let intensity = plain.columns.firstIndex { $0.title == "MAC/B" }
        #expect(intensity.map { column in plain.rows.map { $0[column] } } == ["50.0", ""])
        let counted = LayerTable.table(
            run(layers: [layer("a", counters: ["cycles": 4, "instructions": 10]), layer("b", counters: ["cycles": 0])])
        )
        #expect(counted.columns.map(\.title).suffix(2) == ["instr", "IPC"])
        #expect(counted.rows.map { Array($0.suffix(2)) } == [["10", "2.50"], ["-", "-"]])
    }
}
