import EdgeprofAPI
import Foundation
import Testing

/// `runs compare` with files alone: what it prints and how it exits.
@Suite struct CompareTests {
    private func file(
        _ name: String,
        milliseconds: Double,
        count: Int,
        isa: String = "avx2",
        in folder: TemporaryFolder
    )
        throws -> String
    {
        let runs = (0..<count).map { index -> Run in
            let nanoseconds = UInt64(milliseconds * 1e6 * (1 + 0.002 * Double(index % 5)))
            return Run(
                id: UUIDv7.make(at: Timestamp(millisecondsSinceEpoch: 1_763_900_000_000 + Int64(index))),
                startedAt: Timestamp(millisecondsSinceEpoch: 1_763_900_000_000 + Int64(index)),
                host: HostFacts(
                    hostname: "edge-1",
                    architecture: "x86_64",
                    cpuModel: "Test CPU",
                    kernel: "6.1",
                    operatingSystem: "Debian",
                    usableCpus: 4,
                    onlineCpus: 4,
                    memoryBytes: 1 << 30,
                    isa: isa
                ),
                outcome: .ok,
                model: .init(name: "resnet18", sha256: String(repeating: "a", count: 64)),
                threads: 1,
                instances: 1,
                isa: isa,
                plan: .fused,
                scenario: .singleStream,
                latencyNanoseconds: .init(
                    p50: nanoseconds,
                    p90: nanoseconds,
                    p99: nanoseconds,
                    min: nanoseconds,
                    max: nanoseconds,
                    mean: Double(nanoseconds),
                    count: 1000,
                    histogram: [[nanoseconds, 1000]]
                ),
                throughputPerSecond: 1e9 / Double(nanoseconds),
                memory: .init(
                    peakRssBytes: 60 << 20,
                    loadPeakRssBytes: 1,
                    rssAnonBytes: 1,
                    arenaBytes: 1,
                    weightBytes: 1
                ),
                producer: "test"
            )
        }
        let path = folder.path(name)
        try JSONEncoder().encode(RunList(runs: runs)).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func gatesSetTheExitCode() throws {
        let folder = try TemporaryFolder()
        let before = try file("before.json", milliseconds: 20, count: 6, in: folder)
        let after = try file("after.json", milliseconds: 15, count: 6, in: folder)
        let few = try file("few.json", milliseconds: 15, count: 4, in: folder)
        let other = try file("other.json", milliseconds: 15, count: 6, isa: "avx512vnni", in: folder)
        func compare(_ arguments: String...) throws -> Programs.Result {
            try Programs.run("edgeprof", ["runs", "compare"] + arguments)
        }
        let faster = try compare(before, after, "--require", "speedup >= 1.3", "--fail-if", "p99 > 50ms")
        #expect(faster.status == 0, "\(faster.errors)")
        let comparison = try JSONDecoder().decode(RunComparison.self, from: Data(faster.output.utf8))
        #expect(comparison.passed == true)
        #expect(comparison.groups.first?.figures.first?.verdict == .better)

        let slower = try compare(after, before, "--fail-if", "p50.change > 5%", "--format", "csv")
        #expect(slower.status == 3)
        #expect(slower.errorLines.count == 1 && slower.errors.contains("NOT PASSED: resnet18: fail-if p50.change > 5%"))
        #expect(slower.output.contains("resnet18") && slower.output.contains("worse"))
        #expect(try compare(before, after, "--require", "speedup >= 2", "--format", "markdown").status == 3)

        // Four runs are too few, whatever they show.
        #expect(try compare(before, few).status == 0)
        #expect(try compare(before, few, "--fail-if", "p99 > 50ms").status == 3)
        #expect(try compare(before, few, "--require", "speedup >= 1.1").status == 3)

        let unlike = try compare(before, other)
        #expect(unlike.status == 1 && unlike.output.isEmpty)
        #expect(unlike.errors.contains("isa: A has avx2; B has avx512vnni") && unlike.errors.contains("--allow isa"))
        #expect(try compare(before, other, "--allow", "isa", "--require", "speedup >= 1.1").status == 0)

        let bad = try compare(before, after, "--require", "p99 > 5")
        #expect(bad.status == 2 && bad.errors.contains("       ^") && bad.errors.contains("the unit is ns"))
        #expect(try compare(before, folder.path("none.json")).status == 1)
        #expect(try compare(before, "modle=x").status == 1)
        #expect(try compare(before, before).errors.contains("is in A and in B"))
    }
}
