import NetworkGraph
import ONNXFormat
import Quantization

extension QuantizedLowering {
    /// A layer with weights, then perhaps a factor and an offset a channel, on the grid its result is rounded to.
    mutating func resolveLinear(
        _ layer: Layer,
        followedBy affine: (factors: [Float], offsets: [Float])?,
        _ grid: QuantizationParameters,
        _ activation: Activation?,
        name: String
    ) throws(ONNXError) -> ValueID {
        let node = layer.node
        guard let constants = layer.constants else { throw floatEdge(layer.value, readBy: nil) }
        var input = try materialize(node.inputs[0], readBy: node.name)
        try chargeWeights(constants.weights.elementCount, node: node.name)
        let weights = try IntegerWeights(
            constants,
            followedBy: affine,
            inputScale: network[input].quantization.scale,
            node: node.name
        )
        if weights.copies > 1 {
            // Weights beyond s8 are sums of s8 pieces; each piece reads a copy of its channel.
            var shape = network[input].shape
            let own = network[input].quantization
            shape.dimensions[1] *= weights.copies
            let copies = Array(repeating: input, count: weights.copies)
            let joined = emit(.concatenate, copies, shape, own, node: "\(node.name)/copies", name: "\(name)/copies")
            input = emit(
                .channelShuffle(groups: weights.copies),
                [joined],
                shape,
                own,
                node: "\(node.name)/interleaved",
                name: "\(name)/interleaved"
            )
        }
        let operation: QuantizedOperation
        switch layer.operation {
        case .convolution(let convolution):
            operation = .convolution(
                QuantizedConvolution(
                    window: convolution.window,
                    groups: convolution.groups,
                    weights: weights.elements,
                    weightScales: weights.scales,
                    bias: weights.bias,
                    activation: activation
                )
            )
        case .convolutionTranspose(let convolution):
            operation = .convolutionTranspose(
                QuantizedConvolutionTranspose(
                    window: convolution.window,
                    outputPaddingHeight: convolution.outputPaddingHeight,
                    outputPaddingWidth: convolution.outputPaddingWidth,
                    groups: convolution.groups,
                    weights: weights.elements,
                    weightScales: weights.scales,
                    bias: weights.bias,
                    activation: activation
                )
            )
        case .fullyConnected:
            operation = .fullyConnected(
                QuantizedFullyConnected(
                    weights: weights.elements,
                    weightScales: weights.scales,
                    bias: weights.bias,
                    activation: activation
                )
            )
        default: throw floatEdge(layer.value, readBy: nil)
        }
        return emit(operation, [input], draft.shape(layer.value), grid, node: node.name, name: name)
    }
}
