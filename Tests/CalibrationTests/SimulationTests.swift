import FloatInference
import InferenceEngine
import KernelDispatch
import ModelZoo
import NetworkGraph
import Quantization
import Testing

@testable import Calibration

/// The float simulation against the integer engine.
@Suite struct SimulationTests {
    @Test(arguments: ["resnet18", "densenet121", "mobilenet_v2", "squeezenet1_1", "shufflenet_v2_x0_5"])
    func simulationRoundsAsTheEngineDoes(name: String) throws {
        let zoo = try ModelZoo.build(name: name, imageSize: 64)
        let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
        var noise = Noise(4)
        let input = network[network.inputs[0]]
        let stored = noise.floats(input.shape.elementCount).map { UInt8(input.quantization.stored($0)) }

        let plan = try Plan(network: network, kernels: KernelDispatch.select(cap: nil).kernels, kind: .naive)
        let executor = try Executor(plan: plan, threads: 1)
        // Channels last.
        let pixels = input.shape.height * input.shape.width
        let place = executor.input(0)
        for index in stored.indices { place[index % pixels * 3 + index / pixels] = stored[index] }
        executor.run()
        let output = network[network.outputs[0]]
        let expected = executor.output(0).map { Float(Int32($0) - output.quantization.engineZeroPoint) }

        let simulated = try SimulatedNetwork(network)
        let image = stored.map(input.quantization.real)
        let result = try FloatExecutor(graph: simulated.graph, threads: 2).run(samples: [[image]]) { value, elements in
            simulated.quantize(value, elements[0])
        }
        let steps = result[0][0].map { $0 / output.quantization.scale }
        let distances = zip(steps, expected).map { abs($0 - $1) }
        // Float sums round where integer ones do not: a step here and there, passed on by the layers behind.
        #expect(distances.reduce(0, +) / Float(distances.count) < 1, "\(name)")
        #expect(Set(expected).count > 10)
    }
}
