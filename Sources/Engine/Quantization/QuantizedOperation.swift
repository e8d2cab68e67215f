public import NetworkGraph

/// The operators of an int8 network.
///
/// Each ends in the requantization of docs/kernels.md to its output's parameters.
public enum QuantizedOperation: Sendable {
    /// Convolution with bias and, where the graph had one, its activation.
    case convolution(QuantizedConvolution)
    /// Fully connected layer with bias and activation.
    case fullyConnected(QuantizedFullyConnected)
    /// Transposed convolution with bias and activation.
    case convolutionTranspose(QuantizedConvolutionTranspose)
    /// Sum of two values, broadcast as `Operation.add`, then an activation.
    case add(activation: Activation?)
    /// First value less second, broadcast, then an activation.
    case subtract(activation: Activation?)
    /// Product of two values, broadcast, then an activation.
    case multiply(activation: Activation?)
    /// A value that never changes, as the engine's u8 in row-major order of its logical shape; reads nothing.
    case constant([UInt8])
    /// y = multiplier·x + offset per channel, then an activation: a batch normalization no convolution could absorb.
    case channelAffine(multipliers: [Float], offsets: [Float], activation: Activation?)
    /// An activation on its own.
    case activation(Activation)
    /// An element-wise function, then an activation.
    case function(UnaryFunction, activation: Activation?)
    /// The same reals on other parameters.
    case requantize
    /// Softmax along the channel axis.
    case softmax
    /// Windowed maximum.
    case maxPool(Window)
    /// Windowed mean.
    case averagePool(Window, countIncludesPadding: Bool)
    /// Mean over height and width.
    case globalAveragePool
    /// Joins values along the channel axis, each requantized to the output's parameters.
    case concatenate
    /// Cuts the channel axis.
    case split(sizes: [Int])
    /// Interleaves channel groups.
    case channelShuffle(groups: Int)
    /// N x C x H x W to N x (C·H·W) in NCHW element order.
    case flatten
    /// The same elements in the same row-major order of logical shapes.
    case reshape
    /// Output axis i is input axis `permutation[i]`.
    case transpose(permutation: [Int])
    /// A regular part of every axis.
    case slice(Slice)
    /// Wider axes; a constant is quantized with the input's parameters.
    case pad(Padding)
    /// Scaled height and width; only `linear` may have an output with other parameters than the input's.
    case resize(Resize)
}
