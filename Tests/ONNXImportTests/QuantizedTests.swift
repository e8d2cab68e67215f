import NetworkGraph
import ONNXFormat
import ONNXImport
import Quantization
import Testing

/// QDQ files: which nodes they become, and on small ones the numbers.
struct QuantizedTests {
    /// x (1 x 2, u8 at 0.5 from 10) times weights, then perhaps an activation, to u8 at 1 from 100.
    private func gemm(
        _ weights: (inout TestModel) -> String,
        bias: ((inout TestModel) -> String)? = nil,
        then activation: String? = nil
    ) -> TestModel {
        var model = TestModel(input: [1, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        var inputs = [input, weights(&model)]
        if let bias { inputs.append(bias(&model)) }
        model.node("Gemm", inputs, ["g"], ["transB": .int(1)])
        if let activation { model.node(activation, ["g"], ["a"]) }
        _ = model.rounded(activation == nil ? "g" : "a", scale: 1, zero: 100, to: "y")
        return model
    }

    @Test func fullyConnectedByHand() throws {
        let model = gemm { $0.weights("w", [2, 2], [1, -2, 3, 4]) }
        let network = try model.quantized()
        #expect(network.kinds == ["fullyConnected"])
        // x = (30 − 10)·0.5, (14 − 10)·0.5 = 10, 2: 10 − 4 = 6 and 30 + 8 = 38.
        #expect(try network.run([30, 14]) == [[106, 138]])
        #expect(network[network.outputs[0]].name == "y")
        #expect(network[network.inputs[0]].quantization == QuantizationParameters(scale: 0.5, zeroPoint: 10))
    }

    @Test func activationsAreFolded() throws {
        let model = gemm({ $0.weights("w", [2, 2], [-1, -2, 3, 4]) }, then: "Relu")
        let network = try model.quantized()
        #expect(network.kinds == ["fullyConnected"])
        #expect(try network.run([30, 14]) == [[100, 138]])
    }

    @Test func biasOfAnyScale() throws {
        func withBias(_ add: @escaping (inout TestModel) -> String) throws -> [Int32] {
            let network = try gemm({ $0.weights("w", [2, 2], [1, -2, 3, 4]) }, bias: add).quantized()
            guard case .fullyConnected(let layer) = network.nodes[0].operation else { throw Mismatch(what: "kind") }
            return layer.bias
        }
        func stored(_ scale: Float) -> (inout TestModel) -> String {
            { model in
                model.initializers.append(ONNXTensor(name: "b", int32s: [7, -9], dimensions: [2]))
                model.floats("bs", [], [scale])
                model.node("DequantizeLinear", ["b", "bs"], ["bd"])
                return "bd"
            }
        }
        #expect(try withBias(stored(0.5)) == [7, -9])
        #expect(try withBias(stored(2)) == [28, -36])
        #expect(
            try withBias { model in
                model.floats("b", [2], [1.2, -3])
                return "b"
            } == [2, -6]
        )
    }

    @Test func unsignedWeightsAroundTheMiddle() throws {
        let network = try gemm { model in
            model.initializers.append(ONNXTensor(name: "w", uint8s: [129, 126, 131, 132], dimensions: [2, 2]))
            model.initializers.append(ONNXTensor(name: "wz", uint8s: [128], dimensions: []))
            model.floats("ws", [], [1])
            model.node("DequantizeLinear", ["w", "ws", "wz"], ["wd"])
            return "wd"
        }.quantized()
        #expect(network.kinds == ["fullyConnected"])
        #expect(try network.run([30, 14]) == [[106, 138]])
    }

    /// 255 − 0 needs three s8 pieces, each with its own copy of the input.
    @Test func weightsBeyondOneByteAreSplit() throws {
        let network = try gemm { model in
            model.initializers.append(ONNXTensor(name: "w", uint8s: [2, 255, 0, 200], dimensions: [2, 2]))
            model.floats("ws", [], [0.125])
            model.node("DequantizeLinear", ["w", "ws"], ["wd"])
            return "wd"
        }.quantized()
        #expect(network.kinds == ["concatenate", "channelShuffle", "fullyConnected"])
        // x = 5, 1: (2·5 + 255)/8 = 33.125 and 200/8 = 25.
        #expect(try network.run([20, 12]) == [[133, 125]])
    }

    @Test func rowsOfNoWeightKeepTheirBias() throws {
        let network = try gemm(
            { model in
                model.int8s("w", [2, 2], [0, 0, 3, 4])
                model.floats("ws", [2], [0, 1])
                model.int8s("wz", [2], [0, 0])
                model.node("DequantizeLinear", ["w", "ws", "wz"], ["wd"], ["axis": .int(0)])
                return "wd"
            },
            bias: { model in
                model.floats("b", [2], [5, 0])
                return "b"
            }
        ).quantized()
        #expect(try network.run([30, 14]) == [[105, 138]])
    }

    @Test func transposedAndFoldedWeights() throws {
        var model = TestModel(input: [1, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        model.floats("w", [2, 2], [1, 3, -2, 4])
        model.floats("ws", [2], [1, 1])
        model.int8s("wz", [2], [0, 0])
        model.node("QuantizeLinear", ["w", "ws", "wz"], ["wq"], ["axis": .int(1)])
        model.node("DequantizeLinear", ["wq", "ws", "wz"], ["wd"], ["axis": .int(1)])
        model.node("Transpose", ["wd"], ["wt"])
        model.node("Transpose", ["wt"], ["wu"])
        model.node("MatMul", [input, "wu"], ["m"])
        _ = model.rounded("m", scale: 1, zero: 100, to: "y")
        #expect(try model.quantized().run([30, 14]) == [[106, 138]])
    }

    @Test func normalizationFoldsIntoTheLayer() throws {
        var model = TestModel(input: [1, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        model.node("Gemm", [input, model.weights("w", [2, 2], [1, -2, 3, 4])], ["g"], ["transB": .int(1)])
        model.floats("f", [2], [2, -1])
        model.floats("o", [2], [1, 40])
        model.node("Mul", ["g", "f"], ["m"])
        model.node("Add", ["m", "o"], ["a"])
        model.node("Relu", ["a"], ["r"])
        _ = model.rounded("r", scale: 1, zero: 100, to: "y")
        let network = try model.quantized()
        #expect(network.kinds == ["fullyConnected"])
        #expect(try network.run([30, 14]) == [[113, 102]])
    }

    @Test func movedElementsKeepTheirGrid() throws {
        var model = TestModel(input: [1, 4, 2, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        model.ints("shape", [1, 2, 2, 2, 2])
        model.ints("back", [1, 4, 2, 2])
        model.node("Reshape", [input, "shape"], ["a"])
        let between = model.rounded("a", scale: 0.5, zero: 10)
        model.node("Transpose", [between], ["b"], ["perm": .ints([0, 2, 1, 3, 4])])
        let last = model.rounded("b", scale: 0.5, zero: 10)
        model.node("Reshape", [last, "back"])
        let network = try model.quantized()
        #expect(network.kinds == ["channelShuffle"])
        #expect(network[network.outputs[0]].quantization.scale == 0.5)
    }

    @Test func otherParametersAreRequantized() throws {
        var model = TestModel(input: [1, 2, 2, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        model.node("MaxPool", [input], ["m"], ["kernel_shape": .ints([2, 2])])
        let other = model.rounded("m", scale: 0.25, zero: 0)
        _ = model.rounded(other, scale: 1, zero: 5, to: "y")
        let network = try model.quantized()
        #expect(network.kinds == ["maxPool", "requantize", "requantize"])
        // Channels last: channel 0 is 14, 12, 11, 10 → 2; channel 1 is 30 → 10.
        #expect(try network.run([14, 30, 12, 30, 11, 30, 10, 30]) == [[7, 15]])
    }

    /// A rounding behind moved elements reaches the operator before them.
    @Test func roundingMovesToTheOperator() throws {
        var model = TestModel(input: [1, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        model.node("Gemm", [input, model.weights("w", [2, 2], [1, -2, 3, 4])], ["g"], ["transB": .int(1)])
        model.ints("shape", [1, 1, 2])
        model.node("Reshape", ["g", "shape"], ["s"])
        model.node("Relu", ["s"], ["r"])
        _ = model.rounded("r", scale: 1, zero: 100, to: "y")
        let network = try model.quantized()
        #expect(network.kinds == ["fullyConnected", "reshape"])
        #expect(try network.run([30, 14]) == [[106, 138]])
    }

    @Test func twoRoundingsMakeTheOperatorTwice() throws {
        var model = TestModel(input: [1, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        model.node("Gemm", [input, model.weights("w", [2, 2], [1, -2, 3, 4])], ["g"], ["transB": .int(1)])
        _ = model.rounded("g", scale: 1, zero: 100, to: "y")
        _ = model.rounded("g", scale: 2, zero: 0, to: "z")
        model.outputs = ["y", "z"]
        let network = try model.quantized()
        #expect(network.kinds == ["fullyConnected", "fullyConnected"])
        #expect(try network.run([30, 14]) == [[106, 138], [3, 19]])
    }

    @Test func partsAreJoinedOnTheResultsGrid() throws {
        var model = TestModel(input: [1, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        model.node("Gemm", [input, model.weights("w", [2, 2], [1, -2, 3, 4])], ["g"], ["transB": .int(1)])
        model.node("Concat", ["g", input], ["c"], ["axis": .int(1)])
        _ = model.rounded("c", scale: 1, zero: 100, to: "y")
        let network = try model.quantized()
        #expect(network.kinds == ["fullyConnected", "concatenate"])
        #expect(try network.run([30, 14]) == [[106, 138, 110, 102]])
    }

    @Test func signedInputsAndStoredMoves() throws {
        var model = TestModel(input: [1, 2, 2, 2], type: .int8)
        model.floats("s", [], [0.5])
        model.int8s("z", [], [-3])
        model.node("MaxPool", ["x"], ["p"], ["kernel_shape": .ints([2, 2])])
        model.node("DequantizeLinear", ["p", "s", "z"], ["d"])
        model.node("Neg", ["d"], ["n"])
        model.node("QuantizeLinear", ["n", "s", "z"], ["q"])
        model.outputs = ["q"]
        // The pool stands before the scale is known.
        #expect(try model.refusal().code == .unsupportedModel)

        var plain = TestModel(input: [1, 2], type: .int8)
        plain.floats("s", [], [0.5])
        plain.int8s("z", [], [-3])
        plain.node("DequantizeLinear", ["x", "s", "z"], ["d"])
        plain.node("Neg", ["d"], ["n"])
        plain.node("QuantizeLinear", ["n", "s", "z"], ["q"])
        plain.outputs = ["q"]
        let network = try plain.quantized()
        #expect(network.kinds == ["channelAffine"])
        // Stored 7 and −13, raised by 128, are 5 and −5: they change places.
        #expect(try network.run([135, 115]) == [[115, 135]])
        #expect(network[network.outputs[0]].quantization.storage == .signed8)
    }

    @Test func pixelsAsInput() throws {
        var model = TestModel(input: [1, 2], type: .uint8)
        model.node("Cast", ["x"], ["f"], ["to": .int(1)])
        model.floats("c", [], [128])
        model.node("Sub", ["f", "c"], ["s"])
        _ = model.rounded("s", scale: 2, zero: 64, to: "y")
        let network = try model.quantized()
        #expect(network.kinds == ["channelAffine"])
        #expect(try network.run([128, 200]) == [[64, 100]])
    }

    @Test func quantizedConstants() throws {
        var model = TestModel(input: [1, 2, 1, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        model.node("Add", [input, model.weights("c", [1, 1, 1, 2], [4, -4], scale: 0.5)], ["a"])
        _ = model.rounded("a", scale: 1, zero: 100, to: "y")
        #expect(try model.quantized().kinds == ["constant", "add"])
    }
}
