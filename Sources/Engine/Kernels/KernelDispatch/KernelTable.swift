public import KernelInterface

/// Every kernel compiled into this program, by family, best first.
public enum KernelTable {
    /// One line an instruction set, best first; adding a kernel is described in docs/adding/kernel.md.
    private static let instructionSets: [InstructionSetKernels] = {
        #if arch(x86_64)
            [.avx512vnni, .avxvnni, .avx2, .portable]
        #elseif arch(arm64)
            [.neoni8mm, .neondotprod, .neon, .portable]
        #else
            [.portable]
        #endif
    }()

    /// Matrix products.
    public static let gemm: [GemmKernel] = instructionSets.compactMap(\.gemm)
    /// Depthwise convolutions.
    public static let depthwise: [Kernel<DepthwiseArguments>] = instructionSets.compactMap(\.depthwise)
    /// Depthwise convolutions over lines; without one, taps serve.
    public static let depthwiseLines: [Kernel<DepthwiseLinesArguments>] = instructionSets.compactMap(\.depthwiseLines)
    /// Maxima over taps.
    public static let maxPool: [Kernel<PoolArguments>] = instructionSets.compactMap(\.maxPool)
    /// Means over taps.
    public static let averagePool: [Kernel<PoolArguments>] = instructionSets.compactMap(\.averagePool)
    /// Element-wise sums.
    public static let add: [Kernel<AddArguments>] = instructionSets.compactMap(\.add)
    /// Element-wise products.
    public static let multiply: [Kernel<MultiplyArguments>] = instructionSets.compactMap(\.multiply)
    /// Per-channel affine maps.
    public static let channelAffine: [Kernel<ChannelAffineArguments>] = instructionSets.compactMap(\.channelAffine)
    /// Table look-ups.
    public static let lookup: [Kernel<LookupArguments>] = instructionSets.compactMap(\.lookup)
}

/// The kernels one instruction set has of its own; nil where the next lower one's serve.
struct InstructionSetKernels: Sendable {
    var gemm: GemmKernel?
    var depthwise: Kernel<DepthwiseArguments>?
    var depthwiseLines: Kernel<DepthwiseLinesArguments>?
    var maxPool: Kernel<PoolArguments>?
    var averagePool: Kernel<PoolArguments>?
    var add: Kernel<AddArguments>?
    var multiply: Kernel<MultiplyArguments>?
    var channelAffine: Kernel<ChannelAffineArguments>?
    var lookup: Kernel<LookupArguments>?
}
