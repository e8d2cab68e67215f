import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Networks no one would think of.
struct RandomNetworkTests {
    @Test func plansOfRandomNetworks() throws {
        let first = UInt64.random(in: 0 ..< .max / 2)
        print("random networks: seeds from \(first)")
        var fusedSteps = 0
        var naiveSteps = 0
        for seed in first..<(first + 120) {
            var random = SplitMix(seed: seed ^ 0xFACE)
            let graph = try RandomGraph.make(seed: seed, operators: Int.random(in: 3...24, using: &random))
            let network = try graph.quantizedAtRandom(&random)
            let inputs = randomInputs(network, &random)
            var interpreter = Interpreter(network)
            let expected = interpreter.run(inputs)
            var fused: [[UInt8]]?
            for kernels in try usableKernels() {
                for threads in [1, 3] {
                    let note: Comment = "seed \(seed), \(kernels.instructionSet), \(threads) threads"
                    let naivePlan = try Plan(network: network, kernels: kernels, kind: .naive)
                    #expect(try run(naivePlan, inputs, threads: threads) == expected, note)
                    let fusedPlan = try Plan(network: network, kernels: kernels, kind: .fused)
                    let result = try run(fusedPlan, inputs, threads: threads)
                    #expect(result == fused ?? result, note)
                    fused = result
                    naiveSteps += naivePlan.steps.count
                    fusedSteps += fusedPlan.steps.count
                }
            }
        }
        #expect(fusedSteps < naiveSteps)
    }

    /// The fused plan leaves out roundings, so it cannot equal the naive one, but where hardly anything saturates it
    /// must stay near: a value read from a wrong place would be some 60 steps away on average.
    @Test func fusedPlansStayNearNaiveOnes() throws {
        let first = UInt64.random(in: 0 ..< .max / 2)
        print("calibrated random networks: seeds from \(first)")
        let kernels = try usableKernels()[0]
        for seed in first..<(first + 120) {
            var random = SplitMix(seed: seed ^ 0xFACE)
            let graph = try RandomGraph.make(seed: seed, operators: Int.random(in: 3...24, using: &random))
            let network = try graph.quantizedByCalibration(&random)
            let inputs = randomInputs(network, &random)
            let naive = try run(Plan(network: network, kernels: kernels, kind: .naive), inputs)
            let fused = try run(Plan(network: network, kernels: kernels, kind: .fused), inputs)
            for (left, right) in zip(naive, fused) {
                let differences = zip(left, right).map { abs(Int($0) - Int($1)) }
                let mean = Double(differences.reduce(0, +)) / Double(differences.count)
                #expect(mean <= 16, "seed \(seed)")
            }
        }
    }
}
