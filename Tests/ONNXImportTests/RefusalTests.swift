import NetworkGraph
import ONNXFormat
import ONNXImport
import Testing

/// Graphs that cannot be imported: one clear error each, and no trap.
struct RefusalTests {
    @Test func missingOperators() throws {
        var model = TestModel(opset: 17)
        model.node("Relu", ["x"], ["r"])
        model.node("Frobnicate", ["r"], name: "")
        let error = try model.refusal()
        #expect(error.code == .unsupportedOperator)
        for part in ["\"y\"", "Frobnicate", "ai.onnx", "opset 17"] { #expect(error.message.contains(part)) }

        var integer = TestModel()
        integer.domains = ["com.microsoft": 1]
        integer.node("QLinearAdd", ["x", "x"], domain: "com.microsoft")
        #expect(try integer.refusal().message.contains("QDQ"))
        var foreign = TestModel()
        foreign.node("Relu", ["x"], domain: "elsewhere")
        #expect(try foreign.refusal().message.contains("elsewhere"))
    }

    @Test(arguments: [0, 6, 99] as [Int64])
    func operatorSets(_ version: Int64) throws {
        var model = TestModel(opset: version)
        model.node("Relu", ["x"])
        #expect(try model.refusal().code == .unsupportedModel)
    }

    @Test func graphsThatDoNotFit() throws {
        var cycle = TestModel()
        cycle.node("Add", ["x", "b"], ["a"])
        cycle.node("Relu", ["a"], ["b"])
        cycle.node("Relu", ["b"])
        #expect(try cycle.refusal().message.contains("cycle"))

        var itself = TestModel()
        itself.node("Relu", ["y"])
        #expect(try itself.refusal().message.contains("cycle"))

        var missing = TestModel()
        missing.node("Add", ["x", "nowhere"])
        #expect(try missing.refusal().message.contains("\"nowhere\""))

        var twice = TestModel()
        twice.node("Relu", ["x"])
        twice.node("Tanh", ["x"])
        #expect(try twice.refusal().message.contains("twice"))

        var none = TestModel()
        none.outputs = []
        none.node("Relu", ["x"])
        #expect(try none.refusal().code == .invalidGraph)

        var constant = TestModel()
        constant.floats("c", [2])
        constant.node("Identity", ["c"])
        #expect(try constant.refusal().message.contains("does not depend"))
    }

    /// A chain of 100,000 nodes needs no deep recursion; one between roundings is refused.
    @Test func longChains() throws {
        var model = TestModel()
        var value = "x"
        for index in 0..<100_000 {
            model.node("Tanh", [value], ["t\(index)"])
            value = "t\(index)"
        }
        model.outputs = [value]
        #expect(try model.float().nodes.count == 100_000)

        var quantized = TestModel(input: [1, 4])
        value = quantized.rounded("x", scale: 1, zero: 0)
        quantized.node("Gemm", [value, quantized.weights("w", [4, 4], Array(repeating: 1, count: 16))], ["g"])
        value = "g"
        for index in 0..<10_000 {
            quantized.node("Relu", [value], ["r\(index)"])
            value = "r\(index)"
        }
        _ = quantized.rounded(value, scale: 1, zero: 0, to: "y")
        #expect(try quantized.refusal().message.contains("without"))
    }

    @Test(
        arguments: [
            ("Conv", ["x", "w"], ["strides": .ints([0, 1])]), ("Conv", ["x", "w"], ["strides": .ints([1])]),
            ("Conv", ["x", "w"], ["dilations": .ints([.max, .max])]),
            ("Conv", ["x", "w"], ["pads": .ints([.min, 0, 0, 0])]),
            ("Conv", ["x", "w"], ["group": .int(0)]), ("Conv", ["x", "w"], ["group": .int(.max)]),
            ("Conv", ["x", "w"], ["auto_pad": .string("SOME")]), ("Conv", ["x", "w"], ["group": .string("1")]),
            ("Conv", ["x", "x"], [:]), ("Conv", ["x"], [:]), ("ConvTranspose", ["x", "w"], ["group": .int(.min)]),
            ("ConvTranspose", ["x", "w"], ["output_shape": .ints([.max, 1])]),
            ("ConvTranspose", ["x", "w"], ["output_padding": .ints([.max, 1])]), ("MaxPool", ["x"], [:]),
            ("MaxPool", ["x"], ["kernel_shape": .ints([.max, .max])]),
            ("AveragePool", ["x"], ["kernel_shape": .ints([0, 0])]),
            ("Gemm", ["x", "w"], [:]), ("MatMul", ["x", "x"], [:]), ("Softmax", ["x"], ["axis": .int(.min)]),
            ("Concat", ["x", "x"], [:]), ("Concat", ["x", "x"], ["axis": .int(.max)]),
            ("Split", ["x"], ["axis": .int(9)]),
            ("Transpose", ["x"], ["perm": .ints([0, 0, 1, 2])]), ("Transpose", ["x"], ["perm": .ints([.max])]),
            ("Reshape", ["x", "huge"], [:]), ("Reshape", ["x", "opens"], [:]), ("Unsqueeze", ["x", "huge"], [:]),
            ("Squeeze", ["x", "huge"], [:]), ("Pad", ["x", "huge"], [:]), ("Slice", ["x", "huge", "huge"], [:]),
            ("Slice", ["x", "huge"], [:]), ("Expand", ["x", "huge"], [:]), ("ConstantOfShape", ["huge"], [:]),
            ("Resize", ["x", "", "", "huge"], [:]), ("Resize", ["x", "", "nan"], [:]), ("Resize", ["x", "", "w"], [:]),
            ("Flatten", ["x"], ["axis": .int(.min)]), ("Gather", ["x", "huge"], [:]), ("Clip", ["x", "nan"], [:]),
            ("BatchNormalization", ["x", "w", "w", "w", "w"], [:]), ("Cast", ["x"], ["to": .int(.max)]),
            ("Cast", ["x"], ["to": .int(7)]), ("Constant", [], [:]),
            ("Constant", [], ["value": .unsupported(kind: "graph")]),
            ("ReduceMean", ["x"], ["axes": .ints([7])]), ("DepthToSpace", ["x"], ["blocksize": .int(.max)]),
            ("Div", ["x", "x"], [:]), ("Max", ["x", "x"], [:]), ("Range", ["least", "most", "step"], [:]),
            ("Add", ["x", "other"], [:]), ("Add", ["x", "huge"], [:]), ("DequantizeLinear", ["x", "nan"], [:]),
            ("QuantizeLinear", ["x", "w"], [:]), ("HardSigmoid", ["x"], ["alpha": .float(.nan)]),
        ] as [(String, [String], [String: ONNXAttribute])]
    )
    func wrongArguments(_ type: String, _ inputs: [String], _ attributes: [String: ONNXAttribute]) throws {
        var model = TestModel()
        model.floats("w", [4, 4, 3, 3])
        model.floats("other", [1, 5, 6, 6])
        model.floats("nan", [], [.nan])
        model.ints("huge", [.max, .max, .max])
        model.ints("opens", [-1, -1, 0, .min])
        for (name, number) in [("least", Int64.min), ("most", .max), ("step", 1)] {
            model.initializers.append(ONNXTensor(name: name, int64s: [number], dimensions: []))
        }
        model.node(type, inputs, ["p"], attributes, name: "culprit")
        model.node("Relu", ["p"])
        let error = try model.refusal()
        #expect(error.code != .unsupportedOperator)
        #expect(error.message.contains("culprit") || error.message.contains("does not depend"), "\(error)")
    }

    @Test(arguments: [Float.nan, .infinity, 0, -1])
    func scales(_ scale: Float) throws {
        var model = TestModel(input: [1, 2])
        _ = model.rounded("x", scale: scale, zero: 0, to: "y")
        #expect(try model.refusal().message.contains("scale"))

        var weights = TestModel(input: [1, 2])
        let input = weights.rounded("x", scale: 1, zero: 0)
        weights.node("MatMul", [input, weights.weights("w", [2, 1], [1, 2], scale: scale)], ["m"])
        _ = weights.rounded("m", scale: 1, zero: 0, to: "y")
        if scale == 0 {
            _ = try weights.quantized()
            return
        }
        #expect(try weights.refusal().message.contains("scale"))
    }

    @Test func kindsOfQuantization() throws {
        var wide = TestModel(input: [1, 2])
        wide.floats("s", [], [1])
        wide.initializers.append(ONNXTensor(name: "z", elementType: .uint16, dimensions: [], bytes: [0, 0]))
        wide.node("QuantizeLinear", ["x", "s", "z"], ["q"])
        wide.node("DequantizeLinear", ["q", "s", "z"])
        #expect(try wide.refusal().message.contains("uint16"))

        var channels = TestModel(input: [1, 2])
        channels.floats("s", [2], [1, 2])
        channels.node("QuantizeLinear", ["x", "s"], ["q"])
        channels.node("DequantizeLinear", ["q", "s"])
        #expect(try channels.refusal().message.contains("per channel"))

        var none = TestModel(input: [1, 2])
        none.floats("s", [0], [])
        none.node("QuantizeLinear", ["x", "s"], ["q"])
        none.node("DequantizeLinear", ["q", "s"])
        #expect(try none.refusal().code != .unsupportedOperator)

        var other = TestModel(input: [1, 2])
        let (first, second) = (other.grid(1, 0), other.grid(2, 0))
        other.node("QuantizeLinear", ["x"] + first, ["q"])
        other.node("DequantizeLinear", ["q"] + second)
        #expect(try other.refusal().message.contains("another scale"))

        var half = TestModel(input: [1, 2], type: .float16)
        half.node("Relu", ["x"])
        #expect(try half.refusal().message.contains("float16"))
    }

    @Test func floatsAmongIntegers() throws {
        var weights = TestModel(input: [1, 2])
        weights.floats("w", [2, 2])
        weights.node("MatMul", [weights.rounded("x", scale: 1, zero: 0), "w"], ["m"])
        _ = weights.rounded("m", scale: 1, zero: 0, to: "y")
        #expect(try weights.refusal().message.contains("not quantized to 8 bits"))

        var sum = TestModel(input: [1, 2])
        let input = sum.rounded("x", scale: 1, zero: 0)
        sum.node("MatMul", [input, sum.weights("w", [2, 2], [1, 2, 3, 4])], ["m"], name: "product")
        sum.node("Add", ["m", input], ["a"], name: "sum")
        _ = sum.rounded("a", scale: 1, zero: 0, to: "y")
        let error = try sum.refusal()
        for part in ["\"m\"", "\"product\"", "\"sum\"", "edgeprof quantize"] { #expect(error.message.contains(part)) }

        var twice = TestModel(input: [1, 2])
        let (first, second) = (
            twice.rounded("x", scale: 1, zero: 0, to: "a"), twice.rounded("x", scale: 2, zero: 0, to: "b")
        )
        twice.node("Add", [first, second], ["c"])
        _ = twice.rounded("c", scale: 1, zero: 0, to: "y")
        #expect(try twice.refusal().message.contains("two ways"))
    }

    /// Folding is bounded by the file's own size, however often nodes repeat it.
    @Test func constantsThatGrow() throws {
        var model = TestModel(input: [1, 2])
        model.ints("shape", [1 << 20])
        for index in 0..<1_000 {
            model.node("ConstantOfShape", ["shape"], ["c\(index)"])
        }
        model.node("Concat", (0..<1_000).map { "c\($0)" }, ["all"], ["axis": .int(0)])
        model.node("Add", ["x", "all"])
        #expect(try model.refusal().message.contains("far larger"))
    }

    /// Each layer owns its weights, so a tensor that thousands of layers share is refused before memory runs out.
    @Test func weightsSharedTooOften() throws {
        var model = TestModel(input: [1, 1_024, 1, 1])
        let weights = model.weights("w", [1_024, 1_024, 1, 1], Array(repeating: 1, count: 1 << 20))
        var value = model.rounded("x", scale: 1, zero: 0)
        for index in 0..<100 {
            model.node("Conv", [value, weights], ["c\(index)"])
            value = model.rounded("c\(index)", scale: 1, zero: 0, to: index == 99 ? "y" : nil)
        }
        #expect(try model.refusal().message.contains("share weights"))
    }

    @Test func scaleThatIsNoNumber() throws {
        var model = TestModel(input: [1, 2])
        _ = model.rounded("x", scale: .nan, zero: 0, to: "y")
        let message = try model.refusal().message
        #expect(message.contains("nan") && message.contains("positive finite"))
    }
}
