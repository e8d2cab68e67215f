import NetworkGraph
import ONNXFormat
import Quantization

extension QuantizedAssembly {
    /// Adds an operator and the quantization of what it writes.
    mutating func append(_ node: QuantizedNode) throws(ONNXError) {
        let name = node.name
        let inputs = node.inputs.map { dequantizedNames[$0.index] }
        switch node.operation {
        case .constant(let elements): constant(node.outputs[0], elements)
        case .requantize: quantize(node.outputs[0], from: inputs[0], node: name)
        case .convolution(let convolution):
            let dimensions = [
                convolution.weightScales.count, network[node.inputs[0]].shape.channels / convolution.groups,
                convolution.window.kernelHeight, convolution.window.kernelWidth,
            ]
            let tensor = ONNXTensor(
                name: name + ".weight_quantized",
                kept: convolution.weights,
                dimensions: dimensions
            )
            layer(
                node,
                "Conv",
                weights: graph.weights(name + ".weight", tensor, scales: convolution.weightScales, axis: 0),
                scales: convolution.weightScales,
                bias: convolution.bias,
                activation: convolution.activation,
                attributes: convolution.window.convolutionAttributes(groups: convolution.groups)
            )
        case .fullyConnected(let connected):
            let rows = connected.weightScales.count
            let tensor = ONNXTensor(
                name: name + ".weight_quantized",
                kept: connected.weights,
                dimensions: [rows, network[node.inputs[0]].shape.channels]
            )
            layer(
                node,
                "Gemm",
                weights: graph.weights(name + ".weight", tensor, scales: connected.weightScales, axis: 0),
                scales: connected.weightScales,
                bias: connected.bias,
                activation: connected.activation,
                attributes: ["transB": .int(1)]
            )
        case .convolutionTranspose(let convolution): try append(convolution, node)
        case .channelAffine(let multipliers, let offsets, let activation):
            // scale·(x − 0)/√(1 + 0) + offset: the division is exact, so the constants are the file's numbers.
            func vector(_ suffix: String, _ numbers: [Float]) -> String {
                graph.constant(ONNXTensor(name: name + suffix, floats: numbers, dimensions: [numbers.count]))
            }
            let ones = multipliers.map { _ in Float(1) }
            let parameters = [
                vector(".weight", multipliers), vector(".bias", offsets), vector(".running_mean", ones.map { _ in 0 }),
                vector(".running_var", ones),
            ]
            clamped(node, "BatchNormalization", inputs + parameters, activation, attributes: ["epsilon": .float(0)])
        case .add(let activation): clamped(node, "Add", inputs, activation)
        case .subtract(let activation): clamped(node, "Sub", inputs, activation)
        case .multiply(let activation): clamped(node, "Mul", inputs, activation)
        case .function(let function, let activation):
            clamped(node, function.operatorType, inputs, activation, attributes: function.attributes)
        case .channelShuffle(let groups): try shuffle(node, groups: groups)
        case .activation(let activation): try plain(node, .activation(activation))
        case .softmax: try plain(node, .softmax)
        case .maxPool(let window): try plain(node, .maxPool(window))
        case .averagePool(let window, let countIncludesPadding):
            try plain(node, .averagePool(window, countIncludesPadding: countIncludesPadding))
        case .globalAveragePool: try plain(node, .globalAveragePool)
        case .concatenate: try plain(node, .concatenate)
        case .split(let sizes): try plain(node, .split(sizes: sizes))
        case .flatten: try plain(node, .flatten)
        case .reshape: try plain(node, .reshape(network[node.outputs[0]].shape))
        case .transpose(let permutation): try plain(node, .transpose(permutation: permutation))
        case .slice(let slice): try plain(node, .slice(slice))
        case .pad(let padding): try plain(node, .pad(padding))
        case .resize(let resize): try plain(node, .resize(resize))
        }
    }

    /// Adds an operator that is one node with the same meaning over real values.
    private mutating func plain(_ node: QuantizedNode, _ operation: Operation) throws(ONNXError) {
        let outputs = node.outputs.map { realName($0) }
        try graph.append(
            operation,
            name: node.name,
            inputs: node.inputs.map { dequantizedNames[$0.index] },
            outputs: outputs,
            input: network[node.inputs[0]].shape
        )
        for (id, real) in zip(node.outputs, outputs) { quantize(id, from: real) }
    }

    /// Adds an operator of one output with its activation.
    private mutating func clamped(
        _ node: QuantizedNode,
        _ type: String,
        _ inputs: [String],
        _ activation: Activation?,
        attributes: [String: ONNXAttribute] = [:]
    ) {
        let output = realName(node.outputs[0])
        graph.node(
            type,
            name: node.name,
            inputs: inputs,
            output: output,
            activation: activation,
            attributes: attributes
        )
        quantize(node.outputs[0], from: output)
    }

    /// Adds a layer with weights, bias and activation.
    private mutating func layer(
        _ node: QuantizedNode,
        _ type: String,
        weights: String,
        scales: [Float],
        bias: [Int32],
        activation: Activation?,
        attributes: [String: ONNXAttribute]
    ) {
        let bias = graph.bias(
            node.name + ".bias",
            bias,
            inputScale: network[node.inputs[0]].quantization.scale,
            weightScales: scales
        )
        let inputs = [dequantizedNames[node.inputs[0].index], weights, bias]
        clamped(node, type, inputs, activation, attributes: attributes)
    }

    private mutating func append(
        _ convolution: QuantizedConvolutionTranspose,
        _ node: QuantizedNode
    ) throws(ONNXError) {
        let outputs = convolution.weightScales.count
        let groups = convolution.groups
        let shape = TensorShape([
            outputs, network[node.inputs[0]].shape.channels / groups, convolution.window.kernelHeight,
            convolution.window.kernelWidth,
        ])
        let filters = transposedFilters(convolution.weights, shape, groups: groups)
        // The file's weights are [inputs][outputs / groups]: a scale an output lies along axis 1 where groups share
        // scales, along axis 0 where each input is a group of one output.
        let scales: [Float]
        let axis: Int
        let perGroup = outputs / groups
        if convolution.weightScales.indices.allSatisfy({
            convolution.weightScales[$0] == convolution.weightScales[$0 % perGroup]
        }) {
            scales = Array(convolution.weightScales.prefix(perGroup))
            axis = 1
        } else if perGroup == 1, shape.channels == 1 {
            scales = convolution.weightScales
            axis = 0
        } else {
            throw ONNXError(
                .unsupportedModel,
                "node \(ONNXError.quoted(node.name)): a transposed convolution in \(groups) groups with a scale an output "
                    + "cannot be said in QDQ form; quantize it with scales that the groups share"
            )
        }
        let name = node.name + ".weight"
        let tensor = ONNXTensor(name: name + "_quantized", int8s: filters.elements, dimensions: filters.dimensions)
        layer(
            node,
            "ConvTranspose",
            weights: graph.weights(name, tensor, scales: scales, axis: axis),
            scales: convolution.weightScales,
            bias: convolution.bias,
            activation: convolution.activation,
            attributes: convolution.window.transposedAttributes(
                groups: groups,
                outputPadding: [convolution.outputPaddingHeight, convolution.outputPaddingWidth]
            )
        )
    }

    /// Adds a channel shuffle, quantized after each of its three steps.
    private mutating func shuffle(_ node: QuantizedNode, groups: Int) throws(ONNXError) {
        let output = network[node.outputs[0]]
        let shuffle = ChannelShuffle(shape: output.shape, groups: groups)
        var current = dequantizedNames[node.inputs[0].index]
        for (suffix, operation, shape, input) in [
            ("_grouped", Operation.reshape(shuffle.grouped), shuffle.grouped, output.shape),
            ("_transposed", .transpose(permutation: shuffle.permutation), shuffle.transposed, shuffle.grouped),
        ] {
            var step = output
            step.name = graph.unique(output.name + suffix)
            step.shape = shape
            let name = graph.unique(node: node.name + suffix)
            try graph.append(operation, name: name, inputs: [current], outputs: [step.name], input: input)
            current = graph.quantized(step.name, as: step)
        }
        let real = realName(node.outputs[0])
        try graph.append(
            .reshape(output.shape),
            name: node.name,
            inputs: [current],
            outputs: [real],
            input: shuffle.transposed
        )
        quantize(node.outputs[0], from: real)
    }
}
