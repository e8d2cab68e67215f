/// A matrix-product kernel and the packing it reads.
public struct GemmKernel: Sendable {
    /// The specification as a name, for example `qu8_qs8c_gemm_7x32c4__avx512vnni`.
    public var name: String
    /// The instruction set it needs, in `HostInfo`'s spelling.
    public var instructionSet: String
    /// Rows computed at once (a good multiple to cut work at).
    public var tileRows: Int
    /// Columns of one weight panel.
    public var tileColumns: Int
    /// Consecutive elements of k kept together in a panel.
    public var depthGroup: Int
    /// Computes the product.
    public var run: @Sendable (UnsafePointer<GemmArguments>) -> Void

    /// Makes a descriptor.
    public init(
        name: String,
        instructionSet: String,
        tileRows: Int,
        tileColumns: Int,
        depthGroup: Int,
        run: @escaping @Sendable (UnsafePointer<GemmArguments>) -> Void
    ) {
        self.name = name
        self.instructionSet = instructionSet
        self.tileRows = tileRows
        self.tileColumns = tileColumns
        self.depthGroup = depthGroup
        self.run = run
    }
}

/// A kernel of a family that needs no packing of its own.
public struct Kernel<Arguments>: Sendable {
    /// The specification as a name, for example `qu8_qs8c_dwconv_c64__avx512vnni`.
    public var name: String
    /// The instruction set it needs, in `HostInfo`'s spelling.
    public var instructionSet: String
    /// Runs it.
    public var run: @Sendable (UnsafePointer<Arguments>) -> Void

    /// Makes a descriptor.
    public init(name: String, instructionSet: String, run: @escaping @Sendable (UnsafePointer<Arguments>) -> Void) {
        self.name = name
        self.instructionSet = instructionSet
        self.run = run
    }
}

/// One kernel of each family: what the engine runs a plan with.
public struct KernelSet: Sendable {
    /// The instruction set asked for; a family without a kernel of its own there uses the next lower one's.
    public var instructionSet: String
    /// Matrix product.
    public var gemm: GemmKernel
    /// Depthwise convolution over taps.
    public var depthwise: Kernel<DepthwiseArguments>
    /// Depthwise convolution over lines, nil where everything goes by taps.
    public var depthwiseLines: Kernel<DepthwiseLinesArguments>?
    /// Maximum over taps.
    public var maxPool: Kernel<PoolArguments>
    /// Mean over taps.
    public var averagePool: Kernel<PoolArguments>
    /// Element-wise sum.
    public var add: Kernel<AddArguments>
    /// Element-wise product.
    public var multiply: Kernel<MultiplyArguments>
    /// Per-channel affine map.
    public var channelAffine: Kernel<ChannelAffineArguments>
    /// Table look-up.
    public var lookup: Kernel<LookupArguments>
    /// Who is told of accesses between kernel calls; nil unless accesses are recorded.
    public var observer: AccessObserver?

    /// Makes a set.
    public init(
        instructionSet: String,
        gemm: GemmKernel,
        depthwise: Kernel<DepthwiseArguments>,
        depthwiseLines: Kernel<DepthwiseLinesArguments>?,
        maxPool: Kernel<PoolArguments>,
        averagePool: Kernel<PoolArguments>,
        add: Kernel<AddArguments>,
        multiply: Kernel<MultiplyArguments>,
        channelAffine: Kernel<ChannelAffineArguments>,
        lookup: Kernel<LookupArguments>,
        observer: AccessObserver? = nil
    ) {
        self.instructionSet = instructionSet
        self.gemm = gemm
        self.depthwise = depthwise
        self.depthwiseLines = depthwiseLines
        self.maxPool = maxPool
        self.averagePool = averagePool
        self.add = add
        self.multiply = multiply
        self.channelAffine = channelAffine
        self.lookup = lookup
        self.observer = observer
    }
}
