import ModelZoo
import NetworkGraph
import ONNXExport
import ONNXFormat
import Testing

@Suite("export of float networks")
struct FloatExportTests {
    @Test("every operator becomes a node of its name, writing values of their names")
    func everyNode() throws {
        let graph = try everyOperator()
        let model = try ONNXExporter.model(of: graph)
        expectWellFormed(model)
        #expect(model.operatorSets == ["": 17] && model.irVersion == 8 && model.producerName == "edgeprof")
        #expect(model.graph.name == "every")
        for node in graph.nodes {
            #expect(try model.node(node.name).outputs == node.outputs.map { graph[$0].name })
        }
        #expect(model.graph.inputs.map(\.name) == ["x"])
        #expect(model.graph.inputs[0].dimensions == [1, 4, 6, 6].map { .fixed($0) })
        #expect(model.graph.outputs.map(\.name) == ["softmax.out", "mean.out", "add.out"])
        #expect(model.graph.outputs.allSatisfy { $0.elementType == .float32 })
    }

    @Test("geometry and constants are said in ONNX's order")
    func attributes() throws {
        let model = try ONNXExporter.model(of: everyOperator())
        let conv = try model.node("conv")
        #expect(conv.ints("pads") == [1, 1, 1, 1] && conv.ints("group") == [2] && conv.ints("kernel_shape") == [3, 3])
        #expect(try model.node("up").ints("output_padding") == [1, 0])
        #expect(try model.node("maxpool").ints("ceil_mode") == [1])
        #expect(try model.node("avgpool").ints("count_include_pad") == [1])
        #expect(try model.integers("split", 1) == [1, 3])
        #expect(try model.integers("pad", 1) == [0, 0, 1, 2, 0, 0, 3, 0])
        #expect(try model.initializer("pad.value").floats() == [0.5])
        #expect(try model.integers("cut", 1) == [0, 5, 16, 0])
        // Down to element 0 ends before the first: −1 − extent.
        #expect(try model.integers("cut", 2) == [1, 0, -18, 13])
        #expect(try model.integers("cut", 4) == [1, -2, -1, 3])
        #expect(try model.integers("resize", 3) == [1, 3, 8, 8])
        #expect(try model.node("resize").string("coordinate_transformation_mode") == "half_pixel")
        let nearest = try model.node("nearest")
        #expect(try model.initializer(nearest.inputs[2]).floats() == [1, 1, 1.6, 2])
        #expect(nearest.string("nearest_mode") == "floor")
        #expect(try model.integers("reshape", 1) == [1, 12, 10, 2])
        #expect(try model.integers("shuffle_group", 1) == [1, 2, 2, 6, 6])
        #expect(try model.node("shuffle_transpose").ints("perm") == [0, 2, 1, 3, 4])
        // An infinite bound is left out.
        #expect(try model.node("clip").inputs.count == 3 && model.node("clip").inputs[1].isEmpty)
    }

    @Test("transposed filters change inputs and outputs")
    func transposedFilters() throws {
        var builder = GraphBuilder(name: "up")
        let x = try builder.addInput("x", shape: TensorShape(channels: 4, height: 2, width: 2))
        // Two groups of three outputs over two inputs: element (output, input) is 10·output + input.
        let elements = (0..<6).flatMap { output in (0..<2).map { Float(10 * output + $0) } }
        let up = ConvolutionTranspose(
            window: Window(kernel: 1),
            groups: 2,
            weights: Parameter(shape: TensorShape([6, 2, 1, 1]), elements: elements)
        )
        let y = try builder.add(.convolutionTranspose(up), name: "up", inputs: [x])
        let weights = try ONNXExporter.model(of: builder.build(outputs: [y])).initializer("up.weight")
        #expect(weights.dimensions == [4, 3, 1, 1])
        #expect(try weights.floats() == [0, 10, 20, 1, 11, 21, 30, 40, 50, 31, 41, 51])
    }

    @Test("parameters made by rows come out whole, whatever part is asked for")
    func rows() throws {
        let parameter = ramp([3, 5])
        let graph = try GraphBuilder.dense(parameter)
        let weights = try ONNXExporter.model(of: graph).initializer("fc.weight")
        let expected = parameter.elements().withUnsafeBytes { [UInt8]($0) }
        #expect(rawData(weights) == expected)
        for start in 0..<60 {
            for end in start...60 {
                #expect(weights.withBytes(start..<end) { [UInt8]($0) } == Array(expected[start..<end]))
            }
        }
    }

    @Test(
        "the same network gives the same bytes, and they are read back",
        arguments: ["mobilenet_v2", "shufflenet_v2_x1_0"]
    )
    func zoo(_ name: String) throws {
        let graph = try ModelZoo.build(name: name, imageSize: 32).graph
        let model = try ONNXExporter.model(of: graph)
        expectWellFormed(model)
        #expect(try model.bytes() == ONNXExporter.model(of: ModelZoo.build(name: name, imageSize: 32).graph).bytes())
        let file = try TemporaryFile()
        try ONNXWriter.write(model, to: file.path)
        let read = try ONNXFile.read(path: file.path)
        #expect(read.graph.nodes.map(\.name) == model.graph.nodes.map(\.name))
        for (was, now) in zip(model.graph.initializers, read.graph.initializers) {
            #expect(was.name == now.name && was.dimensions == now.dimensions && rawData(was) == rawData(now))
        }
    }

    @Test("helping values step aside for names the network has")
    func nameClashes() throws {
        var builder = GraphBuilder(name: "")
        let x = try builder.addInput("fc.weight", shape: TensorShape([1, 5]))
        let layer = FullyConnected(weights: ramp([3, 5]))
        let y = try builder.add(.fullyConnected(layer), name: "fc", inputs: [x], outputName: "fc.weight_2")
        let model = try ONNXExporter.model(of: builder.build(outputs: [y]))
        expectWellFormed(model)
        #expect(try model.node("fc").inputs == ["fc.weight", "fc.weight_3"])
        #expect(!model.graph.name.isEmpty)
    }

    @Test("an input that is an output too gets a node between")
    func inputIsOutput() throws {
        var builder = GraphBuilder(name: "pass")
        let x = try builder.addInput("x", shape: TensorShape([1, 5]))
        let model = try ONNXExporter.model(of: builder.build(outputs: [x]))
        expectWellFormed(model)
        #expect(model.graph.outputs[0].name != "x" && model.graph.nodes[0].operatorType == "Identity")
    }

    @Test("dilated means ask for the operator set that has them")
    func dilatedMeans() throws {
        var builder = GraphBuilder(name: "means")
        let x = try builder.addInput("x", shape: TensorShape(channels: 1, height: 9, width: 9))
        let operation = Operation.averagePool(Window(kernel: 2, dilation: 3), countIncludesPadding: false)
        let mean = try builder.add(operation, name: "m", inputs: [x])
        let model = try ONNXExporter.model(of: builder.build(outputs: [mean]))
        #expect(model.operatorSets == ["": 19] && model.irVersion == 9)
        #expect(try model.node("m").ints("dilations") == [3, 3])
    }

    @Test("what ONNX cannot say is refused")
    func unsupported() throws {
        var builder = GraphBuilder(name: "odd")
        let x = try builder.addInput("x", shape: TensorShape(channels: 1, height: 9, width: 9))
        let resize = Resize(
            height: 9,
            width: 9,
            scaleHeight: 3,
            scaleWidth: 1,
            mode: .linear,
            coordinates: .halfPixel
        )
        let resized = try builder.add(.resize(resize), name: "r", inputs: [x])
        let graph = try builder.build(outputs: [resized])
        #expect(onnxError { _ = try ONNXExporter.model(of: graph) }?.code == .unsupportedModel)
        var broken = graph
        broken.nodes[0].inputs = [ValueID(7)]
        #expect(onnxError { _ = try ONNXExporter.model(of: broken) }?.code == .invalidGraph)
    }
}

extension GraphBuilder {
    /// One fully connected layer `fc`.
    fileprivate static func dense(_ weights: Parameter) throws -> NetworkGraph {
        var builder = GraphBuilder(name: "dense")
        let x = try builder.addInput("x", shape: TensorShape([1, weights.rowLength]))
        let y = try builder.add(.fullyConnected(FullyConnected(weights: weights)), name: "fc", inputs: [x])
        return try builder.build(outputs: [y])
    }
}
