/// An ONNX file's content, operators not yet understood: what `ONNXFile` reads and `ONNXWriter` writes.
///
/// Names of values join the graph together: an empty input name means an optional input left out.
public struct ONNXModel: Sendable {
    /// Version of the file format itself.
    public var irVersion: Int64
    /// Operator set version by domain; "" is ONNX's own.
    public var operatorSets: [String: Int64]
    /// Tool that made the file, "" when it does not say.
    public var producerName: String
    /// That tool's version, "" when it does not say.
    public var producerVersion: String
    /// The main graph.
    public var graph: ONNXGraph

    /// Makes a model.
    public init(
        irVersion: Int64 = 8,
        operatorSets: [String: Int64],
        producerName: String = "",
        producerVersion: String = "",
        graph: ONNXGraph
    ) {
        self.irVersion = irVersion
        self.operatorSets = operatorSets
        self.producerName = producerName
        self.producerVersion = producerVersion
        self.graph = graph
    }
}

/// Nodes in the file's order, constants, and what goes in and out.
public struct ONNXGraph: Sendable {
    /// The graph's name.
    public var name: String
    /// Operators, in the file's order.
    public var nodes: [ONNXNode]
    /// Constants, in the file's order.
    public var initializers: [ONNXTensor]
    /// Values given by the caller; old files list initializers here too.
    public var inputs: [ONNXValueInfo]
    /// Values returned to the caller.
    public var outputs: [ONNXValueInfo]
    /// Shapes the file states for values between.
    public var valueInfos: [ONNXValueInfo]

    /// Makes a graph.
    public init(
        name: String,
        nodes: [ONNXNode] = [],
        initializers: [ONNXTensor] = [],
        inputs: [ONNXValueInfo] = [],
        outputs: [ONNXValueInfo] = [],
        valueInfos: [ONNXValueInfo] = []
    ) {
        self.name = name
        self.nodes = nodes
        self.initializers = initializers
        self.inputs = inputs
        self.outputs = outputs
        self.valueInfos = valueInfos
    }
}

/// One operator of the file.
public struct ONNXNode: Sendable {
    /// May be empty or repeated: files need not name nodes.
    public var name: String
    /// For example `Conv`.
    public var operatorType: String
    /// Operator domain; "" and "ai.onnx" both mean ONNX's own and are stored as "".
    public var domain: String
    /// Names of the values read; "" for an optional one left out.
    public var inputs: [String]
    /// Names of the values written; "" for an optional one left out.
    public var outputs: [String]
    /// By name.
    public var attributes: [String: ONNXAttribute]

    /// Makes a node.
    public init(
        name: String,
        operatorType: String,
        domain: String = "",
        inputs: [String],
        outputs: [String],
        attributes: [String: ONNXAttribute] = [:]
    ) {
        self.name = name
        self.operatorType = operatorType
        self.domain = domain
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }
}

/// A node's attribute.
public enum ONNXAttribute: Sendable {
    /// One integer.
    case int(Int64)
    /// One number.
    case float(Float)
    /// Bytes, as a string where they are UTF-8.
    case string(String)
    /// A constant.
    case tensor(ONNXTensor)
    /// Integers.
    case ints([Int64])
    /// Numbers.
    case floats([Float])
    /// Strings.
    case strings([String])
    /// A kind that no operator of a CNN has (graphs, sparse tensors, types), by its name in the format.
    case unsupported(kind: String)
}

/// A value's name, element type and shape as the file states them.
public struct ONNXValueInfo: Sendable {
    /// Extent of an axis.
    public enum Dimension: Hashable, Sendable {
        /// Known.
        case fixed(Int64)
        /// A name, such as `batch_size`.
        case symbolic(String)
        /// Not stated.
        case unknown
    }

    /// The value's name.
    public var name: String
    /// nil when the file does not say or it is no tensor.
    public var elementType: ONNXElementType?
    /// nil when the file does not state a shape.
    public var dimensions: [Dimension]?

    /// Makes a description.
    public init(name: String, elementType: ONNXElementType?, dimensions: [Dimension]?) {
        self.name = name
        self.elementType = elementType
        self.dimensions = dimensions
    }
}

/// Element types, with the format's own numbers (TensorProto.DataType).
public enum ONNXElementType: Int32, Hashable, Sendable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case string = 8
    case bool = 9
    case float16 = 10
    case float64 = 11
    case uint32 = 12
    case uint64 = 13
    case complex64 = 14
    case complex128 = 15
    case bfloat16 = 16
}
