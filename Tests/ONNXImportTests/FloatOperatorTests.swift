import NetworkGraph
import ONNXFormat
import ONNXImport
import Testing

/// Float graphs: the operator and the shape each node becomes.
struct FloatOperatorTests {
    @Test func convolutionWithAutomaticPads() throws {
        for (pads, expected) in [("SAME_UPPER", [0, 0, 1, 1]), ("SAME_LOWER", [1, 1, 0, 0])] {
            var model = TestModel(input: [1, 4, 6, 6])
            model.floats("w", [8, 2, 2, 2])
            model.node("Conv", ["x", "w"], ["y"], ["auto_pad": .string(pads), "group": .int(2)])
            let graph = try model.float()
            #expect(graph.outputShape == [1, 8, 6, 6])
            guard case .convolution(let convolution) = graph.nodes[0].operation else { throw Mismatch(what: "kind") }
            let window = convolution.window
            #expect([window.padTop, window.padLeft, window.padBottom, window.padRight] == expected)
            #expect(convolution.weights.elements() == (0..<64).map { Float($0 % 7) - 3 })
        }
    }

    @Test func convolutionOverOneAxis() throws {
        var model = TestModel(input: [2, 4, 9])
        model.floats("w", [3, 4, 3])
        model.floats("b", [3])
        model.node("Conv", ["x", "w", "b"], ["y"], ["strides": .ints([2]), "pads": .ints([1, 1])])
        let graph = try model.float()
        #expect(graph.outputShape == [2, 3, 5])
        #expect(graph.kinds == ["reshape", "convolution", "reshape"])
    }

    @Test func transposedConvolutionTurnsItsWeights() throws {
        var model = TestModel(input: [1, 4, 3, 3])
        model.floats("w", [4, 3, 1, 1], (0..<12).map(Float.init))
        model.node("ConvTranspose", ["x", "w"], ["y"], ["group": .int(2), "strides": .ints([2, 2])])
        let graph = try model.float()
        #expect(graph.outputShape == [1, 6, 5, 5])
        guard case .convolutionTranspose(let layer) = graph.nodes[0].operation else { throw Mismatch(what: "kind") }
        // Input c, output j of its group is c·3 + j in the file; here output g·3 + j, input c of the group.
        #expect(layer.weights.elements() == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11])
    }

    @Test func transposedConvolutionOfAGivenShape() throws {
        var model = TestModel(input: [1, 2, 3, 3])
        model.floats("w", [2, 1, 3, 3])
        model.node(
            "ConvTranspose",
            ["x", "w"],
            ["y"],
            ["strides": .ints([2, 2]), "output_shape": .ints([6, 6])]
        )
        #expect(try model.float().outputShape == [1, 1, 6, 6])
    }

    @Test func gemmReadsEitherOrderAndFactors() throws {
        for transposed in [0, 1] {
            var model = TestModel(input: [2, 3])
            model.floats("w", transposed == 1 ? [2, 3] : [3, 2], [1, 2, 3, 4, 5, 6])
            model.floats("b", [1, 2], [10, 20])
            model.node(
                "Gemm",
                ["x", "w", "b"],
                ["y"],
                ["transB": .int(Int64(transposed)), "alpha": .float(2), "beta": .float(0.5)]
            )
            let graph = try model.float()
            guard case .fullyConnected(let layer) = graph.nodes[0].operation else { throw Mismatch(what: "kind") }
            #expect(layer.weights.elements() == (transposed == 1 ? [2, 4, 6, 8, 10, 12] : [2, 6, 10, 4, 8, 12]))
            #expect(layer.bias?.elements() == [5, 10])
        }
    }

    @Test func matMulOverThreeAxes() throws {
        var model = TestModel(input: [2, 5, 3])
        model.floats("w", [3, 4])
        model.node("MatMul", ["x", "w"])
        let graph = try model.float()
        #expect(graph.outputShape == [2, 5, 4])
        #expect(graph.kinds == ["reshape", "fullyConnected", "reshape"])
    }

    @Test func constantsPerChannelBecomeOneNormalization() throws {
        var model = TestModel(input: [1, 2, 3, 3])
        model.floats("scale", [2, 1, 1], [2, 4])
        model.floats("shift", [1], [3])
        model.floats("divisor", [1, 2, 1, 1], [2, 8])
        model.node("Mul", ["x", "scale"], ["a"])
        model.node("Sub", ["shift", "a"], ["b"])
        model.node("Div", ["b", "divisor"], ["y"])
        let graph = try model.float()
        #expect(graph.kinds == ["batchNormalization"])
        guard case .batchNormalization(let normalization) = graph.nodes[0].operation else {
            throw Mismatch(what: "kind")
        }
        #expect(normalization.factors() == [-1, -0.5])
        #expect(normalization.offsets() == [1.5, 0.375])
    }

    @Test func otherConstantsBroadcast() throws {
        var model = TestModel(input: [1, 2, 3, 3])
        model.floats("plane", [3, 3])
        model.node("Add", ["x", "plane"])
        let graph = try model.float()
        #expect(graph.kinds == ["constant", "reshape", "add"])
        #expect(graph.outputShape == [1, 2, 3, 3])
    }

    private static let means: [([Int64], Int64, [String], [Int])] = [
        ([2, 3], 1, ["globalAveragePool"], [1, 4, 1, 1]), ([2, 3], 0, ["globalAveragePool", "flatten"], [1, 4]),
        ([1], 0, ["transpose", "reshape", "globalAveragePool", "reshape"], [1, 6, 6]),
    ]

    @Test(arguments: means)
    func meansOverAxes(_ axes: [Int64], _ keeps: Int64, _ kinds: [String], _ shape: [Int]) throws {
        for opset: Int64 in [13, 18] {
            var model = TestModel(opset: opset, input: [1, 4, 6, 6])
            if opset < 18 {
                model.node("ReduceMean", ["x"], ["y"], ["axes": .ints(axes), "keepdims": .int(keeps)])
            } else {
                model.ints("axes", axes)
                model.node("ReduceMean", ["x", "axes"], ["y"], ["keepdims": .int(keeps)])
            }
            let graph = try model.float()
            #expect(graph.outputShape == shape)
            #expect(graph.kinds == kinds)
        }
    }

    @Test func softmaxChangedItsMeaning() throws {
        var old = TestModel(opset: 11, input: [2, 3, 4])
        old.node("Softmax", ["x"])
        #expect(try old.float().kinds == ["flatten", "softmax", "reshape"])
        var new = TestModel(opset: 13, input: [2, 3, 4])
        new.node("Softmax", ["x"])
        #expect(try new.float().kinds == ["reshape", "softmax", "reshape"])
        var first = TestModel(opset: 13, input: [2, 3, 4])
        first.node("Softmax", ["x"], ["y"], ["axis": .int(0)])
        #expect(try first.float().kinds == ["transpose", "softmax", "transpose"])
    }

    @Test func joiningAlongAnotherAxis() throws {
        var model = TestModel(input: [1, 2, 3, 4])
        model.node("Concat", ["x", "x"], ["y"], ["axis": .int(-1)])
        let graph = try model.float()
        #expect(graph.outputShape == [1, 2, 3, 8])
        #expect(graph.kinds == ["transpose", "transpose", "concatenate", "transpose"])
    }

    @Test func channelShuffleIsRecognised() throws {
        var model = TestModel(input: [1, 6, 4, 4])
        model.ints("grouped", [1, 2, 3, 4, 4])
        model.ints("flat", [1, -1, 4, 4])
        model.node("Reshape", ["x", "grouped"], ["a"])
        model.node("Transpose", ["a"], ["b"], ["perm": .ints([0, 2, 1, 3, 4])])
        model.node("Reshape", ["b", "flat"], ["y"])
        let graph = try model.float()
        #expect(graph.kinds == ["channelShuffle"])
        guard case .channelShuffle(groups: 2) = graph.nodes[0].operation else { throw Mismatch(what: "groups") }
    }

    @Test func hardSwishIsRecognised() throws {
        var product = TestModel()
        product.node("HardSigmoid", ["x"], ["h"], ["alpha": .float(1 / 6)])
        product.node("Mul", ["h", "x"])
        #expect(try product.float().kinds == ["function"])

        for dividesFirst in [true, false] {
            var clip = TestModel()
            clip.floats("three", [], [3])
            clip.floats("six", [], [6])
            clip.floats("zero", [], [0])
            clip.node("Add", ["x", "three"], ["a"])
            clip.node("Clip", ["a", "zero", "six"], ["b"])
            clip.node(dividesFirst ? "Div" : "Mul", dividesFirst ? ["b", "six"] : ["x", "b"], ["c"])
            clip.node(dividesFirst ? "Mul" : "Div", dividesFirst ? ["x", "c"] : ["c", "six"], ["y"])
            #expect(try clip.float().kinds == ["function"])
        }
        var other = TestModel()
        other.node("HardSigmoid", ["x"], ["h"])
        other.node("Mul", ["h", "x"])
        #expect(try other.float().kinds == ["function", "multiply"])
    }

    @Test func depthAndSpace() throws {
        for mode in ["DCR", "CRD"] {
            var model = TestModel(input: [1, 8, 3, 3])
            model.node("DepthToSpace", ["x"], ["s"], ["blocksize": .int(2), "mode": .string(mode)])
            model.node("SpaceToDepth", ["s"], ["y"], ["blocksize": .int(2)])
            #expect(try model.float().outputShape == [1, 8, 3, 3])
        }
    }

    @Test func poolsOfEveryKind() throws {
        var model = TestModel(input: [1, 4, 7, 7])
        let window: [String: ONNXAttribute] = [
            "kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "ceil_mode": .int(1),
        ]
        model.node("MaxPool", ["x"], ["a"], window)
        model.node("AveragePool", ["a"], ["b"], ["kernel_shape": .ints([2, 2]), "count_include_pad": .int(1)])
        model.node("GlobalMaxPool", ["b"], ["y"])
        let graph = try model.float()
        #expect(graph.kinds == ["maxPool", "averagePool", "maxPool"])
        #expect(graph.outputShape == [1, 4, 1, 1])
    }

    @Test func deadNodesAndUnreadInputsGo() throws {
        var model = TestModel()
        model.inputs.append(ONNXValueInfo(name: "mask", elementType: .float32, dimensions: [.fixed(2)]))
        model.node("NonMaxSuppression", ["mask"], ["dead"])
        model.node("Relu", ["x"])
        let graph = try model.float()
        #expect(graph.nodes.count == 1)
        #expect(graph.inputs.map { graph[$0].name } == ["x"])
    }

    @Test func outputsKeepTheirNames() throws {
        var model = TestModel()
        model.outputs = ["y", "z", "x2"]
        model.node("Relu", ["x"], ["r"])
        model.node("Identity", ["r"], ["y"])
        model.node("Dropout", ["r"], ["z"])
        model.node("Identity", ["x"], ["x2"])
        let graph = try model.float()
        #expect(graph.outputs.map { graph[$0].name } == ["y", "z", "x2"])
        #expect(graph.inputs.map { graph[$0].name } == ["x"])
    }
}
