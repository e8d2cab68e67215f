/// A transposed convolution's geometry and parameters: the gradient of a convolution of the same window.
///
/// Output extent = stride·(input − 1) + outputPadding + dilation·(kernel − 1) + 1 − padBefore − padAfter (ONNX, ConvTranspose).
public struct ConvolutionTranspose: Sendable {
    /// Window of each filter; its pads are taken off the output.
    public var window: Window
    /// Rows and columns added at the output's end, less than the stride or the dilation.
    public var outputPaddingHeight, outputPaddingWidth: Int
    /// Channels are cut into this many independent groups.
    public var groups: Int
    /// Filters, as [outputs][inputs / groups][kernelHeight][kernelWidth] with taps in ONNX's order (not mirrored).
    ///
    /// ONNX's own layout is [inputs][outputs / groups][…]: readers and writers transpose the first two axes.
    public var weights: Parameter
    /// One per output, nil for none.
    public var bias: Parameter?

    /// Makes a transposed convolution.
    public init(
        window: Window,
        outputPaddingHeight: Int = 0,
        outputPaddingWidth: Int = 0,
        groups: Int = 1,
        weights: Parameter,
        bias: Parameter? = nil
    ) {
        self.window = window
        self.outputPaddingHeight = outputPaddingHeight
        self.outputPaddingWidth = outputPaddingWidth
        self.groups = groups
        self.weights = weights
        self.bias = bias
    }
}

extension ConvolutionTranspose {
    /// Output shape over an image.
    func outputShape(over input: TensorShape, node: String) throws(GraphError) -> TensorShape {
        try requireImage(input, node)
        try window.validate(node: node)
        let shape = weights.shape
        guard shape.checkedElementCount != nil, shape.rank == 4, shape.height == window.kernelHeight,
            shape.width == window.kernelWidth, groups >= 1, shape.batch % groups == 0, input.channels % groups == 0,
            shape.channels == input.channels / groups
        else {
            throw GraphError(
                .shapeMismatch,
                node: node,
                problem: "weights of shape \(shape) in \(groups) groups over \(input.channels) channels",
                remedy: "weights are [outputs][inputs / groups][kernelHeight][kernelWidth]"
            )
        }
        try validateVector(bias, name: "bias", count: shape.batch, node: node)
        let height = try window.transposedExtent(input.height, outputPadding: outputPaddingHeight, \.vertical, node)
        let width = try window.transposedExtent(input.width, outputPadding: outputPaddingWidth, \.horizontal, node)
        return TensorShape(batch: input.batch, channels: shape.batch, height: height, width: width)
    }
}

extension Window {
    /// A transposed convolution's output extent along one axis; factors are bounded, so nothing overflows.
    fileprivate func transposedExtent(
        _ input: Int,
        outputPadding: Int,
        _ axis: KeyPath<Window, WindowAxis>,
        _ node: String
    ) throws(GraphError) -> Int {
        let axis = self[keyPath: axis]
        let isPadded = outputPadding >= 0 && outputPadding < max(axis.stride, axis.dilation)
        // The file's own number takes part only once it is known to be small.
        let extent =
            axis.stride * (input - 1) + axis.extent + (isPadded ? outputPadding : 0) - axis.padBefore - axis.padAfter
        guard !ceilMode, isPadded, extent >= 1 else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "a transposed convolution with output padding \(outputPadding) and output extent \(extent)",
                remedy: "output padding is less than stride or dilation, and pads leave at least one element"
            )
        }
        return extent
    }
}
