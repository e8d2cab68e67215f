import NetworkGraph
import Testing

@testable import Quantization

/// How the operators that ONNX files bring become int8 ones, and what is refused of them.
struct ImportedOperatorTests {
    private let shape = TensorShape(channels: 2, height: 3, width: 3)

    private func vector(_ elements: [Float]) -> Parameter {
        Parameter(shape: TensorShape([elements.count]), elements: elements)
    }

    private func transposed(bias: [Float]? = nil) -> Operation {
        .convolutionTranspose(
            ConvolutionTranspose(
                window: Window(kernel: 1, stride: 2),
                outputPaddingHeight: 1,
                outputPaddingWidth: 1,
                weights: Parameter(shape: TensorShape([2, 2, 1, 1]), elements: [0.5, -1, 0.75, 0.25]),
                bias: bias.map { vector($0) }
            )
        )
    }

    private func network(
        _ ranges: ClosedRange<Float>...,
        build: (inout GraphBuilder, ValueID) throws -> ValueID
    ) throws -> QuantizedNetwork {
        var builder = GraphBuilder(name: "net")
        let x = try builder.addInput("x", shape: shape)
        let y = try build(&builder, x)
        let graph = try builder.build(outputs: [y])
        let all = graph.values.indices.map { ranges[min($0, ranges.count - 1)] }
        return try quantize(graph: graph, activationRanges: all)
    }

    @Test func activationsFoldIntoArithmetic() throws {
        for operation: Operation in [.add, .subtract, .multiply] {
            let network = try network(-2...2) { builder, x in
                let y = try builder.add(operation, name: "node", inputs: [x, x])
                return try builder.add(.activation(.relu), name: "relu", inputs: [y])
            }
            #expect(network.nodes.count == 1)
            switch (operation, network.nodes[0].operation) {
            case (.add, .add(.relu?)), (.subtract, .subtract(.relu?)), (.multiply, .multiply(.relu?)): break
            default: Issue.record("\(operation) became \(network.nodes[0].operation)")
            }
        }
        let network = try network(-2...2) { builder, x in
            let y = try builder.add(.function(.tanh), name: "node", inputs: [x])
            return try builder.add(.activation(.clip(lower: 0, upper: 1)), name: "clip", inputs: [y])
        }
        guard case .function(.tanh, activation: .clip(lower: 0, upper: 1)?) = network.nodes[0].operation else {
            Issue.record("the clip did not fold")
            return
        }
    }

    @Test func softmaxNeedsNoCalibration() throws {
        let network = try network(-2...2, -50...70) { builder, x in
            try builder.add(.softmax, name: "softmax", inputs: [x])
        }
        #expect(network.values[1].quantization == QuantizationParameters(scale: 1.0 / 256, zeroPoint: 0))
    }

    @Test func rearrangementsAndScalingKeepTheirInputsParameters() throws {
        let network = try network(-3...1, 0...9) { builder, x in
            var value = try builder.add(.transpose(permutation: [0, 1, 3, 2]), name: "transpose", inputs: [x])
            let padding = Padding(before: [0, 0, 1, 1], after: [0, 0, 1, 0], mode: .constant(0))
            value = try builder.add(.pad(padding), name: "pad", inputs: [value])
            let resize = Resize(
                height: 10,
                width: 8,
                scaleHeight: 2,
                scaleWidth: 2,
                mode: .linear,
                coordinates: .halfPixel
            )
            value = try builder.add(.resize(resize), name: "resize", inputs: [value])
            let slice = Slice(starts: [0, 0, 1, 0], steps: [1, 1, 2, 1], counts: [1, 2, 4, 8])
            value = try builder.add(.slice(slice), name: "slice", inputs: [value])
            return try builder.add(.reshape(TensorShape([4, 16])), name: "reshape", inputs: [value])
        }
        #expect(network.nodes.count == 5)
        #expect(network.values.allSatisfy { $0.quantization == network.values[0].quantization })
    }

    @Test func constantsCoverTheirOwnElements() throws {
        let elements: [Float] = [-1, 0, 4]
        let network = try network(-2...2) { builder, x in
            let constant = Parameter(shape: TensorShape([1, 1, 1, 3]), elements: elements)
            let y = try builder.add(.constant(constant), name: "constant", inputs: [])
            return try builder.add(.multiply, name: "product", inputs: [x, y])
        }
        guard case .constant(let stored) = network.nodes[0].operation else {
            Issue.record("not a constant")
            return
        }
        let quantization = network[network.nodes[0].outputs[0]].quantization
        for (real, integer) in zip(elements, stored) {
            #expect(abs(quantization.real(integer) - real) <= quantization.scale / 2)
        }
        #expect(throws: QuantizationError.self) {
            try self.network(-2...2) { builder, x in
                let constant = Parameter(shape: TensorShape([1, 1, 1, 3]), elements: [1, .nan, 0])
                let y = try builder.add(.constant(constant), name: "constant", inputs: [])
                return try builder.add(.multiply, name: "product", inputs: [x, y])
            }
        }
    }

    @Test func transposedConvolutionsTakeNormalizationAndActivation() throws {
        let network = try network(-2...2) { builder, x in
            var value = try builder.add(transposed(bias: [0.1, 0.2]), name: "enlarge", inputs: [x])
            let normalization = BatchNormalization(
                scale: vector([2, -0.5]),
                shift: vector([0.25, 1]),
                mean: vector([0.5, -1]),
                variance: vector([4, 0.25]),
                epsilon: 0
            )
            value = try builder.add(.batchNormalization(normalization), name: "norm", inputs: [value])
            return try builder.add(.activation(.relu), name: "relu", inputs: [value])
        }
        #expect(network.nodes.count == 1)
        guard case .convolutionTranspose(let layer) = network.nodes[0].operation else {
            Issue.record("not a transposed convolution")
            return
        }
        #expect(layer.activation == .relu && layer.outputPaddingHeight == 1 && layer.window.strideWidth == 2)
        // Factors 1 and −1 along the outputs.
        let factors: [Float] = [1, 1, -1, -1]
        for (index, weight) in ([0.5, -1, 0.75, 0.25] as [Float]).enumerated() {
            let scale = layer.weightScales[index / 2]
            #expect(abs(Float(layer.weights[index]) * scale - factors[index] * weight) <= scale * 0.501)
        }
    }

    private func refused(_ note: String, _ change: (inout QuantizedNetwork) -> Void, of operation: Operation) throws {
        var changed = try network(-2...2) { builder, x in try builder.add(operation, name: "node", inputs: [x]) }
        try changed.validate()
        change(&changed)
        #expect(throws: QuantizationError.self, "\(note)") { try changed.validate() }
    }

    @Test func transposedConvolutionsAreChecked() throws {
        func edit(_ note: String, _ change: (inout QuantizedConvolutionTranspose) -> Void) throws {
            try refused(
                note,
                {
                    guard case .convolutionTranspose(var layer) = $0.nodes[0].operation else { return }
                    change(&layer)
                    $0.nodes[0].operation = .convolutionTranspose(layer)
                },
                of: transposed()
            )
        }
        try edit("weights") { $0.weights.removeLast() }
        try edit("scales") { $0.weightScales.removeLast() }
        try edit("bias") { $0.bias.removeLast() }
        try edit("groups") { $0.groups = 0 }
        try edit("output padding") { $0.outputPaddingHeight = 0 }
        try edit("huge output padding") { $0.outputPaddingHeight = .max }
        try edit("stride") { $0.window.strideHeight = 0 }
        try edit("huge stride") { $0.window.strideHeight = .max }
        try edit("huge padding") { $0.window.padTop = .max }
        try edit("overflowing sums") { $0.bias[0] = .max }
    }

    @Test func elementwiseOperatorsAreChecked() throws {
        try refused("rank 7", { $0.values[1].shape = TensorShape([1, 2, 3, 3, 1, 1, 1]) }, of: .softmax)
        try refused("tiny softmax scale", { $0.values[1].quantization.scale = 1e-30 }, of: .softmax)
        try refused("other shape", { $0.values[1].shape = TensorShape([1, 2, 9]) }, of: .function(.sigmoid))
        try refused(
            "NaN",
            { $0.nodes[0].operation = .function(.leakyRelu(slope: .nan), activation: nil) },
            of: .function(.tanh)
        )
        try refused("scales apart", { $0.values[0].quantization.scale = 1e30 }, of: .function(.sigmoid))
        try refused(
            "moved parameters",
            { $0.values[1].quantization.scale = 3 },
            of: .transpose(permutation: [0, 2, 1, 3])
        )
        try refused("elements", { $0.nodes[0].operation = .constant([1, 2, 3]) }, of: .softmax)
        try refused("one operand", { $0.nodes[0].operation = .multiply(activation: nil) }, of: .softmax)
    }

    /// Products' scales multiply, so two that are usable can be too much together.
    @Test func productsOfScalesAreChecked() throws {
        var changed = try network(-2...2) { builder, x in try builder.add(.multiply, name: "node", inputs: [x, x]) }
        changed.values[0].quantization.scale = 1e15
        changed.values[1].quantization.scale = 1
        #expect(throws: QuantizationError.self) { try changed.validate() }
    }

    @Test func tablesRoundTheRealFunction() throws {
        let input = QuantizationParameters(scale: 0.05, zeroPoint: 128)
        let output = QuantizationParameters(scale: 1.0 / 256, zeroPoint: 0)
        let table = Requantization.table(of: .sigmoid, from: input, to: output, lowest: 0, highest: 255)
        #expect(table[128] == 128 && table[0] == 0 && table[255] == 255)
        #expect(zip(table, table.dropFirst()).allSatisfy { $0 <= $1 })
        let bounded = Requantization.table(of: .hardSwish, from: input, to: input, lowest: 128, highest: 140)
        #expect(bounded.min() == 128 && bounded.max() == 140)
        let powers = Requantization.softmaxTable(inputScale: 0.1)
        #expect(powers[0] == 1 && powers[10] == Float(0.36787944117144233) && powers.allSatisfy { $0 > 0 && $0 <= 1 })
        #expect(Requantization.softmaxTable(inputScale: 3e38)[1] == 0)
    }
}
