public import NetworkGraph

/// Quantizes a float network after training.
///
/// Batch normalizations are folded into the convolution or fully connected layer before them, activations into the
/// operator before them, where that operator's result has no other reader; a batch normalization that cannot be
/// folded becomes a per-channel affine map. Weights are s8 per output channel, bias s32, activations u8 per tensor.
/// Max pool, split, shuffle, flatten and activations of their own keep their input's parameters; every other value
/// takes them from its range.
///
/// - Parameters:
///   - graph: The network; its nodes in execution order.
///   - activationRanges: One per value of the graph, in its order: the least and largest number the value takes.
///     Ranges of values that disappear by folding are not looked at.
/// - Returns: The int8 network; values folded away are gone from it.
/// - Throws: `QuantizationError` when a range, weight or parameter is not finite or parts disagree.
public func quantize(
    graph: NetworkGraph,
    activationRanges: [ClosedRange<Float>]
) throws(QuantizationError) -> QuantizedNetwork {
    var quantizer = try Quantizer(graph: graph, ranges: activationRanges)
    for index in graph.nodes.indices where !quantizer.absorbed[index] {
        try quantizer.append(index)
    }
    return try quantizer.finish()
}

/// The state of one quantization: what has been folded and the network so far.
struct Quantizer {
    let graph: NetworkGraph
    let ranges: [ClosedRange<Float>]
    /// The only node that reads a value, nil when there are more, none, or the caller reads it too.
    let onlyReader: [Int?]
    /// Nodes folded into an earlier one.
    var absorbed: [Bool]
    /// The quantized value of each of the graph's values, once made.
    var made: [ValueID?]
    var network: QuantizedNetwork

    init(graph: NetworkGraph, ranges: [ClosedRange<Float>]) throws(QuantizationError) {
        guard ranges.count == graph.values.count else {
            throw QuantizationError(
                .inconsistent,
                "\(graph.name): \(ranges.count) activation ranges for \(graph.values.count) values; give one for each"
            )
        }
        var readers = [Int](repeating: 0, count: graph.values.count)
        var reader = [Int?](repeating: nil, count: graph.values.count)
        let ids = graph.nodes.flatMap { $0.inputs + $0.outputs } + graph.inputs + graph.outputs
        guard ids.allSatisfy({ graph.values.indices.contains($0.index) }) else {
            throw QuantizationError(.inconsistent, "\(graph.name): a node names a value that does not exist")
        }
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs {
                readers[input.index] += 1
                reader[input.index] = index
            }
        }
        for output in graph.outputs { readers[output.index] += 1 }
        for index in readers.indices where readers[index] != 1 { reader[index] = nil }
        for output in graph.outputs { reader[output.index] = nil }
        self.graph = graph
        self.ranges = ranges
        onlyReader = reader
        absorbed = Array(repeating: false, count: graph.nodes.count)
        made = Array(repeating: nil, count: graph.values.count)
        network = QuantizedNetwork(name: graph.name, values: [], nodes: [], inputs: [], outputs: [])
        for input in graph.inputs { network.inputs.append(try makeValue(input)) }
    }

    /// Adds the quantized value of a graph's value, with the parameters of its range unless others are given.
    mutating func makeValue(
        _ id: ValueID,
        quantization: QuantizationParameters? = nil
    ) throws(QuantizationError) -> ValueID {
        let value = graph[id]
        let parameters: QuantizationParameters
        if let quantization {
            parameters = quantization
        } else {
            do throws(QuantizationError) {
                parameters = try QuantizationParameters(covering: ranges[id.index])
            } catch {
                throw QuantizationError(error.code, "\(value.name): \(error.message); calibrate with finite inputs")
            }
        }
        let new = ValueID(network.values.count)
        network.values.append(QuantizedValue(name: value.name, shape: value.shape, quantization: parameters))
        made[id.index] = new
        return new
    }

    /// The quantized value of one that an earlier node made.
    func madeValue(_ id: ValueID, for node: String) throws(QuantizationError) -> ValueID {
        guard let value = made[id.index] else {
            throw QuantizationError(.inconsistent, "\(node): reads \(graph[id].name) before a node has written it")
        }
        return value
    }

    /// Takes the batch normalization that alone reads a value, and moves the value on to its output.
    mutating func absorbNormalization(_ value: inout ValueID) throws(QuantizationError) -> ChannelAffine? {
        guard let index = onlyReader[value.index],
            case .batchNormalization(let normalization) = graph.nodes[index].operation,
            let output = graph.nodes[index].outputs.first
        else { return nil }
        absorbed[index] = true
        value = output
        return try ChannelAffine(node: graph.nodes[index].name, normalization)
    }

    /// Takes the activation that alone reads a value, and moves the value on to its output.
    mutating func absorbActivation(_ value: inout ValueID) -> Activation? {
        guard let index = onlyReader[value.index],
            case .activation(let activation) = graph.nodes[index].operation,
            let output = graph.nodes[index].outputs.first
        else { return nil }
        absorbed[index] = true
        value = output
        return activation
    }

    /// Closes the network and checks it.
    consuming func finish() throws(QuantizationError) -> QuantizedNetwork {
        for output in graph.outputs {
            network.outputs.append(try madeValue(output, for: graph.name))
        }
        try network.validate()
        return network
    }
}
