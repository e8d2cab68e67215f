/// Builds a graph node by node, inferring every shape.
///
/// Safe for untrusted descriptions: wrong shapes, arguments, names or identifiers throw, and arithmetic on sizes is
/// checked. Nodes can only read values that exist already, so the result is in topological order by construction.
public struct GraphBuilder: Sendable {
    private var graph: NetworkGraph
    private var valueNames: Set<String> = []
    private var nodeNames: Set<String> = []

    /// Starts an empty graph.
    public init(name: String) {
        graph = NetworkGraph(name: name)
    }

    /// The shape of a value made so far; traps on an identifier of another graph.
    public func shape(of id: ValueID) -> TensorShape { graph.shape(of: id) }

    /// Adds a value that the caller will give.
    ///
    /// - Parameters:
    ///   - name: Unique among values.
    ///   - shape: 1 to 6 axes, for example N x C x H x W.
    /// - Returns: The new value.
    /// - Throws: `GraphError` for a duplicate name or an unusable shape.
    public mutating func addInput(_ name: String, shape: TensorShape) throws(GraphError) -> ValueID {
        try shape.validateAsValue(of: name)
        let id = try addValue(name, shape: shape)
        graph.inputs.append(id)
        return id
    }

    /// Adds an operator that writes one value.
    ///
    /// - Parameters:
    ///   - operation: What is computed.
    ///   - name: The node's name, unique among nodes.
    ///   - inputs: Values read, in the operator's order.
    ///   - outputName: Name of the value written, unique among values; the node's own name when nil.
    /// - Returns: The value written.
    /// - Throws: `GraphError` naming the node; the builder is then unchanged.
    public mutating func add(
        _ operation: Operation,
        name: String,
        inputs: [ValueID],
        outputName: String? = nil
    ) throws(GraphError) -> ValueID {
        let outputs = try add(operation, name: name, inputs: inputs, outputNames: [outputName ?? name])
        return outputs[0]
    }

    /// Adds an operator that may write several values.
    ///
    /// - Parameters:
    ///   - operation: What is computed.
    ///   - name: The node's name, unique among nodes.
    ///   - inputs: Values read, in the operator's order.
    ///   - outputNames: Names of the values written, unique among values.
    /// - Returns: The values written, in the operator's order.
    /// - Throws: `GraphError` naming the node; the builder is then unchanged.
    public mutating func add(
        _ operation: Operation,
        name: String,
        inputs: [ValueID],
        outputNames: [String]
    ) throws(GraphError) -> [ValueID] {
        guard inputs.allSatisfy({ graph.values.indices.contains($0.index) }) else {
            throw GraphError(
                .unknownValue,
                node: name,
                problem: "reads a value that does not exist",
                remedy: "add the node that writes it first"
            )
        }
        let shapes = try operation.outputShapes(forInputs: inputs.map(graph.shape(of:)), node: name)
        guard shapes.count == outputNames.count else {
            throw GraphError(
                .wrongValueCount,
                node: name,
                problem: "\(outputNames.count) outputs are named",
                remedy: "this operator writes \(shapes.count)"
            )
        }
        guard !nodeNames.contains(name) else { throw duplicate(name, "node") }
        let taken = outputNames.first(where: valueNames.contains)
        if let taken { throw duplicate(taken, "value") }
        guard Set(outputNames).count == outputNames.count else { throw duplicate(name, "output") }

        nodeNames.insert(name)
        var outputs: [ValueID] = []
        for (name, shape) in zip(outputNames, shapes) { outputs.append(try addValue(name, shape: shape)) }
        graph.nodes.append(Node(name: name, operation: operation, inputs: inputs, outputs: outputs))
        return outputs
    }

    /// Finishes the graph.
    ///
    /// - Parameter outputs: Values returned to the caller, at least one, each once.
    /// - Returns: The graph.
    /// - Throws: `GraphError` when there is no output, one given twice, or one that does not exist.
    public func build(outputs: [ValueID]) throws(GraphError) -> NetworkGraph {
        var result = graph
        result.outputs = outputs
        try result.validateOutputs()
        return result
    }

    private mutating func addValue(_ name: String, shape: TensorShape) throws(GraphError) -> ValueID {
        guard valueNames.insert(name).inserted else { throw duplicate(name, "value") }
        graph.values.append(Value(name: name, shape: shape))
        return ValueID(graph.values.count - 1)
    }

    private func duplicate(_ name: String, _ kind: String) -> GraphError {
        GraphError(
            .duplicateName,
            node: name,
            problem: "a \(kind) of this name exists already",
            remedy: "give each \(kind) a name of its own"
        )
    }
}
