import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Operators that compute element by element, broadcast or by table, against the oracle.
struct ArithmeticTests: OperatorCheck {
    private static let pairs: [([Int], [Int])] = [
        ([2, 5, 3, 4], [2, 5, 3, 4]),
        // A factor a channel, a pixel, an image, for all.
        ([2, 70, 5, 3], [2, 70, 1, 1]), ([2, 70, 5, 3], [1, 70, 1, 1]), ([2, 70, 5, 3], [2, 1, 5, 3]),
        ([2, 70, 5, 3], [1, 1, 5, 3]), ([2, 70, 5, 3], [2, 1, 1, 1]), ([3, 17, 4, 4], [1, 1, 1, 1]),
        // Rows, columns, both sides at once.
        ([2, 9, 5, 3], [1, 9, 1, 3]), ([2, 9, 5, 3], [1, 9, 5, 1]), ([2, 9, 5, 1], [1, 9, 1, 7]),
        ([2, 1, 5, 1], [1, 9, 1, 7]), ([1, 1, 6, 5], [3, 4, 1, 1]), ([2, 1, 5, 3], [2, 1, 5, 1]),
        // Long rows and more elements than a spread holds.
        ([1, 5000, 2, 2], [1, 1, 2, 2]), ([1, 64, 40, 40], [1, 1, 1, 1]), ([2, 40_000], [2, 1]),
        ([1, 96, 64, 64], [1, 96, 1, 1]),
        // Other ranks.
        ([300], [1]), ([7], [7]), ([4, 33], [1, 33]), ([4, 33], [4, 1]), ([4, 1], [1, 33]),
        ([2, 6, 9], [2, 1, 9]), ([2, 6, 9], [1, 6, 1]),
    ]

    @Test(arguments: pairs) func broadcasts(_ left: [Int], _ right: [Int]) throws {
        let shape = try #require(TensorShape(left).broadcast(with: TensorShape(right)))
        var random = SplitMix(seed: UInt64(shape.elementCount))
        for operation: (Activation?) -> QuantizedOperation in [
            { .add(activation: $0) }, { .subtract(activation: $0) }, { .multiply(activation: $0) },
        ] {
            try check(operation(random.activation()), [left, right], shape.dimensions, &random)
            try check(operation(random.activation()), [right, left], shape.dimensions, &random)
        }
    }

    /// A value combined with itself, with its own slice, and with both in one place that can be written over.
    @Test(arguments: [QuantizedOperation.add(activation: nil), .subtract(activation: nil), .multiply(activation: nil)])
    func operandsThatShareMemory(_ operation: QuantizedOperation) throws {
        var random = SplitMix(seed: 3)
        let parameters = try random.parameters()
        func value(_ name: String, _ dimensions: [Int], _ own: QuantizationParameters? = nil) throws -> QuantizedValue {
            QuantizedValue(
                name: name,
                shape: TensorShape(dimensions),
                quantization: try own ?? random.parameters()
            )
        }
        let network = QuantizedNetwork(
            name: "shared",
            values: [
                try value("x", [1, 7, 5, 6]), try value("active", [1, 7, 5, 6], parameters),
                try value("one", [1, 1, 5, 6], parameters), try value("rest", [1, 6, 5, 6], parameters),
                try value("scaled", [1, 7, 5, 6]), try value("other", [1, 6, 5, 6]), try value("twice", [1, 7, 5, 6]),
            ],
            nodes: [
                QuantizedNode(name: "relu", operation: .activation(.relu), inputs: [ValueID(0)], outputs: [ValueID(1)]),
                QuantizedNode(
                    name: "split",
                    operation: .split(sizes: [1, 6]),
                    inputs: [ValueID(1)],
                    outputs: [ValueID(2), ValueID(3)]
                ),
                QuantizedNode(
                    name: "a",
                    operation: operation,
                    inputs: [ValueID(3), ValueID(2)],
                    outputs: [ValueID(5)]
                ),
                QuantizedNode(
                    name: "b",
                    operation: operation,
                    inputs: [ValueID(2), ValueID(1)],
                    outputs: [ValueID(4)]
                ),
                QuantizedNode(
                    name: "c",
                    operation: operation,
                    inputs: [ValueID(4), ValueID(4)],
                    outputs: [ValueID(6)]
                ),
            ],
            inputs: [ValueID(0)],
            outputs: [ValueID(5), ValueID(6)]
        )
        try expectEverywhere(network, randomInputs(network, &random), "\(operation)")
    }

    @Test(arguments: [
        UnaryFunction.leakyRelu(slope: 0.1), .leakyRelu(slope: -2), .sigmoid, .hardSigmoid(alpha: 0.2, beta: 0.5),
        .hardSwish,
        .tanh,
    ])
    func functions(_ function: UnaryFunction) throws {
        for seed in 0..<6 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let shape = [2, Int.random(in: 1...90, using: &random), 3, 4]
            try check(.function(function, activation: random.activation()), [shape], shape, &random, "seed \(seed)")
        }
    }

    @Test func requantizations() throws {
        for seed in 0..<10 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            for shape in [[2, 31, 3, 4], [5, 6], [300], [2, 3, 4]] {
                try check(.requantize, [shape], shape, &random, "seed \(seed)")
            }
        }
    }

    @Test func softmaxes() throws {
        for seed in 0..<8 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let channels = Int.random(in: 1...200, using: &random)
            for shape in [[3, channels], [2, channels, 3, 5], [2, channels, 7]] {
                try check(.softmax, [shape], shape, &random, "seed \(seed)")
            }
        }
    }

    /// Scales so far apart that intermediate numbers leave Float's range must not trap.
    @Test func absurdScales() throws {
        var random = SplitMix(seed: 4)
        for function: UnaryFunction in [.hardSwish, .leakyRelu(slope: 0), .tanh, .sigmoid] {
            var network = try single(.function(function, activation: nil), [[1, 4, 2, 2]], [1, 4, 2, 2], &random)
            network.values[0].quantization = QuantizationParameters(scale: 3e38, zeroPoint: 128)
            network.values[1].quantization = QuantizationParameters(scale: 3e38, zeroPoint: 7)
            let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .naive)
            _ = try run(plan, randomInputs(network, &random))
        }
    }
}
