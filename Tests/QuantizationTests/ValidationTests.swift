import NetworkGraph
import Testing

@testable import Quantization

/// Networks that cannot be run are refused with the name of what is wrong.
struct ValidationTests {
    private func network() -> QuantizedNetwork {
        let parameters = QuantizationParameters(scale: 0.1, zeroPoint: 7)
        func value(_ name: String, _ shape: TensorShape) -> QuantizedValue {
            QuantizedValue(name: name, shape: shape, quantization: parameters)
        }
        return QuantizedNetwork(
            name: "net",
            values: [
                value("x", TensorShape(channels: 4, height: 5, width: 5)),
                value("y", TensorShape(channels: 6, height: 3, width: 3)),
                value("z", TensorShape(channels: 6, height: 1, width: 1)),
            ],
            nodes: [
                QuantizedNode(
                    name: "conv",
                    operation: .convolution(
                        QuantizedConvolution(
                            window: Window(kernel: 3),
                            groups: 2,
                            weights: Array(repeating: 3, count: 6 * 2 * 9),
                            weightScales: Array(repeating: 0.01, count: 6),
                            bias: Array(repeating: 5, count: 6),
                            activation: .relu
                        )
                    ),
                    inputs: [ValueID(0)],
                    outputs: [ValueID(1)]
                ),
                QuantizedNode(
                    name: "pool",
                    operation: .maxPool(Window(kernel: 3, stride: 2)),
                    inputs: [ValueID(1)],
                    outputs: [ValueID(2)]
                ),
            ],
            inputs: [ValueID(0)],
            outputs: [ValueID(2)]
        )
    }

    @Test func aSoundNetworkPasses() throws {
        try network().validate()
    }

    private func expectRefused(_ note: String, _ change: (inout QuantizedNetwork) -> Void) {
        var changed = network()
        change(&changed)
        #expect(throws: QuantizationError.self, "\(note)") { try changed.validate() }
    }

    private func changeConvolution(_ network: inout QuantizedNetwork, _ change: (inout QuantizedConvolution) -> Void) {
        guard case .convolution(var layer) = network.nodes[0].operation else { return }
        change(&layer)
        network.nodes[0].operation = .convolution(layer)
    }

    @Test func structureIsChecked() {
        expectRefused("no output") { $0.outputs = [] }
        expectRefused("no input") { $0.inputs = [] }
        expectRefused("unknown value") { $0.nodes[0].inputs = [ValueID(9)] }
        expectRefused("negative value") { $0.nodes[0].inputs = [ValueID(-1)] }
        expectRefused("unknown output") { $0.outputs = [ValueID(3)] }
        expectRefused("read before written") { $0.nodes.swapAt(0, 1) }
        expectRefused("written twice") { $0.nodes[1].outputs = [ValueID(1)] }
        expectRefused("input written") { $0.nodes[1].outputs = [ValueID(0)] }
        expectRefused("two inputs") { $0.nodes[0].inputs = [ValueID(0), ValueID(0)] }
        expectRefused("no inputs") { $0.nodes[0].inputs = [] }
        expectRefused("no outputs") { $0.nodes[1].outputs = [] }
    }

    @Test func valuesAreChecked() {
        expectRefused("zero extent") { $0.values[0].shape.dimensions[2] = 0 }
        expectRefused("negative extent") { $0.values[0].shape.dimensions[2] = -5 }
        expectRefused("too many elements") { $0.values[0].shape.dimensions = [1 << 20, 1 << 20, 1 << 20, 1 << 20] }
        expectRefused("overflowing extents") { $0.values[0].shape.dimensions = [.max, .max, 1, 1] }
        expectRefused("no image") { $0.values[0].shape.dimensions = [1, 4, 25] }
        expectRefused("zero scale") { $0.values[0].quantization.scale = 0 }
        expectRefused("NaN scale") { $0.values[0].quantization.scale = .nan }
        expectRefused("infinite scale") { $0.values[2].quantization.scale = .infinity }
        expectRefused("zero point") { $0.values[0].quantization.zeroPoint = 256 }
        expectRefused("signed zero point") {
            $0.values[0].quantization = QuantizationParameters(scale: 1, zeroPoint: 128, storage: .signed8)
        }
        expectRefused("other scale behind a pool") { $0.values[2].quantization.scale = 0.2 }
    }

    @Test func convolutionsAreChecked() {
        expectRefused("weights") { changeConvolution(&$0) { $0.weights.removeLast() } }
        expectRefused("scales") { changeConvolution(&$0) { $0.weightScales.removeLast() } }
        expectRefused("bias") { changeConvolution(&$0) { $0.bias.removeLast() } }
        expectRefused("negative weight scale") { changeConvolution(&$0) { $0.weightScales[2] = -1 } }
        expectRefused("NaN weight scale") { changeConvolution(&$0) { $0.weightScales[2] = .nan } }
        expectRefused("huge weight scale") { changeConvolution(&$0) { $0.weightScales[2] = 3e38 } }
        expectRefused("groups") { changeConvolution(&$0) { $0.groups = 3 } }
        expectRefused("no groups") { changeConvolution(&$0) { $0.groups = 0 } }
        expectRefused("stride 0") { changeConvolution(&$0) { $0.window.strideWidth = 0 } }
        expectRefused("huge padding") { changeConvolution(&$0) { $0.window.padTop = .max } }
        expectRefused("huge dilation") { changeConvolution(&$0) { $0.window.dilationHeight = .max } }
        expectRefused("window and shape") { changeConvolution(&$0) { $0.window.padLeft = 1 } }
        expectRefused("NaN clip") { changeConvolution(&$0) { $0.activation = .clip(lower: .nan, upper: 1) } }
        expectRefused("empty clip") { changeConvolution(&$0) { $0.activation = .clip(lower: 2, upper: 1) } }
        expectRefused("overflowing sums") { changeConvolution(&$0) { $0.bias[0] = .max } }
    }

    @Test func poolsMustTouchTheirInput() {
        var window = Window(kernel: 2, padding: 2)
        window.dilationHeight = 1
        #expect(!window.touchesInput(height: 3, width: 3, 6, 6))
        #expect(Window(kernel: 3, padding: 1).touchesInput(height: 3, width: 3, 3, 3))
        // The window before the first element steps over a single row.
        #expect(!Window(kernel: 2, padding: 1, dilation: 2).touchesInput(height: 1, width: 9, 1, 1))
        #expect(!Window(kernel: 2, stride: 2, ceilMode: true).touchesInput(height: 2, width: 2, 2, 1))
    }

    @Test func longRowsMayUseTheWholeAccumulator() throws {
        func layer(_ weight: Int8) -> QuantizedNetwork {
            let parameters = QuantizationParameters(scale: 0.1, zeroPoint: 0)
            let depth = 70_000
            return QuantizedNetwork(
                name: "long",
                values: [
                    QuantizedValue(name: "x", shape: TensorShape([1, depth]), quantization: parameters),
                    QuantizedValue(name: "y", shape: TensorShape([1, 1]), quantization: parameters),
                ],
                nodes: [
                    QuantizedNode(
                        name: "fc",
                        operation: .fullyConnected(
                            QuantizedFullyConnected(
                                weights: Array(repeating: weight, count: depth),
                                weightScales: [0.01],
                                bias: [0],
                                activation: nil
                            )
                        ),
                        inputs: [ValueID(0)],
                        outputs: [ValueID(1)]
                    )
                ],
                inputs: [ValueID(0)],
                outputs: [ValueID(1)]
            )
        }
        try layer(100).validate()
        #expect(throws: QuantizationError.self) { try layer(127).validate() }
    }
}
