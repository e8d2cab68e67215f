public import NetworkGraph

/// An int8 network: the operators of a QDQ file, each reading and writing quantized values.
public struct QuantizedNetwork: Sendable {
    /// The model's name.
    public var name: String
    /// Every tensor that flows between nodes.
    public var values: [QuantizedValue]
    /// Operators in execution order.
    public var nodes: [QuantizedNode]
    /// Values given by the caller.
    public var inputs: [ValueID]
    /// Values returned to the caller.
    public var outputs: [ValueID]

    /// Makes a network from its parts.
    public init(
        name: String,
        values: [QuantizedValue],
        nodes: [QuantizedNode],
        inputs: [ValueID],
        outputs: [ValueID]
    ) {
        self.name = name
        self.values = values
        self.nodes = nodes
        self.inputs = inputs
        self.outputs = outputs
    }

    /// The value with this identifier.
    public subscript(id: ValueID) -> QuantizedValue { values[id.index] }
}

/// A quantized tensor that flows between nodes.
public struct QuantizedValue: Hashable, Sendable {
    /// Unique within the network.
    public var name: String
    /// Extents in NCHW order.
    public var shape: TensorShape
    /// How its integers map to real numbers.
    public var quantization: QuantizationParameters

    /// Makes a value.
    public init(name: String, shape: TensorShape, quantization: QuantizationParameters) {
        self.name = name
        self.shape = shape
        self.quantization = quantization
    }
}

/// One quantized operator.
public struct QuantizedNode: Sendable {
    /// Unique within the network.
    public var name: String
    /// What is computed.
    public var operation: QuantizedOperation
    /// Values read, in the operator's order.
    public var inputs: [ValueID]
    /// Values written, in the operator's order.
    public var outputs: [ValueID]

    /// Makes a node.
    public init(name: String, operation: QuantizedOperation, inputs: [ValueID], outputs: [ValueID]) {
        self.name = name
        self.operation = operation
        self.inputs = inputs
        self.outputs = outputs
    }
}

/// A convolution with s8 weights.
public struct QuantizedConvolution: Sendable {
    /// Window of each filter.
    public var window: Window
    /// Number of independent channel groups.
    public var groups: Int
    /// [outputs][inputs / groups][kernelHeight][kernelWidth], row-major.
    public var weights: [Int8]
    /// Real size of one weight step, per output.
    public var weightScales: [Float]
    /// Per output, in units of inputScale · weightScale.
    public var bias: [Int32]
    /// Applied before requantization.
    public var activation: Activation?

    /// Makes a convolution.
    public init(
        window: Window,
        groups: Int,
        weights: [Int8],
        weightScales: [Float],
        bias: [Int32],
        activation: Activation?
    ) {
        self.window = window
        self.groups = groups
        self.weights = weights
        self.weightScales = weightScales
        self.bias = bias
        self.activation = activation
    }
}

/// A fully connected layer with s8 weights.
public struct QuantizedFullyConnected: Sendable {
    /// [outputs][inputs], row-major.
    public var weights: [Int8]
    /// Real size of one weight step, per output.
    public var weightScales: [Float]
    /// Per output, in units of inputScale · weightScale.
    public var bias: [Int32]
    /// Applied before requantization.
    public var activation: Activation?

    /// Makes a fully connected layer.
    public init(weights: [Int8], weightScales: [Float], bias: [Int32], activation: Activation?) {
        self.weights = weights
        self.weightScales = weightScales
        self.bias = bias
        self.activation = activation
    }
}

/// A transposed convolution with s8 weights.
public struct QuantizedConvolutionTranspose: Sendable {
    /// Window of each filter; its pads are taken off the output.
    public var window: Window
    /// Rows and columns added at the output's end.
    public var outputPaddingHeight, outputPaddingWidth: Int
    /// Number of independent channel groups.
    public var groups: Int
    /// [outputs][inputs / groups][kernelHeight][kernelWidth], row-major, taps in ONNX's order (not mirrored).
    public var weights: [Int8]
    /// Real size of one weight step, per output.
    public var weightScales: [Float]
    /// Per output, in units of inputScale · weightScale.
    public var bias: [Int32]
    /// Applied before requantization.
    public var activation: Activation?

    /// Makes a transposed convolution.
    public init(
        window: Window,
        outputPaddingHeight: Int,
        outputPaddingWidth: Int,
        groups: Int,
        weights: [Int8],
        weightScales: [Float],
        bias: [Int32],
        activation: Activation?
    ) {
        self.window = window
        self.outputPaddingHeight = outputPaddingHeight
        self.outputPaddingWidth = outputPaddingWidth
        self.groups = groups
        self.weights = weights
        self.weightScales = weightScales
        self.bias = bias
        self.activation = activation
    }
}
