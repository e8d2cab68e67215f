import EdgeprofAPI
import Glibc
import MeasurementCore

/// Checks a record that was taken on a processor which counts cycles and instructions and no cache events: PASS or FAIL a line.
///
/// - Returns: whether all checks held.
func checkCounters(path: String) throws -> Bool {
    guard case .measured(let record) = try MeasurementRecord(recordBytes(path: path)) else {
        fail("\(path): holds no measurement")
    }
    var holds = true
    func check(_ name: String, _ condition: Bool, _ detail: String) {
        print("\(condition ? "PASS" : "FAIL") \(name): \(detail)")
        if !condition { holds = false }
    }
    func counter(_ name: String) -> RecordedCounter {
        record.counters.first { $0.name == name } ?? RecordedCounter(name: name, availability: .absent)
    }
    let queries = Double(record.latency.bins.reduce(0) { $0 + $1.count })
    let (cycles, instructions) = (counter("cycles"), counter("instructions"))
    for one in [cycles, instructions] {
        let isWhole = one.availability == .ok && one.rawValue > 0 && Double(one.rawValue) == one.value
        let times = "enabled \(one.enabledNanoseconds), running \(one.runningNanoseconds) ns"
        check("window-\(one.name)", isWhole, "\(Int(one.value / queries)) a query of \(Int(queries)); \(times)")
    }
    let caches = ["L1-dcache-load-misses", "LLC-load-misses"].map(counter)
    let areReasons = caches.allSatisfy { $0.availability == .absent && !$0.reason.isEmpty && $0.value == 0 }
    check("caches-have-reasons", areReasons, caches.map(\.reason).joined(separator: "; "))

    let layers = record.layers ?? []
    let names = Set(layers.flatMap(\.counters.keys))
    check(
        "layers-count-what-counts",
        names == ["cycles", "instructions"],
        "\(names.sorted()) in \(layers.count) layers"
    )
    let sum = Double(layers.reduce(0) { $0 + ($1.counters["instructions"] ?? 0) })
    let share = sum / (instructions.value / queries)
    check("layers-add-up", abs(share - 1) < 0.03, "layers' instructions are \(share) of a query's")
    let heaviest = layers.max { $0.macs < $1.macs }
    let most = layers.map { $0.counters["instructions"] ?? 0 }.max() ?? 0
    let heavy = heaviest?.counters["instructions"] ?? 0
    check(
        "work-takes-instructions",
        heavy > 0 && heavy * 4 >= most,
        "\(heaviest?.name ?? "none"): \(heavy), most \(most)"
    )

    let figures = run(record, queries: UInt64(queries)).counterFigures
    let rate = figures.first { $0.name == .instructionsPerCycle }
    let expected = instructions.value / cycles.value
    check(
        "derived-ipc",
        rate?.value.map { abs($0 - expected) < 1e-9 } == true,
        "\(rate?.value ?? 0) instructions a cycle"
    )
    let misses = figures.first { $0.name == .lastLevelMisses }
    check("derived-misses-absent", misses?.value == nil && misses?.reason?.isEmpty == false, misses?.reason ?? "")
    return holds
}

/// A run with the record's counters and nothing else of it.
private func run(_ record: MeasuredRecord, queries: UInt64) -> Run {
    Run(
        id: "",
        startedAt: Timestamp(millisecondsSinceEpoch: 0),
        host: HostFacts(
            hostname: "",
            architecture: "",
            cpuModel: "",
            kernel: "",
            operatingSystem: "",
            usableCpus: 1,
            onlineCpus: 1,
            memoryBytes: 1,
            isa: record.isa
        ),
        outcome: .ok,
        model: Run.ModelReference(name: "", sha256: ""),
        threads: 1,
        instances: 1,
        isa: record.isa,
        plan: .fused,
        scenario: .singleStream,
        latencyNanoseconds: Run.Latency(p50: 1, p90: 1, p99: 1, min: 1, max: 1, mean: 1, count: queries, histogram: []),
        counters: record.counters.map { counter in
            Run.Counter(
                name: counter.name,
                availability: counter.availability == .ok ? .ok : .absent,
                reason: counter.reason,
                value: counter.availability == .ok ? counter.value : nil,
                liveFraction: counter.liveFraction,
                rawValue: counter.rawValue,
                enabledNanoseconds: counter.enabledNanoseconds,
                runningNanoseconds: counter.runningNanoseconds
            )
        },
        producer: ""
    )
}
