import ModelZoo
import NetworkGraph
import ONNXExport
import ONNXFormat
import Quantization
import Testing

@Suite("export of int8 networks")
struct QuantizedExportTests {
    @Test("every operator becomes a node of its name")
    func everyNode() throws {
        let network = try everyQuantizedOperator()
        let model = try ONNXExporter.model(of: network)
        expectWellFormed(model)
        for node in network.nodes {
            if case .constant = node.operation { continue }
            _ = try model.node(node.name)
        }
        #expect(model.graph.inputs.map(\.name) == ["x"])
        #expect(model.graph.outputs.map(\.name) == network.outputs.map { network[$0].name })
        #expect((model.graph.inputs + model.graph.outputs).allSatisfy { $0.elementType == .float32 })
    }

    @Test("every value is quantized and dequantized with its own parameters")
    func values() throws {
        let network = try everyQuantizedOperator()
        let model = try ONNXExporter.model(of: network)
        for value in network.values {
            let node = try #require(
                model.graph.nodes.first {
                    $0.operatorType == "DequantizeLinear" && $0.inputs[0].hasPrefix(value.name + "_quantized")
                }
            )
            #expect(try model.initializer(node.inputs[1]).floats() == [value.quantization.scale])
            let zeroPoint = try model.initializer(node.inputs[2])
            #expect(zeroPoint.elementType == .uint8)
            #expect(try zeroPoint.int64s() == [Int64(value.quantization.zeroPoint)])
        }
    }

    @Test("a convolution's integers are the file's")
    func convolution() throws {
        let network = try everyQuantizedOperator()
        let model = try ONNXExporter.model(of: network)
        guard case .convolution(let convolution) = network.nodes[0].operation else {
            Issue.record("no convolution")
            return
        }
        let conv = try model.node("conv")
        let weights = try model.writer(of: conv.inputs[1])
        let bias = try model.writer(of: conv.inputs[2])
        #expect(weights.operatorType == "DequantizeLinear" && weights.ints("axis") == [0])
        let stored = try model.initializer(weights.inputs[0])
        #expect(stored.dimensions == [4, 2, 3, 3] && stored.elementType == .int8)
        #expect(try stored.int64s() == convolution.weights.map(Int64.init))
        #expect(try model.initializer(weights.inputs[1]).floats() == convolution.weightScales)
        #expect(try model.initializer(weights.inputs[2]).int64s() == [0, 0, 0, 0])
        let storedBias = try model.initializer(bias.inputs[0])
        #expect(storedBias.elementType == .int32)
        #expect(try storedBias.int64s() == convolution.bias.map(Int64.init))
        let scale = network[network.inputs[0]].quantization.scale
        #expect(try model.initializer(bias.inputs[1]).floats() == convolution.weightScales.map { scale * $0 })
    }

    @Test("an activation stands between operator and quantization")
    func activation() throws {
        let parameters = QuantizationParameters(scale: 0.5, zeroPoint: 3)
        let network = network(
            [(parameters, [1, 2]), (parameters, [1, 2]), (parameters, [1, 2])],
            [.add(activation: .clip(lower: 0, upper: 6)), .add(activation: nil)],
            reads: [[0, 0], [1, 1]]
        )
        let model = try ONNXExporter.model(of: network)
        let clip = try model.writer(of: "v1")
        #expect(clip.operatorType == "Clip" && clip.inputs[0] == "v1_unclamped")
        #expect(try model.writer(of: "v1_unclamped").name == "n0")
        #expect(try model.writer(of: "v1_quantized").inputs[0] == "v1")
        #expect(try model.node("n1").inputs == ["v1_dequantized", "v1_dequantized"])
        // The caller's value has its name at the end of the chain.
        #expect(try model.writer(of: "v2").operatorType == "DequantizeLinear")
        #expect(try model.node("n1").outputs == ["v2_real"])
    }

    @Test("signed storage is written signed, and a constant's engine bytes shifted to it")
    func signed() throws {
        let parameters = QuantizationParameters(scale: 0.5, zeroPoint: -3, storage: .signed8)
        let network = network(
            [(parameters, [1, 2]), (parameters, [1, 2]), (parameters, [1, 2])],
            [.constant([0, 255]), .multiply(activation: nil)],
            reads: [[], [0, 1]]
        )
        let model = try ONNXExporter.model(of: network)
        expectWellFormed(model)
        #expect(try model.initializer("v0_zero_point").int64s() == [-3])
        #expect(try model.initializer("v0_zero_point").elementType == .int8)
        #expect(try model.initializer("v1_quantized").int64s() == [-128, 127])
        #expect(try model.node("n1").inputs == ["v0_dequantized", "v1"])
    }

    @Test("moving to other parameters is one QuantizeLinear after another")
    func requantize() throws {
        let network = network(
            [
                (QuantizationParameters(scale: 0.5, zeroPoint: 3), [1, 2]),
                (QuantizationParameters(scale: 0.25, zeroPoint: 9), [1, 2]),
            ],
            [.requantize],
            reads: [[0]]
        )
        let model = try ONNXExporter.model(of: network)
        expectWellFormed(model)
        #expect(try model.node("n0").operatorType == "QuantizeLinear" && model.node("n0").inputs[0] == "v0_dequantized")
    }

    @Test("a per-channel affine map keeps its constants as they are")
    func channelAffine() throws {
        let parameters = QuantizationParameters(scale: 0.5, zeroPoint: 3)
        let network = network(
            [(parameters, [1, 2, 1, 1]), (parameters, [1, 2, 1, 1])],
            [.channelAffine(multipliers: [0.1, -3], offsets: [7, 0.3], activation: .relu)],
            reads: [[0]]
        )
        let model = try ONNXExporter.model(of: network)
        let node = try model.node("n0")
        #expect(node.operatorType == "BatchNormalization")
        guard case .float(0) = node.attributes["epsilon"] else {
            Issue.record("epsilon is not 0")
            return
        }
        let constants = try node.inputs.dropFirst().map { try model.initializer($0).floats() }
        #expect(constants == [[0.1, -3], [7, 0.3], [0, 0], [1, 1]])
    }

    @Test("transposed convolutions: scales along the axis the groups allow, or refused")
    func transposedScales() throws {
        func export(groups: Int, inputs: Int, scales: [Float]) throws -> ONNXNode {
            let count = scales.count
            let convolution = QuantizedConvolutionTranspose(
                window: Window(kernel: 1),
                outputPaddingHeight: 0,
                outputPaddingWidth: 0,
                groups: groups,
                weights: Array(repeating: 1, count: count * inputs / groups),
                weightScales: scales,
                bias: Array(repeating: 5, count: count),
                activation: nil
            )
            let parameters = QuantizationParameters(scale: 0.5, zeroPoint: 3)
            let network = network(
                [(parameters, [1, inputs, 2, 2]), (parameters, [1, count, 2, 2])],
                [.convolutionTranspose(convolution)],
                reads: [[0]]
            )
            let model = try ONNXExporter.model(of: network)
            expectWellFormed(model)
            let bias = try model.writer(of: model.node("n0").inputs[2])
            #expect(try model.initializer(bias.inputs[1]).floats() == scales.map { 0.5 * $0 })
            return try model.writer(of: model.node("n0").inputs[1])
        }
        #expect(try export(groups: 1, inputs: 2, scales: [1, 2, 3]).ints("axis") == [1])
        #expect(try export(groups: 2, inputs: 4, scales: [1, 2, 1, 2]).ints("axis") == [1])
        #expect(try export(groups: 3, inputs: 3, scales: [1, 2, 3]).ints("axis") == [0])
        #expect(onnxError { _ = try export(groups: 2, inputs: 4, scales: [1, 2, 3, 4]) }?.code == .unsupportedModel)
    }

    @Test("every zoo family: well formed, the same bytes each time, integers as they are")
    func zoo() throws {
        for name in ["resnet18", "mobilenet_v2", "shufflenet_v2_x1_0", "densenet121", "squeezenet1_1"] {
            let zoo = try ModelZoo.build(name: name, imageSize: 32)
            let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
            let model = try ONNXExporter.model(of: network)
            expectWellFormed(model)
            #expect(try model.bytes() == ONNXExporter.model(of: network).bytes(), "\(name)")
            for node in network.nodes {
                guard case .convolution(let convolution) = node.operation else { continue }
                let stored = try model.initializer(node.name + ".weight_quantized")
                #expect(rawData(stored) == convolution.weights.map { UInt8(bitPattern: $0) })
            }
        }
    }

    @Test("a network that is not well formed is refused")
    func invalid() throws {
        var network = try everyQuantizedOperator()
        network.nodes[0].inputs = []
        #expect(onnxError { _ = try ONNXExporter.model(of: network) }?.code == .invalidGraph)
    }

    /// A network of values v0, v1, …; the first is the input, each node n0, n1, … writes the next, the last is the output.
    private func network(
        _ values: [(QuantizationParameters, [Int])],
        _ operations: [QuantizedOperation],
        reads: [[Int]]
    ) -> QuantizedNetwork {
        QuantizedNetwork(
            name: "small",
            values: values.enumerated().map { index, value in
                QuantizedValue(name: "v\(index)", shape: TensorShape(value.1), quantization: value.0)
            },
            nodes: operations.enumerated().map { index, operation in
                QuantizedNode(
                    name: "n\(index)",
                    operation: operation,
                    inputs: reads[index].map { ValueID($0) },
                    outputs: [ValueID(index + 1)]
                )
            },
            inputs: [ValueID(0)],
            outputs: [ValueID(values.count - 1)]
        )
    }
}
