import NetworkGraph

extension Quantizer {
    /// Quantizes one node and what folds into it.
    mutating func append(_ index: Int) throws(QuantizationError) {
        let node = graph.nodes[index]
        var inputs: [ValueID] = []
        for input in node.inputs { inputs.append(try madeValue(input, for: node.name)) }
        guard let input = inputs.first, var output = node.outputs.first else {
            throw QuantizationError(.inconsistent, "\(node.name): has no input or no output")
        }
        let parameters = network[input].quantization
        let operation: QuantizedOperation
        var kept: QuantizationParameters?
        switch node.operation {
        case .convolution(let convolution):
            let folded = try absorbNormalization(&output)
            let activation = absorbActivation(&output)
            let quantized = try QuantizedWeights(
                node: node.name,
                weights: convolution.weights,
                bias: convolution.bias,
                folded: folded,
                inputScale: parameters.scale
            )
            operation = .convolution(
                QuantizedConvolution(
                    window: convolution.window,
                    groups: convolution.groups,
                    weights: quantized.weights,
                    weightScales: quantized.scales,
                    bias: quantized.bias,
                    activation: activation
                )
            )
        case .fullyConnected(let layer):
            let folded = try absorbNormalization(&output)
            let activation = absorbActivation(&output)
            let quantized = try QuantizedWeights(
                node: node.name,
                weights: layer.weights,
                bias: layer.bias,
                folded: folded,
                inputScale: parameters.scale
            )
            operation = .fullyConnected(
                QuantizedFullyConnected(
                    weights: quantized.weights,
                    weightScales: quantized.scales,
                    bias: quantized.bias,
                    activation: activation
                )
            )
        case .batchNormalization(let normalization):
            let affine = try ChannelAffine(node: node.name, normalization)
            operation = .channelAffine(
                multipliers: affine.multipliers.map { Float($0) },
                offsets: affine.offsets.map { Float($0) },
                activation: absorbActivation(&output)
            )
        case .add:
            operation = .add(activation: absorbActivation(&output))
        case .activation(let activation):
            operation = .activation(activation)
            kept = parameters
        case .maxPool(let window):
            operation = .maxPool(window)
            kept = parameters
        case .averagePool(let window, let countIncludesPadding):
            operation = .averagePool(window, countIncludesPadding: countIncludesPadding)
        case .globalAveragePool: operation = .globalAveragePool
        case .concatenate: operation = .concatenate
        case .split(let sizes):
            operation = .split(sizes: sizes)
            kept = parameters
        case .channelShuffle(let groups):
            operation = .channelShuffle(groups: groups)
            kept = parameters
        case .flatten:
            operation = .flatten
            kept = parameters
        }
        var outputs = [try makeValue(output, quantization: kept)]
        for other in node.outputs.dropFirst() { outputs.append(try makeValue(other, quantization: kept)) }
        network.nodes.append(QuantizedNode(name: node.name, operation: operation, inputs: inputs, outputs: outputs))
    }
}
