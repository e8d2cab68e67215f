/// The operators of a float network.
public enum Operation: Sendable {
    /// Cross-correlation with constant weights.
    case convolution(Convolution)
    /// Inference-time batch normalization: y = scale·(x − mean)/√(variance + epsilon) + shift, per channel.
    case batchNormalization(BatchNormalization)
    /// An element-wise activation.
    case activation(Activation)
    /// Windowed maximum.
    case maxPool(Window)
    /// Windowed mean; padded positions count when `countIncludesPadding`.
    case averagePool(Window, countIncludesPadding: Bool)
    /// Mean over height and width; output is N x C x 1 x 1.
    case globalAveragePool
    /// Transposed convolution ("deconvolution") with constant weights.
    case convolutionTranspose(ConvolutionTranspose)
    /// An element-wise function other than a clamp.
    case function(UnaryFunction)
    /// Element-wise sum of two values of one rank; an extent of 1 is repeated to match the other's.
    case add
    /// Element-wise difference, first less second; broadcasts as `add` does.
    case subtract
    /// Element-wise product; broadcasts as `add` does.
    case multiply
    /// A value that never changes; reads nothing.
    case constant(Parameter)
    /// e^x over the sum of e^x, along the channel axis.
    case softmax
    /// Joins values along the channel axis.
    case concatenate
    /// Cuts the channel axis into consecutive parts of these sizes.
    case split(sizes: [Int])
    /// Views C as groups x (C/groups), transposes the two, flattens (ShuffleNet, arXiv 1707.01083, section 3.1).
    case channelShuffle(groups: Int)
    /// N x C x H x W to N x (C·H·W), in NCHW element order.
    case flatten
    /// The same elements in the same row-major order under another shape.
    case reshape(TensorShape)
    /// Output axis i is input axis `permutation[i]`.
    case transpose(permutation: [Int])
    /// Cuts a regular part out of every axis.
    case slice(Slice)
    /// Widens height and width or any other axis.
    case pad(Padding)
    /// Scales height and width.
    case resize(Resize)
    /// y = x·Wᵀ + b over vectors.
    case fullyConnected(FullyConnected)
}

/// Clamps: the activation functions an integer operator applies as it stores, exactly.
public enum Activation: Hashable, Sendable {
    /// max(0, x)
    case relu
    /// min(max(x, lower), upper); ReLU6 is clip(0, 6).
    case clip(lower: Float, upper: Float)
}

/// The geometry of a sliding window.
public struct Window: Hashable, Sendable {
    /// Extent of the window.
    public var kernelHeight, kernelWidth: Int
    /// Step between windows.
    public var strideHeight, strideWidth: Int
    /// Padding at each edge, in input elements.
    public var padTop, padLeft, padBottom, padRight: Int
    /// Distance between the window's own elements.
    public var dilationHeight, dilationWidth: Int
    /// Rounds the output extent up instead of down (pooling only).
    public var ceilMode: Bool

    /// Makes a square, symmetric window.
    public init(kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false) {
        kernelHeight = kernel
        kernelWidth = kernel
        strideHeight = stride
        strideWidth = stride
        padTop = padding
        padLeft = padding
        padBottom = padding
        padRight = padding
        dilationHeight = dilation
        dilationWidth = dilation
        self.ceilMode = ceilMode
    }

    /// Number of elements in the window.
    public var elementCount: Int { kernelHeight * kernelWidth }
}

/// A convolution's geometry and parameters.
public struct Convolution: Sendable {
    /// Window of each filter.
    public var window: Window
    /// Channels are cut into this many independent groups.
    public var groups: Int
    /// Filters, as [outputs][inputs / groups][kernelHeight][kernelWidth].
    public var weights: Parameter
    /// One per output, nil for none.
    public var bias: Parameter?

    /// Makes a convolution.
    public init(window: Window, groups: Int = 1, weights: Parameter, bias: Parameter? = nil) {
        self.window = window
        self.groups = groups
        self.weights = weights
        self.bias = bias
    }
}

/// Batch normalization's per-channel parameters, each of shape [channels].
public struct BatchNormalization: Sendable {
    /// Multiplier (gamma).
    public var scale: Parameter
    /// Addend (beta).
    public var shift: Parameter
    /// Running mean.
    public var mean: Parameter
    /// Running variance.
    public var variance: Parameter
    /// Added to the variance.
    public var epsilon: Float

    /// Makes a batch normalization.
    public init(scale: Parameter, shift: Parameter, mean: Parameter, variance: Parameter, epsilon: Float = 1e-5) {
        self.scale = scale
        self.shift = shift
        self.mean = mean
        self.variance = variance
        self.epsilon = epsilon
    }
}

/// A fully connected layer's parameters.
public struct FullyConnected: Sendable {
    /// Rows of the matrix, as [outputs][inputs].
    public var weights: Parameter
    /// One per output, nil for none.
    public var bias: Parameter?

    /// Makes a fully connected layer.
    public init(weights: Parameter, bias: Parameter? = nil) {
        self.weights = weights
        self.bias = bias
    }
}
