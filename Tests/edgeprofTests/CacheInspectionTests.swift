import InferenceEngine
import Measurement
import Testing

@testable import edgeprof

@Suite struct CacheInspectionTests {
    private func inspection(of caches: String) async throws -> CacheInspection {
        try CacheInspection(
            model: ModelSource("shufflenet_v2_x0_5"),
            caches: try await CacheChoice(caches) { throw InputError("no tiers are needed") },
            isa: "avx2",
            plan: .fused
        )
    }

    @Test func saysOnEveryPageThatItIsSimulatedAndFitsATerminal() async throws {
        let result = try await inspection(of: "32K,512K,32M")
        let page = result.page(as: .table, width: 80)
        #expect(page.hasPrefix("simulated, not measured"))
        #expect(page.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(try JSONOutput.text(result).contains("\"simulated\" : true"))
        #expect(result.stepNumbers.rendered(as: .csv).contains("simulatedMissesL2"))
    }

    @Test func largerLevelsFetchLessAndTheLastHoldsAll() async throws {
        let result = try await inspection(of: "32K,512K,32M")
        #expect(result.levels[0].misses > result.levels[1].misses)
        #expect(result.levels[2].misses == 0)
        #expect(result.levels[1].bytesFromNextLevel == result.levels[1].misses * 64)
        // Of the last level that misses at all, worst first.
        let worst = result.worstSteps.map { $0.misses[1] }
        #expect(!worst.isEmpty && worst == worst.sorted(by: >))
    }

    @Test func refusesAnUnknownInstructionSet() async throws {
        let caches = try await CacheChoice("32K") { throw InputError("no tiers are needed") }
        #expect(throws: InputError.self) {
            try CacheInspection(model: ModelSource("squeezenet1_1"), caches: caches, isa: "mmx", plan: .fused)
        }
    }
}
