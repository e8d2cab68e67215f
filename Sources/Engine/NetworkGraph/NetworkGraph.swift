/// A float network: typed operators over named values, in execution order.
///
/// Shapes are known for every value: `GraphBuilder` infers them while the graph is built.
public struct NetworkGraph: Sendable {
    /// The model's name, for example `resnet50`.
    public var name: String
    /// Every tensor that flows between nodes, graph inputs included.
    public var values: [Value]
    /// The operators in an order in which each comes after the ones it reads from.
    public var nodes: [Node]
    /// Values given by the caller.
    public var inputs: [ValueID]
    /// Values returned to the caller.
    public var outputs: [ValueID]

    /// Makes a graph from its parts; `GraphBuilder` is the usual way.
    public init(name: String, values: [Value] = [], nodes: [Node] = [], inputs: [ValueID] = [], outputs: [ValueID] = [])
    {
        self.name = name
        self.values = values
        self.nodes = nodes
        self.inputs = inputs
        self.outputs = outputs
    }

    /// The value with this identifier.
    public subscript(id: ValueID) -> Value { values[id.index] }

    /// The shape of a value.
    public func shape(of id: ValueID) -> TensorShape { values[id.index].shape }
}

/// Identifies a value within one graph.
public struct ValueID: Hashable, Sendable {
    /// Position in the graph's `values`.
    public var index: Int

    /// Makes an identifier from a position in the graph's `values`.
    public init(_ index: Int) {
        self.index = index
    }
}

/// A tensor that flows between nodes.
public struct Value: Hashable, Sendable {
    /// Unique within the graph.
    public var name: String
    /// Extents in NCHW order.
    public var shape: TensorShape

    /// Makes a value.
    public init(name: String, shape: TensorShape) {
        self.name = name
        self.shape = shape
    }
}

/// One operator applied to values.
public struct Node: Sendable {
    /// Unique within the graph, for example `layer1.0.conv1`.
    public var name: String
    /// What is computed.
    public var operation: Operation
    /// Values read, in the operator's order.
    public var inputs: [ValueID]
    /// Values written, in the operator's order.
    public var outputs: [ValueID]

    /// Makes a node.
    public init(name: String, operation: Operation, inputs: [ValueID], outputs: [ValueID]) {
        self.name = name
        self.operation = operation
        self.inputs = inputs
        self.outputs = outputs
    }
}
