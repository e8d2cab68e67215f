import NetworkGraph

/// What a step computes; the raw values are part of the plan file's format.
enum StepKind: UInt32, Sendable, CaseIterable {
    /// Matrix product over gathered windows.
    case convolution = 1
    /// The same over a whole vector or image.
    case fullyConnected = 2
    /// Convolution with one filter a channel.
    case depthwiseConvolution = 3
    /// Sum of two tensors.
    case add = 4
    /// Per-channel multiplication and addition.
    case channelAffine = 5
    /// Any function of one element, by table: activations and requantization.
    case lookup = 6
    /// Windowed maximum.
    case maxPool = 7
    /// Windowed mean.
    case averagePool = 8
    /// Pixel by pixel copy between strides.
    case copy = 9
    /// Copy that interleaves channel groups.
    case channelShuffle = 10
    /// Copy from NHWC to a vector in NCHW order.
    case flatten = 11
    /// Product of two tensors.
    case multiply = 16
    /// Softmax along the channels.
    case softmax = 17
    /// Mean of the four nearest pixels, weighted by distance.
    case resizeLinear = 18
    /// Copy that spreads a pixel's channels over a block of pixels, whose extents are the window's strides.
    case depthToSpace = 19
    /// Copy from the constants.
    case constant = 20
    /// Copy between two shapes that read the same in row-major order.
    case reshape = 24
    /// Copy with axes in another order.
    case transpose = 25
    /// Copy of a part of each axis.
    case slice = 26
    /// Copy with more elements around it.
    case pad = 27
    /// Copy of the nearest element.
    case resizeNearest = 28

    /// Whether it moves elements by an `ElementMap` among the constants.
    var isMapped: Bool { (24...28).contains(rawValue) }
}

/// Where a matrix product's input rows come from; the raw values are part of the plan file's format.
enum Lowering: UInt32, Sendable, CaseIterable {
    /// Rows are used as they lie: pointwise convolutions, and windows over a whole image.
    case inPlace = 0
    /// Each window is copied into a row of its own; depth runs over (window row, window column, channel).
    case windows = 1
    /// Columns of a line of windows are copied once, and rows overlap; depth runs over (window column, window row,
    /// channel).
    case strips = 2
}

/// A per-channel affine map applied to a convolution's input while it is packed.
struct AffinePrologue: Hashable, Sendable {
    /// Blob offsets of the multipliers and addends, one Float per input channel, padded to 64.
    var multipliers, offsets: Int
    /// The input's zero point; 0 where the addends hold it per channel.
    var inputZeroPoint: Int32
    /// The mapped value's zero point and bounds.
    var zeroPoint, lowest, highest: Int32
}

/// One step of a plan; fields a kind has no use for keep their defaults.
struct PlanStep: Hashable, Sendable {
    /// The node it came from.
    var name: String
    var kind: StepKind
    /// Indices into the plan's tensors; `second` is the other summand, nil for none.
    var input: Int
    var second: Int?
    var output: Int
    /// Sliding window of convolutions and pools.
    var window = Window(kernel: 1)
    /// Channel groups of convolutions and shuffles; axes of an `ElementMap`.
    var groups = 1
    /// How convolutions and fully connected layers read their input.
    var lowering = Lowering.inPlace
    /// Bounds of what is stored.
    var lowest: Int32 = 0
    var highest: Int32 = 255
    /// Scale of the input over the output's (add), of the product alone over the output's (matrix with a residual), of both inputs over the output's (multiply), 1 over the output's
    /// (softmax), as for add (linear resize).
    var inputMultiplier: Float = 0
    /// Scale of the second input over the output's.
    var secondMultiplier: Float = 0
    /// Blob offset of packed weights, of a table of 256, of a sum's or product's `BroadcastWalk`, of a constant, of a
    /// linear resize's neighbours (s32), or of an `ElementMap`.
    var weights = 0
    /// Blob offset of biases (s32), or of a channel affine map's addends (Float).
    var bias = 0
    /// Blob offset of multipliers (Float), or of a linear resize's weights.
    var multipliers = 0
    /// The zero point a channel affine map subtracts, 0 where its addends hold it per channel; that of the product alone
    /// (matrix with a residual).
    var affineZeroPoint: Int32 = 0
    /// The affine map before a convolution.
    var prologue: AffinePrologue?
    /// Multiply-accumulates.
    var macs = 0
    /// Bytes of activations and constants read and written, each once.
    var memoryAccessBytes = 0
}
