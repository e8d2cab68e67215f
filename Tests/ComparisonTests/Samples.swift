import EdgeprofAPI
import Statistics

extension Run {
    /// A run with figures of its own.
    static func sample(
        _ number: Int,
        model: String = "resnet18",
        milliseconds: Double = 20,
        host: String = "edge-1",
        isa: String = "avx2",
        outcome: Outcome = .ok,
        flags: [Flag] = [],
        rssMib: UInt64 = 60
    ) -> Run {
        let nanoseconds = UInt64(milliseconds * 1e6)
        let digits = String(number, radix: 16)
        return Run(
            id: "01990000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits,
            startedAt: Timestamp(millisecondsSinceEpoch: 1_763_900_000_000 + Int64(number) * 1000),
            host: HostFacts(
                hostname: host,
                architecture: "x86_64",
                cpuModel: "Test CPU",
                kernel: "6.1",
                operatingSystem: "Debian 13",
                usableCpus: 4,
                onlineCpus: 4,
                memoryBytes: 1 << 30,
                isa: isa
            ),
            outcome: outcome,
            model: ModelReference(name: model, sha256: String(repeating: "a", count: 64)),
            threads: 1,
            instances: 1,
            isa: isa,
            plan: .fused,
            scenario: .singleStream,
            latencyNanoseconds: outcome == .ok
                ? Latency(
                    p50: nanoseconds,
                    p90: nanoseconds + 1,
                    p99: nanoseconds + nanoseconds / 10,
                    min: nanoseconds,
                    max: nanoseconds,
                    mean: Double(nanoseconds),
                    count: 1000,
                    histogram: [[nanoseconds, 1000]]
                ) : nil,
            throughputPerSecond: outcome == .ok ? 1000 / milliseconds : nil,
            memory: Memory(
                peakRssBytes: rssMib << 20,
                loadPeakRssBytes: 1,
                rssAnonBytes: 1,
                arenaBytes: 1,
                weightBytes: 1
            ),
            flags: flags,
            producer: "test"
        )
    }

    /// Runs whose latencies spread by 1 % about a level.
    static func samples(
        _ count: Int,
        from first: Int,
        milliseconds: Double,
        host: String = "edge-1",
        isa: String = "avx2",
        model: String = "resnet18"
    ) -> [Run] {
        var random = RandomSource(seed: UInt64(first))
        return (0..<count).map {
            .sample(
                first + $0,
                model: model,
                milliseconds: milliseconds * (1 + 0.01 * random.normal()),
                host: host,
                isa: isa
            )
        }
    }
}
