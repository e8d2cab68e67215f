import NetworkGraph
import Quantization

extension LoweredNetwork {
    /// Takes over a valid network, operator by operator.
    init(_ network: QuantizedNetwork) throws(InferenceError) {
        name = network.name
        values = network.values.map {
            LoweredValue(name: $0.name, shape: $0.shape, quantization: $0.quantization)
        }
        inputs = network.inputs.map(\.index)
        outputs = network.outputs.map(\.index)
        nodes = []
        for node in network.nodes {
            if try lowerArithmetic(node, network) { continue }
            let input = node.inputs.first ?? node.outputs[0]
            nodes.append(
                LoweredNode(
                    name: node.name,
                    operation: LoweredOperation(
                        node,
                        input: network[input].shape,
                        output: network[node.outputs[0]].shape
                    ),
                    inputs: node.inputs.map(\.index),
                    outputs: node.outputs.map(\.index)
                )
            )
        }
        for value in inputs + outputs { values[value].isPinned = true }
    }
}

extension LoweredOperation {
    /// The operators that `lowerArithmetic` leaves.
    init(_ node: QuantizedNode, input: TensorShape, output: TensorShape) {
        switch node.operation {
        case .convolution(let convolution):
            let layer = MatrixLayer(
                kind: .convolution,
                window: convolution.window,
                groups: convolution.groups,
                weights: convolution.weights,
                weightScales: convolution.weightScales,
                bias: convolution.bias,
                activation: convolution.activation
            )
            let isDepthwise =
                convolution.groups == input.channels && convolution.bias.count == input.channels && input.channels > 1
            self = isDepthwise ? .depthwise(layer) : .matrix(layer)
        case .fullyConnected(let layer):
            self = .matrix(
                MatrixLayer(
                    kind: .fullyConnected,
                    window: Window(kernel: 1),
                    groups: 1,
                    weights: layer.weights,
                    weightScales: layer.weightScales,
                    bias: layer.bias,
                    activation: layer.activation
                )
            )
        case .channelAffine(let multipliers, let offsets, let activation):
            self = .channelAffine(ChannelMap(multipliers: multipliers, offsets: offsets, activation: activation))
        case .activation(let activation): self = .lookup(activation)
        case .maxPool(let window): self = .maxPool(window)
        case .averagePool(let window, let countIncludesPadding):
            self = .averagePool(window, countIncludesPadding: countIncludesPadding)
        case .globalAveragePool:
            var window = Window(kernel: 1)
            window.kernelHeight = input.height
            window.kernelWidth = input.width
            self = .averagePool(window, countIncludesPadding: false)
        case .concatenate: self = .concatenate
        case .split: self = .split
        case .channelShuffle(let groups): self = .channelShuffle(groups: groups)
        case .flatten: self = .flatten
        case .reshape:
            let vector = TensorShape([input.batch, input.elementCount / input.batch])
            self = output == vector ? .flatten : .rearrange(.reshape)
        case .transpose(let permutation): self = .rearrange(.transpose(permutation))
        case .slice(let slice): self = .rearrange(.slice(slice))
        case .pad(let padding): self = .rearrange(.pad(padding))
        case .resize(let resize): self = .rearrange(.resizeNearest(resize))
        case .add, .subtract, .multiply, .function, .requantize, .softmax, .constant, .convolutionTranspose:
            preconditionFailure("lowered with the arithmetic")
        }
    }
}
