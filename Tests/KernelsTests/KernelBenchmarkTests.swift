import HostInfo
import KernelBenchmark
import KernelDispatch
import Testing

@Suite("Kernel benchmark")
struct KernelBenchmarkTests {
    @Test func timesWhatWasAskedForAndNothingElse() {
        let benchmark = KernelBenchmark(instructionSets: ["portable"], families: [.add, .lookup], rounds: 1)
        #expect(benchmark.results.map(\.kernel) == ["qu8_vadd_c1__portable", "x8_lut_c1__portable"])
        for result in benchmark.results {
            #expect(result.rate > 0)
            #expect((result.share ?? 0) > 0)
            #expect(result.ceiling == .copy)
        }
        #expect(benchmark.peaks.isEmpty)
    }

    @Test func productsAreAShareOfTheirInstructionSetsPeak() throws {
        let set = try #require(KernelDispatch.usableInstructionSets().first?.rawValue)
        let benchmark = KernelBenchmark(instructionSets: [set], families: [.depthwise], rounds: 1)
        #expect(!benchmark.results.isEmpty)
        for result in benchmark.results {
            #expect(result.instructionSet == set)
            #expect(result.ceiling == .multiply)
            let peak = benchmark.peaks.first { $0.instructionSet == set }
            #expect(result.share == peak.map { result.rate / $0.macsPerSecond })
        }
    }
}
