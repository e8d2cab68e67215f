import NetworkGraph
import ONNXFormat
import Testing

@testable import ONNXImport

/// Arguments that moved between operator sets, constants computed from shapes, and what a file leaves open.
struct ArgumentTests {
    @Test func clipBoundsMoved() throws {
        var old = TestModel(opset: 7)
        old.node("Clip", ["x"], ["y"], ["min": .float(0), "max": .float(6)])
        var new = TestModel(opset: 11)
        new.floats("low", [], [0])
        new.node("Constant", [], ["high"], ["value_float": .float(6)])
        new.node("Clip", ["x", "low", "high"])
        for model in [old, new] {
            guard case .activation(.clip(lower: 0, upper: 6)) = try model.float().nodes[0].operation else {
                throw Mismatch(what: "bounds")
            }
        }
        var open = TestModel(opset: 13)
        open.floats("low", [], [0])
        open.node("Clip", ["x", "low"])
        guard case .activation(.relu) = try open.float().nodes[0].operation else { throw Mismatch(what: "relu") }
    }

    @Test func axesMoved() throws {
        var old = TestModel(opset: 11, input: [1, 4, 1, 1])
        old.node("Squeeze", ["x"], ["s"], ["axes": .ints([2, -1])])
        old.node("Unsqueeze", ["s"], ["y"], ["axes": .ints([0, 3])])
        var new = TestModel(opset: 13, input: [1, 4, 1, 1])
        new.ints("removed", [2, -1])
        new.ints("added", [0, 3])
        new.node("Squeeze", ["x", "removed"], ["s"])
        new.node("Unsqueeze", ["s", "added"])
        for model in [old, new] { #expect(try model.float().outputShape == [1, 1, 4, 1]) }
    }

    @Test func sliceAndPadMoved() throws {
        var old = TestModel(opset: 9, input: [1, 4, 6, 6])
        old.node("Slice", ["x"], ["s"], ["starts": .ints([1, -3]), "ends": .ints([3, .max]), "axes": .ints([1, 3])])
        old.node("Pad", ["s"], ["y"], ["pads": .ints([0, 0, 1, 1, 0, 0, 1, 1])])
        var new = TestModel(opset: 18, input: [1, 4, 6, 6])
        new.ints("starts", [1, -3])
        new.ints("ends", [3, .max])
        new.ints("axes", [1, 3])
        new.ints("pads", [1, 1, 1, 1])
        new.ints("padded", [2, 3])
        new.node("Slice", ["x", "starts", "ends", "axes"], ["s"])
        new.node("Pad", ["s", "pads", "", "padded"])
        for model in [old, new] { #expect(try model.float().outputShape == [1, 2, 8, 5]) }
    }

    @Test(
        arguments: [
            (5, 0, 5, 1, [0, 1, 5]), (5, .min, .max, 2, [0, 2, 3]), (5, -1, .min, -1, [4, -1, 5]),
            (5, 10, -10, -2, [4, -2, 3]),
            (5, 3, 1, 1, [3, 1, 0]), (5, 1, .max, .max, [1, 5, 1]), (5, 4, .min, .min, [4, -5, 1]),
            (5, 3, -3, -1, [3, -1, 1]),
        ] as [(Int, Int, Int, Int, [Int])]
    )
    func slicesOfAnyIntegers(_ extent: Int, _ start: Int, _ end: Int, _ step: Int, _ expected: [Int]) throws {
        var model = TestModel(input: [1, 5])
        model.ints("s", [Int64(start)])
        model.ints("e", [Int64(end)])
        model.ints("a", [1])
        model.ints("t", [Int64(step)])
        model.node("Slice", ["x", "s", "e", "a", "t"], ["p"])
        model.node("Relu", ["p"])
        if expected[2] == 0 { return #expect(try model.refusal().code == .invalidGraph) }
        #expect(try model.float().outputShape == [1, expected[2]])
    }

    @Test func splitSizesMoved() throws {
        var sizes = TestModel(opset: 11)
        sizes.node("Split", ["x"], ["a", "y"], ["axis": .int(1), "split": .ints([1, 3])])
        #expect(try sizes.float().outputShape == [1, 3, 6, 6])
        var input = TestModel(opset: 13)
        input.ints("sizes", [1, 3])
        input.node("Split", ["x", "sizes"], ["a", "y"], ["axis": .int(1)])
        #expect(try input.float().outputShape == [1, 3, 6, 6])
        var count = TestModel(opset: 18, input: [1, 7, 2, 2])
        count.node("Split", ["x"], ["a", "b", "y"], ["axis": .int(1), "num_outputs": .int(3)])
        #expect(try count.float().outputShape == [1, 1, 2, 2])
        var rows = TestModel(opset: 13)
        rows.node("Split", ["x"], ["a", "y"], ["axis": .int(2)])
        #expect(try rows.float().kinds == ["slice"])
    }

    @Test func resizeInAllVersions() throws {
        var models: [TestModel] = []
        var upsample = TestModel(opset: 9)
        upsample.floats("s", [4], [1, 1, 2, 2])
        upsample.node("Upsample", ["x", "s"], ["y"], ["mode": .string("nearest")])
        models.append(upsample)
        var ten = TestModel(opset: 10)
        ten.floats("s", [4], [1, 1, 2, 2])
        ten.node("Resize", ["x", "s"], ["y"], ["mode": .string("linear")])
        models.append(ten)
        var eleven = TestModel(opset: 11)
        eleven.ints("sizes", [1, 4, 12, 12])
        eleven.floats("none", [0], [])
        eleven.node("Resize", ["x", "none", "none", "sizes"])
        models.append(eleven)
        var eighteen = TestModel(opset: 18)
        eighteen.ints("sizes", [12, 12])
        eighteen.node(
            "Resize",
            ["x", "", "", "sizes"],
            ["y"],
            ["axes": .ints([2, 3]), "coordinate_transformation_mode": .string("align_corners")]
        )
        models.append(eighteen)
        let coordinates: [Resize.Coordinates] = [.asymmetric, .asymmetric, .halfPixel, .alignCorners]
        for (model, expected) in zip(models, coordinates) {
            let graph = try model.float()
            #expect(graph.outputShape == [1, 4, 12, 12])
            guard case .resize(let resize) = graph.nodes[0].operation else { throw Mismatch(what: "kind") }
            #expect(resize.coordinates == expected)
            #expect(resize.scaleHeight == 2)
        }
    }

    /// The arithmetic that exporters emit for `x.view(x.size(0), -1)` and an interpolation to twice the size.
    @Test func shapesAreComputed() throws {
        var model = TestModel(input: [2, 4, 6, 6])
        model.ints("zero", [0])
        model.ints("minus", [-1])
        model.initializers.append(ONNXTensor(name: "first", int64s: [0], dimensions: []))
        model.node("Shape", ["x"], ["shape"])
        model.node("Gather", ["shape", "first"], ["batch"])
        model.node("Unsqueeze", ["batch", "zero"], ["rows"])
        model.node("Concat", ["rows", "minus"], ["target"], ["axis": .int(0)])
        model.node("Cast", ["target"], ["casted"], ["to": .int(7)])
        model.node("Reshape", ["x", "casted"])
        let graph = try model.float()
        #expect(graph.outputShape == [2, 144])
        #expect(graph.kinds == ["flatten"])
    }

    @Test func foldedArithmetic() throws {
        var model = TestModel(input: [1, 12])
        model.node("Constant", [], ["a"], ["value_ints": .ints([2, 6])])
        model.node("Constant", [], ["one"], ["value_int": .int(1)])
        model.node("Constant", [], ["three"], ["value_int": .int(3)])
        model.node(
            "ConstantOfShape",
            ["two"],
            ["ones"],
            ["value": .tensor(ONNXTensor(name: "", int64s: [1], dimensions: [1]))]
        )
        model.ints("two", [2])
        model.node("Range", ["one", "three", "one"], ["range"])
        model.node("Mul", ["range", "ones"], ["b"])  // 1, 2
        model.node("Mul", ["a", "b"], ["c"])  // 2, 12
        model.node("Sub", ["c", "ones"], ["d"])  // 1, 11
        model.node("Add", ["d", "one"], ["e"])  // 2, 12
        model.node("Div", ["e", "b"], ["f"])  // 2, 6
        model.node("Expand", ["one", "two"], ["g"])  // 1, 1
        model.node("Equal", ["f", "a"], ["h"])
        model.node("Where", ["h", "f", "g"], ["target"])
        model.node("Reshape", ["x", "target"])
        #expect(try model.float().outputShape == [2, 6])
    }

    @Test func openExtents() throws {
        var model = TestModel()
        model.inputs = [
            ONNXValueInfo(
                name: "x",
                elementType: .float32,
                dimensions: [.symbolic("batch"), .fixed(3), .symbolic("h"), .unknown]
            )
        ]
        model.node("Relu", ["x"])
        let error = try model.refusal()
        #expect(error.message.contains("axis 2") && error.message.contains("inputShapes"))
        let shapes = ImportOptions(inputShapes: ["x": [5, 3, 8, 9]])
        #expect(try model.float(shapes).outputShape == [5, 3, 8, 9])
        #expect(try model.refusal(ImportOptions(inputShapes: ["x": [5, 4, 8, 9]])).message.contains("axis 1 is 3"))
        #expect(try model.refusal(ImportOptions(inputShapes: ["x": [5, 3]])).code == .unsupportedModel)

        model.inputs[0].dimensions = [.symbolic("batch"), .fixed(3)]
        #expect(try model.float().outputShape == [1, 3])
        #expect(try model.float(ImportOptions(batch: 4)).outputShape == [4, 3])
        model.inputs[0].dimensions = [.fixed(1), .fixed(3)]
        #expect(try model.refusal(ImportOptions(batch: 4)).message.contains("fixed"))
    }

    @Test func oldFilesListConstantsAsInputs() throws {
        var model = TestModel(opset: 7, input: [1, 2])
        model.floats("w", [2, 2])
        model.inputs.append(ONNXValueInfo(name: "w", elementType: .float32, dimensions: [.fixed(2), .fixed(2)]))
        model.node("MatMul", ["x", "w"])
        #expect(try model.float().inputs.count == 1)
    }

    @Test func weightsAloneMayBeQuantized() throws {
        var model = TestModel(input: [1, 2])
        let weights = model.weights("w", [2, 2], [1, -2, 3, -4], scale: 0.5)
        model.node("Gemm", ["x", weights], ["y"], ["transB": .int(1)])
        guard case .fullyConnected(let layer) = try model.float().nodes[0].operation else {
            throw Mismatch(what: "kind")
        }
        #expect(layer.weights.elements() == [0.5, -1, 1.5, -2])
    }

    @Test func networksAreNamed() {
        #expect(ONNXImporter.networkName(path: "/a/resnet.v1.onnx", graph: "main_graph") == "resnet.v1")
        #expect(ONNXImporter.networkName(path: "/a/file.onnx", graph: "resnet50") == "resnet50")
    }
}
