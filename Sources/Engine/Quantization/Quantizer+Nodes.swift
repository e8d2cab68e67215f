import NetworkGraph

extension Quantizer {
    /// Quantizes one node and what folds into it.
    mutating func append(_ index: Int) throws(QuantizationError) {
        let node = graph.nodes[index]
        var inputs: [ValueID] = []
        for input in node.inputs { inputs.append(try madeValue(input, for: node.name)) }
        guard var output = node.outputs.first else {
            throw QuantizationError(.inconsistent, "\(node.name): has no output")
        }
        if case .constant(let parameter) = node.operation { return try append(constant: parameter, node) }
        guard let input = inputs.first else {
            throw QuantizationError(.inconsistent, "\(node.name): has no input")
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
        case .convolutionTranspose(let convolution):
            let folded = try absorbNormalization(&output)
            let activation = absorbActivation(&output)
            let quantized = try QuantizedWeights(
                node: node.name,
                weights: convolution.weights,
                bias: convolution.bias,
                folded: folded,
                inputScale: parameters.scale
            )
            operation = .convolutionTranspose(
                QuantizedConvolutionTranspose(
                    window: convolution.window,
                    outputPaddingHeight: convolution.outputPaddingHeight,
                    outputPaddingWidth: convolution.outputPaddingWidth,
                    groups: convolution.groups,
                    weights: quantized.weights,
                    weightScales: quantized.scales,
                    bias: quantized.bias,
                    activation: activation
                )
            )
        case .add:
            operation = .add(activation: absorbActivation(&output))
        case .subtract:
            operation = .subtract(activation: absorbActivation(&output))
        case .multiply:
            operation = .multiply(activation: absorbActivation(&output))
        case .function(let function):
            operation = .function(function, activation: absorbActivation(&output))
        case .softmax:
            operation = .softmax
            // Every result lies in 0...1 whatever was calibrated, and 1 itself needs no step of its own.
            kept = QuantizationParameters(scale: 1.0 / 256, zeroPoint: 0)
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
        case .reshape:
            operation = .reshape
            kept = parameters
        case .transpose(let permutation):
            operation = .transpose(permutation: permutation)
            kept = parameters
        case .slice(let slice):
            operation = .slice(slice)
            kept = parameters
        case .pad(let padding):
            operation = .pad(padding)
            kept = parameters
        case .resize(let resize):
            operation = .resize(resize)
            kept = parameters
        case .constant: preconditionFailure("added by itself")
        }
        var outputs = [try makeValue(output, quantization: kept)]
        for other in node.outputs.dropFirst() { outputs.append(try makeValue(other, quantization: kept)) }
        network.nodes.append(QuantizedNode(name: node.name, operation: operation, inputs: inputs, outputs: outputs))
    }

    /// Quantizes a constant by its own least and largest element.
    private mutating func append(constant parameter: Parameter, _ node: Node) throws(QuantizationError) {
        let elements = parameter.elements()
        guard elements.allSatisfy(\.isFinite) else {
            throw QuantizationError(.notFinite, "\(node.name): a constant is not finite; export the model again")
        }
        let quantization = try QuantizationParameters(covering: (elements.min() ?? 0)...(elements.max() ?? 0))
        let output = try makeValue(node.outputs[0], quantization: quantization)
        let stored = elements.map { UInt8(quantization.stored($0)) }
        network.nodes.append(
            QuantizedNode(name: node.name, operation: .constant(stored), inputs: [], outputs: [output])
        )
    }
}
