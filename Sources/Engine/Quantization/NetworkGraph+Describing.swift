public import NetworkGraph

extension NetworkGraph {
    /// The float graph an int8 network is the quantization of, for counting costs: shapes are exact, parameters zeros.
    ///
    /// Activations that were folded into an operator are nodes of their own again, as are their values. A bias of zeros
    /// counts as none, as in the graph it came from; of a folded batch normalization only the bias is left. A
    /// requantization becomes a leaky ReLU of slope 1, which is what it does to real numbers.
    ///
    /// - Parameter network: A valid network (`QuantizedNetwork.validate`).
    public init(describing network: QuantizedNetwork) {
        var description = Description(network)
        for node in network.nodes { description.append(node) }
        self = description.graph
    }
}

/// A description in the making; identifiers of the network's own values stay as they are.
private struct Description {
    var graph: NetworkGraph
    private var nodeNames: Set<String>
    private var valueNames: Set<String>

    init(_ network: QuantizedNetwork) {
        graph = NetworkGraph(
            name: network.name,
            values: network.values.map { Value(name: $0.name, shape: $0.shape) },
            inputs: network.inputs,
            outputs: network.outputs
        )
        nodeNames = Set(network.nodes.map(\.name))
        valueNames = Set(network.values.map(\.name))
    }

    mutating func append(_ node: QuantizedNode) {
        let operation = node.operation.described(
            output: node.outputs.first.map(graph.shape(of:)) ?? TensorShape([1]),
            input: node.inputs.first.map(graph.shape(of:)) ?? TensorShape([1])
        )
        guard let activation = node.operation.foldedActivation, let output = node.outputs.first else {
            graph.nodes.append(Node(name: node.name, operation: operation, inputs: node.inputs, outputs: node.outputs))
            return
        }
        let inner = ValueID(graph.values.count)
        graph.values.append(
            Value(name: Self.unused(node.name + ".result", &valueNames), shape: graph.shape(of: output))
        )
        graph.nodes.append(Node(name: node.name, operation: operation, inputs: node.inputs, outputs: [inner]))
        graph.nodes.append(
            Node(
                name: Self.unused(node.name + ".activation", &nodeNames),
                operation: .activation(activation),
                inputs: [inner],
                outputs: [output]
            )
        )
    }

    private static func unused(_ wanted: String, _ taken: inout Set<String>) -> String {
        var name = wanted
        while !taken.insert(name).inserted { name += "_" }
        return name
    }
}

extension QuantizedOperation {
    /// The activation applied as the operator stores, nil where there is none or it is the operator itself.
    fileprivate var foldedActivation: Activation? {
        switch self {
        case .convolution(let layer): layer.activation
        case .convolutionTranspose(let layer): layer.activation
        case .fullyConnected(let layer): layer.activation
        case .add(let activation), .subtract(let activation), .multiply(let activation): activation
        case .channelAffine(_, _, let activation), .function(_, let activation): activation
        default: nil
        }
    }

    /// The float operator, with zeros for parameters.
    fileprivate func described(output: TensorShape, input: TensorShape) -> Operation {
        switch self {
        case .convolution(let layer):
            .convolution(
                Convolution(
                    window: layer.window,
                    groups: layer.groups,
                    weights: .zeros(layer.window.filterShape(output, input, groups: layer.groups)),
                    bias: .described(layer.bias)
                )
            )
        case .convolutionTranspose(let layer):
            .convolutionTranspose(
                ConvolutionTranspose(
                    window: layer.window,
                    outputPaddingHeight: layer.outputPaddingHeight,
                    outputPaddingWidth: layer.outputPaddingWidth,
                    groups: layer.groups,
                    weights: .zeros(layer.window.filterShape(output, input, groups: layer.groups)),
                    bias: .described(layer.bias)
                )
            )
        case .fullyConnected(let layer):
            .fullyConnected(
                FullyConnected(
                    weights: .zeros(TensorShape([output.channels, input.channels])),
                    bias: .described(layer.bias)
                )
            )
        case .channelAffine(let multipliers, _, _):
            .batchNormalization(.zeros(channels: multipliers.count))
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .constant: .constant(.zeros(output))
        case .activation(let activation): .activation(activation)
        case .function(let function, _): .function(function)
        case .requantize: .function(.leakyRelu(slope: 1))
        case .softmax: .softmax
        case .maxPool(let window): .maxPool(window)
        case .averagePool(let window, let counts): .averagePool(window, countIncludesPadding: counts)
        case .globalAveragePool: .globalAveragePool
        case .concatenate: .concatenate
        case .split(let sizes): .split(sizes: sizes)
        case .channelShuffle(let groups): .channelShuffle(groups: groups)
        case .flatten: .flatten
        case .reshape: .reshape(output)
        case .transpose(let permutation): .transpose(permutation: permutation)
        case .slice(let slice): .slice(slice)
        case .pad(let padding): .pad(padding)
        case .resize(let resize): .resize(resize)
        }
    }
}

extension Window {
    /// Extents of a convolution's weights, transposed or not.
    fileprivate func filterShape(_ output: TensorShape, _ input: TensorShape, groups: Int) -> TensorShape {
        TensorShape([output.channels, input.channels / groups, kernelHeight, kernelWidth])
    }
}

extension Parameter {
    fileprivate static func zeros(_ shape: TensorShape) -> Parameter {
        Parameter(shape: shape) { _, row in row.update(repeating: 0) }
    }

    /// A bias of this many elements, none when all are zero.
    fileprivate static func described(_ bias: [Int32]) -> Parameter? {
        bias.allSatisfy { $0 == 0 } ? nil : .zeros(TensorShape([bias.count]))
    }
}

extension BatchNormalization {
    fileprivate static func zeros(channels: Int) -> BatchNormalization {
        let vector = Parameter.zeros(TensorShape([channels]))
        return BatchNormalization(scale: vector, shift: vector, mean: vector, variance: vector)
    }
}
