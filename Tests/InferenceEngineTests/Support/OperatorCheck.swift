import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Networks of one int8 operator, compared with the oracle.
protocol OperatorCheck {}

extension OperatorCheck {
    /// A network of one operator, each value with random parameters and storage.
    func single(
        _ operation: QuantizedOperation,
        _ inputs: [[Int]],
        _ output: [Int],
        _ random: inout SplitMix
    ) throws -> QuantizedNetwork {
        var values: [QuantizedValue] = []
        for (index, dimensions) in (inputs + [output]).enumerated() {
            values.append(
                QuantizedValue(
                    name: "value\(index)",
                    shape: TensorShape(dimensions),
                    quantization: try random.parameters()
                )
            )
        }
        let ids = values.indices.map { ValueID($0) }
        let node = QuantizedNode(
            name: "node",
            operation: operation,
            inputs: Array(ids.dropLast()),
            outputs: [ids[ids.count - 1]]
        )
        return QuantizedNetwork(
            name: "single",
            values: values,
            nodes: [node],
            inputs: node.inputs,
            outputs: node.outputs
        )
    }

    /// Compares both plans on every instruction set and with one to four threads.
    func check(
        _ operation: QuantizedOperation,
        _ inputs: [[Int]],
        _ output: [Int],
        _ random: inout SplitMix,
        _ note: String = ""
    ) throws {
        let network = try single(operation, inputs, output, &random)
        try expectEverywhere(network, randomInputs(network, &random), "\(operation) of \(inputs) \(note)")
    }

    func expectEverywhere(_ network: QuantizedNetwork, _ inputs: [[UInt8]], _ note: String) throws {
        var interpreter = Interpreter(network)
        let expected = interpreter.run(inputs)
        for kernels in try usableKernels() {
            for kind in PlanKind.allCases {
                let plan = try Plan(network: network, kernels: kernels, kind: kind)
                for threads in 1...4 {
                    let actual = try run(plan, inputs, threads: threads)
                    #expect(
                        actual == expected,
                        "\(note) on \(kernels.instructionSet), \(kind.name), \(threads) threads"
                    )
                }
            }
        }
    }
}

extension SplitMix {
    /// Random parameters of either storage.
    mutating func parameters() throws -> QuantizationParameters {
        var result = try QuantizationParameters(covering: range())
        if Bool.random(using: &self) {
            result.storage = .signed8
            result.zeroPoint -= 128
        }
        return result
    }
}
