/// The operators that have kernels, in the order they are listed in.
public enum KernelFamily: String, Sendable, CaseIterable {
    /// Matrix product.
    case gemm
    /// Depthwise convolution over taps.
    case depthwise
    /// Depthwise convolution over lines, which only some instruction sets have.
    case depthwiseLines
    /// Maximum over taps.
    case maxPool
    /// Mean over taps.
    case averagePool
    /// Element-wise sum.
    case add
    /// Element-wise product.
    case multiply
    /// Per-channel affine map.
    case channelAffine
    /// Table look-up.
    case lookup
}
