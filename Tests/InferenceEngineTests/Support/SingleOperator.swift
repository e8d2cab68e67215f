import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// A network of one operator, quantized at random.
func singleOperator(
    _ operation: Operation,
    _ shapes: [TensorShape],
    outputs: Int = 1,
    _ random: inout SplitMix
) throws -> QuantizedNetwork {
    var builder = GraphBuilder(name: "single")
    var inputs: [ValueID] = []
    for (index, shape) in shapes.enumerated() { inputs.append(try builder.addInput("x\(index)", shape: shape)) }
    let names = (0..<outputs).map { "y\($0)" }
    let results = try builder.add(operation, name: "node", inputs: inputs, outputNames: names)
    return try builder.build(outputs: results).quantizedAtRandom(&random)
}

/// Checks both plans of a network that only moves elements against the oracle, on every instruction set and 1 to 4
/// threads.
func expectSameBytes(_ network: QuantizedNetwork, _ random: inout SplitMix, _ note: String) throws {
    let inputs = randomInputs(network, &random)
    var interpreter = Interpreter(network)
    let expected = interpreter.run(inputs)
    for kernels in try usableKernels() {
        for kind in PlanKind.allCases {
            let plan = try Plan(network: network, kernels: kernels, kind: kind)
            for threads in 1...4 {
                let actual = try run(plan, inputs, threads: threads)
                #expect(actual == expected, "\(note), \(kind.name) on \(kernels.instructionSet), \(threads) threads")
            }
        }
    }
}
