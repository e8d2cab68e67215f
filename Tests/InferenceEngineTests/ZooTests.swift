import KernelInterface
import ModelZoo
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Whole zoo networks: the same bits on every instruction set and thread count.
@Suite(.serialized) struct ZooTests {
    private func network(_ name: String, imageSize: Int) throws -> QuantizedNetwork {
        let built = try ModelZoo.build(name: name, imageSize: imageSize)
        return try quantize(graph: built.graph, activationRanges: built.activationRanges)
    }

    /// One of each family at a size that portable kernels manage too.
    @Test(arguments: [
        ("vgg11", 32), ("resnet18", 64), ("resnet50", 32), ("densenet121", 32), ("shufflenet_v2_x1_0", 64),
        ("mobilenet_v2", 64), ("squeezenet1_1", 64),
    ]) func familiesAgreeEverywhere(_ name: String, _ imageSize: Int) throws {
        let network = try network(name, imageSize: imageSize)
        var random = SplitMix(seed: 1)
        let inputs = randomInputs(network, &random)
        var interpreter = Interpreter(network)
        let expected = interpreter.run(inputs)
        #expect(Set(expected[0]).count > 10, "\(name) says something")
        var covered: [String] = []
        var fused: [[UInt8]]?
        for kernels in try usableKernels() {
            covered.append(kernels.instructionSet)
            for threads in 1...4 where threads < 3 || kernels.instructionSet != "portable" {
                let note: Comment = "\(name), \(kernels.instructionSet), \(threads) threads"
                let naive = try Plan(network: network, kernels: kernels, kind: .naive)
                #expect(try run(naive, inputs, threads: threads) == expected, note)
                let result = try run(Plan(network: network, kernels: kernels, kind: .fused), inputs, threads: threads)
                #expect(result == fused ?? result, note)
                fused = result
            }
        }
        print("\(name): \(covered.joined(separator: ", ")) agree")
    }

    /// At full size, where blocks and tasks are cut differently; on the fast instruction sets.
    @Test(arguments: ["resnet18", "densenet121", "shufflenet_v2_x1_0", "mobilenet_v2", "squeezenet1_1"])
    func fullSizeAgrees(_ name: String) throws {
        let network = try network(name, imageSize: 224)
        var random = SplitMix(seed: 2)
        let inputs = randomInputs(network, &random)
        var results: [[[UInt8]]] = []
        for kind in PlanKind.allCases {
            var first: [[UInt8]]?
            for kernels in try usableKernels() where kernels.instructionSet != "portable" {
                let plan = try Plan(network: network, kernels: kernels, kind: kind)
                for threads in [1, 2, 4] {
                    let result = try run(plan, inputs, threads: threads)
                    #expect(result == first ?? result, "\(name), \(kernels.instructionSet), \(threads) threads")
                    first = result
                }
            }
            if let first { results.append(first) }
        }
        // Roundings left out one after another: a few steps in the end.
        if results.count == 2 { #expect(largestDifference(results[0], results[1]) <= 8, "\(name)") }
    }

    /// Runs of one executor repeat, whatever the arena held, and executors of one plan do not disturb each other.
    @Test func runsRepeat() throws {
        let network = try network("shufflenet_v2_x0_5", imageSize: 64)
        var random = SplitMix(seed: 3)
        let inputs = randomInputs(network, &random)
        let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .fused)
        let executors = try [1, 2, 3].map { try Executor(plan: plan, threads: $0, timesSteps: $0 == 2) }
        var results: Set<[UInt8]> = []
        for round in 0..<20 {
            for executor in executors {
                if round < 2 {
                    executor.arenaBuffer.initializeMemory(as: UInt8.self, repeating: UInt8(round * 200 + 17))
                    _ = executor.input().update(from: channelsLast(inputs[0], plan.tensors[plan.inputs[0]]))
                }
                executor.run()
                results.insert(executor.output())
            }
        }
        #expect(results.count == 1)
        #expect(executors[1].stepNanoseconds.count == plan.stepInfos.count)
        #expect(executors[1].stepNanoseconds.contains { $0 > 0 })
        #expect(executors[0].stepNanoseconds.isEmpty)
    }

    /// The arena is hardly larger than what must be alive at once; the input is kept on top of that.
    @Test(arguments: [
        "vgg16", "resnet18", "resnet50", "densenet121", "shufflenet_v2_x1_0", "mobilenet_v2", "squeezenet1_1",
    ])
    func arenasAreNearTheLivePeak(_ name: String) throws {
        let built = try ModelZoo.build(name: name)
        let network = try quantize(graph: built.graph, activationRanges: built.activationRanges)
        let input = 3 * 224 * 224 + 64
        let naive = try Plan(network: network, kernels: usableKernels()[0], kind: .naive)
        let naivePeak = GraphCosts(of: built.graph, plan: .naive).peakLiveElements
        #expect(naive.arenaBytes <= naivePeak + naivePeak / 8 + input)
        let fused = try Plan(network: network, kernels: usableKernels()[0], kind: .fused)
        let fusedPeak = GraphCosts(of: built.graph, plan: .fused).peakLiveElements
        // A dense block's buffer is taken whole when its first slice is written.
        let block = name == "densenet121" ? 56 * 56 * (256 - 64) : 0
        #expect(fused.arenaBytes <= fusedPeak + fusedPeak / 8 + input + block)
        #expect(fused.arenaBytes <= naive.arenaBytes)
        print("\(name): arena \(naive.arenaBytes) naive, \(fused.arenaBytes) fused; live \(naivePeak), \(fusedPeak)")
    }
}
