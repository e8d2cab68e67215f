public import NetworkGraph
public import ONNXFormat
public import Quantization

/// Says this engine's networks as ONNX models.
///
/// Names of values and nodes are kept. The same network always gives the same model, and so the same bytes: no version of
/// this program is in it.
public enum ONNXExporter {
    /// The operator set used, unless an operator only exists in a later one.
    public static let operatorSet: Int64 = 17

    /// A float network as a model.
    ///
    /// Parameters are made as the file is written, a row at a time.
    ///
    /// - Parameter graph: The network.
    /// - Returns: The model.
    /// - Throws: `ONNXError` `invalidGraph` for a network that is not well formed, `unsupportedModel` for one that ONNX
    ///   cannot say.
    public static func model(of graph: NetworkGraph) throws(ONNXError) -> ONNXModel {
        do throws(GraphError) {
            try graph.validate()
        } catch {
            throw ONNXError(.invalidGraph, "\(ONNXError.quoted(graph.name)): \(error)")
        }
        var assembly = GraphAssembly(
            valueNames: graph.values.map(\.name),
            nodeNames: graph.nodes.map(\.name)
        )
        for node in graph.nodes {
            try assembly.append(
                node.operation,
                name: node.name,
                inputs: node.inputs.map { graph[$0].name },
                outputs: node.outputs.map { graph[$0].name },
                input: node.inputs.first.map(graph.shape(of:)) ?? TensorShape([])
            )
        }
        var outputs: [ONNXValueInfo] = []
        for id in graph.outputs {
            var name = graph[id].name
            if graph.inputs.contains(id) {
                name = assembly.unique(name + "_output")
                assembly.node("Identity", name: assembly.unique(node: name), inputs: [graph[id].name], outputs: [name])
            }
            outputs.append(valueInfo(name, graph.shape(of: id)))
        }
        let inputs = graph.inputs.map { valueInfo(graph[$0].name, graph.shape(of: $0)) }
        return assembly.model(name: graph.name, inputs: inputs, outputs: outputs)
    }

    /// An int8 network as a model of QuantizeLinear and DequantizeLinear around float operators ("QDQ").
    ///
    /// Every integer of the network is in the file as it is: weights are s8 with a scale an output, bias s32, activations
    /// u8 or s8. Inputs and outputs are float.
    ///
    /// - Parameter network: The network.
    /// - Returns: The model.
    /// - Throws: `ONNXError` `invalidGraph` for a network that is not well formed, `unsupportedModel` for one that ONNX
    ///   cannot say.
    public static func model(of network: QuantizedNetwork) throws(ONNXError) -> ONNXModel {
        do throws(QuantizationError) {
            try network.validate()
        } catch {
            throw ONNXError(.invalidGraph, "\(ONNXError.quoted(network.name)): \(error)")
        }
        var assembly = QuantizedAssembly(network)
        let inputs = network.inputs.map { valueInfo(network[$0].name, network[$0].shape) }
        for id in network.inputs { assembly.appendInput(id) }
        for node in network.nodes { try assembly.append(node) }
        let outputs = network.outputs.map { valueInfo(assembly.dequantizedNames[$0.index], network[$0].shape) }
        return assembly.graph.model(name: network.name, inputs: inputs, outputs: outputs)
    }

    private static func valueInfo(_ name: String, _ shape: TensorShape) -> ONNXValueInfo {
        ONNXValueInfo(
            name: name,
            elementType: .float32,
            dimensions: shape.dimensions.map { .fixed(Int64($0)) }
        )
    }
}
