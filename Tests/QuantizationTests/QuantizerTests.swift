import NetworkGraph
import Testing

@testable import Quantization

struct QuantizerTests {
    private let shape = TensorShape(channels: 2, height: 3, width: 3)

    private func vector(_ elements: [Float]) -> Parameter {
        Parameter(shape: TensorShape([elements.count]), elements: elements)
    }

    private func pointwise(_ weights: [Float], bias: [Float]? = nil) -> Operation {
        let parameter = Parameter(shape: TensorShape([weights.count / 2, 2, 1, 1]), elements: weights)
        return .convolution(
            Convolution(window: Window(kernel: 1), weights: parameter, bias: bias.map { vector($0) })
        )
    }

    private func normalization(
        scale: [Float] = [2, -0.5],
        shift: [Float] = [0.25, 1],
        mean: [Float] = [0.5, -1],
        variance: [Float] = [4, 0.25]
    ) -> Operation {
        .batchNormalization(
            BatchNormalization(
                scale: vector(scale),
                shift: vector(shift),
                mean: vector(mean),
                variance: vector(variance),
                epsilon: 0
            )
        )
    }

    /// A chain of operations over one image, quantized with one range for every value.
    private func chain(
        _ operations: [Operation],
        range: ClosedRange<Float> = -2...2
    ) throws -> QuantizedNetwork {
        var builder = GraphBuilder(name: "chain")
        var value = try builder.addInput("x", shape: shape)
        for (index, operation) in operations.enumerated() {
            value = try builder.add(operation, name: "node\(index)", inputs: [value])
        }
        let graph = try builder.build(outputs: [value])
        return try quantize(graph: graph, activationRanges: graph.values.map { _ in range })
    }

    private func convolution(_ network: QuantizedNetwork, _ index: Int = 0) throws -> QuantizedConvolution {
        guard case .convolution(let layer) = network.nodes[index].operation else {
            throw QuantizationError(.inconsistent, "node \(index) is no convolution")
        }
        return layer
    }

    @Test func weightsAndBiasPerChannel() throws {
        let network = try chain([pointwise([1, -0.5, 0.012, 0.02], bias: [0.3, -0.1])])
        let layer = try convolution(network)
        #expect(layer.weightScales == [1 / 127, 0.02 / 127])
        #expect(layer.weights == [127, -64, 76, 127])
        let inputScale = Double(network.values[0].quantization.scale)
        for (index, bias) in [0.3, -0.1].enumerated() {
            let real = Double(layer.bias[index]) * inputScale * Double(layer.weightScales[index])
            #expect(abs(real - bias) <= inputScale * Double(layer.weightScales[index]) * 0.51)
        }
    }

    @Test func rowsOfNoWeightKeepTheirBias() throws {
        let network = try chain([pointwise([0, 0, 1e-35, 0], bias: [1.5, -0.75])])
        let layer = try convolution(network)
        #expect(layer.weights == [0, 0, 0, 0])
        for (index, bias) in [1.5, -0.75].enumerated() {
            let real =
                Double(layer.bias[index]) * Double(network.values[0].quantization.scale)
                * Double(layer.weightScales[index])
            #expect(abs(real - bias) < 1e-6)
        }
    }

    @Test func normalizationFoldsIntoTheConvolutionBefore() throws {
        let weights: [Float] = [0.5, -1, 0.75, 0.25]
        let bias: [Float] = [0.1, 0.2]
        let network = try chain([pointwise(weights, bias: bias), normalization(), .activation(.relu)])
        #expect(network.nodes.count == 1 && network.values.count == 2)
        let layer = try convolution(network)
        #expect(layer.activation == .relu)
        // y = f·(w·x + b − mean) + shift with f = scale / √variance = 1, −1.
        let factors = [1.0, -1.0]
        let offsets = [0.1 - 0.5 + 0.25, -(0.2 + 1) + 1]
        for row in 0..<2 {
            let scale = Double(layer.weightScales[row])
            for column in 0..<2 {
                let real = Double(layer.weights[row * 2 + column]) * scale
                #expect(abs(real - factors[row] * Double(weights[row * 2 + column])) <= scale * 0.501)
            }
            let inputScale = Double(network.values[0].quantization.scale)
            #expect(abs(Double(layer.bias[row]) * scale * inputScale - offsets[row]) <= scale * inputScale)
        }
    }

    @Test func normalizationStaysWhereNothingCanTakeIt() throws {
        // Before a convolution, and after one whose result has another reader.
        let network = try chain([normalization(), .activation(.relu), pointwise([1, 1, 1, 1])])
        #expect(network.nodes.count == 2)
        guard case .channelAffine(let multipliers, let offsets, let activation) = network.nodes[0].operation else {
            Issue.record("not an affine map")
            return
        }
        #expect(multipliers == [1, -1] && offsets == [-0.25, 0] && activation == .relu)

        var builder = GraphBuilder(name: "two readers")
        let x = try builder.addInput("x", shape: shape)
        let convolved = try builder.add(pointwise([1, 1, 1, 1]), name: "conv", inputs: [x])
        let normalized = try builder.add(normalization(), name: "norm", inputs: [convolved])
        let sum = try builder.add(.add, name: "sum", inputs: [convolved, normalized])
        let graph = try builder.build(outputs: [sum])
        let quantized = try quantize(graph: graph, activationRanges: graph.values.map { _ in -1...1 })
        #expect(quantized.nodes.count == 3)
    }

    @Test func outputsOfTheNetworkAreNotFoldedAway() throws {
        var builder = GraphBuilder(name: "outputs")
        let x = try builder.addInput("x", shape: shape)
        let convolved = try builder.add(pointwise([1, 1, 1, 1]), name: "conv", inputs: [x])
        let active = try builder.add(.activation(.relu), name: "relu", inputs: [convolved])
        let graph = try builder.build(outputs: [convolved, active])
        let network = try quantize(graph: graph, activationRanges: graph.values.map { _ in -1...1 })
        #expect(network.nodes.count == 2 && network.outputs.count == 2)
    }

    @Test func rearrangementsKeepTheirInputsParameters() throws {
        var builder = GraphBuilder(name: "kept")
        let x = try builder.addInput("x", shape: shape)
        let pooled = try builder.add(.maxPool(Window(kernel: 2)), name: "pool", inputs: [x])
        let halves = try builder.add(.split(sizes: [1, 1]), name: "split", inputs: [pooled], outputNames: ["a", "b"])
        let joined = try builder.add(.concatenate, name: "join", inputs: halves)
        let shuffled = try builder.add(.channelShuffle(groups: 2), name: "shuffle", inputs: [joined])
        let flat = try builder.add(.flatten, name: "flat", inputs: [shuffled])
        let graph = try builder.build(outputs: [flat])
        let ranges = graph.values.indices.map { 0...Float($0 + 1) }
        let network = try quantize(graph: graph, activationRanges: ranges)
        func parameters(_ id: ValueID) -> QuantizationParameters { network[id].quantization }
        #expect(parameters(pooled) == parameters(x) && parameters(halves[1]) == parameters(x))
        #expect(parameters(joined).scale == Float(5.0 / 255.0))
        #expect(parameters(shuffled) == parameters(joined) && parameters(flat) == parameters(joined))
    }

    @Test func badNumbersAreErrorsThatNameTheirPlace() throws {
        #expect { try chain([pointwise([1, .nan, 1, 1])]) } throws: { "\($0)".contains("node0") }
        #expect { try chain([pointwise([1, .infinity, 1, 1])]) } throws: { "\($0)".contains("node0") }
        #expect { try chain([pointwise([1, 1, 1, 1], bias: [.nan, 0])]) } throws: { "\($0)".contains("output 0") }
        #expect { try chain([normalization(variance: [-1, 1])]) } throws: { "\($0)".contains("node0") }
        #expect { try chain([pointwise([1, 1, 1, 1])], range: 0...Float.infinity) } throws: { "\($0)".contains("x:") }
    }

    @Test func aRangeForEachValueIsNeeded() throws {
        var builder = GraphBuilder(name: "short")
        let x = try builder.addInput("x", shape: shape)
        let y = try builder.add(.activation(.relu), name: "relu", inputs: [x])
        let graph = try builder.build(outputs: [y])
        #expect(throws: QuantizationError.self) { try quantize(graph: graph, activationRanges: [0...1]) }
    }

    @Test func parametersAreReadRowByRow() throws {
        // A row far beyond the first would not fit in memory if the whole were read at once.
        let huge = Parameter(shape: TensorShape([3, 2, 1, 1])) { row, buffer in
            for index in 0..<2 { buffer[index] = Float(row + 1) * (index == 0 ? 1 : -1) }
        }
        let network = try chain([.convolution(Convolution(window: Window(kernel: 1), weights: huge))])
        #expect(try convolution(network).weights == [127, -127, 127, -127, 127, -127])
        #expect(try convolution(network).weightScales == [1 / 127, 2 / 127, 3 / 127])
    }
}
