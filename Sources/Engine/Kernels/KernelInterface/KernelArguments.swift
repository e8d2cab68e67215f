// What each kernel family is handed. Activations are u8, weights s8, accumulators s32.
// Reads past the last element of a row are allowed up to `KernelLimits.overread` bytes: every buffer the engine
// owns has that slack, and what is read there never reaches a result. Writes never leave the stated extent.

/// Bounds that buffers and kernels agree on.
public enum KernelLimits {
    /// Bytes a kernel may read past the end of an activation row or of a packed weight panel.
    public static let overread = 64
}

/// A matrix product with a fused epilogue: output[m][n] = requantize(bias[n] + Σₖ input[m][k]·weight[n][k] (+ residual)).
///
/// `weights` holds ceil(columns / tile columns) panels, each [ceil(depth / depthGroup)][tileColumns][depthGroup],
/// zero-filled beyond `depth` and `columns` (see `GemmKernel`). `bias` and `multipliers` are padded to whole panels.
/// `bias` already holds −inputZeroPoint·Σₖ weight[n][k].
public struct GemmArguments {
    /// First input row.
    public var input: UnsafePointer<UInt8>
    /// Bytes from one input row to the next.
    public var inputRowStride: Int
    /// Rows of input and output; at least 1.
    public var rows: Int
    /// Elements of a row that take part (k); bytes behind them meet zero weights.
    public var depth: Int
    /// Outputs per row (n).
    public var columns: Int
    /// Packed weight panels.
    public var weights: UnsafePointer<Int8>
    /// Per column, padded to whole panels.
    public var bias: UnsafePointer<Int32>
    /// Per column, padded to whole panels: inputScale · weightScale / outputScale.
    public var multipliers: UnsafePointer<Float>
    /// First output row.
    public var output: UnsafeMutablePointer<UInt8>
    /// Bytes from one output row to the next.
    public var outputRowStride: Int
    /// Output integer scale.
    public var quantization: OutputQuantization
    /// First row of a value added before requantization, nil for none.
    public var residual: UnsafePointer<UInt8>?
    /// Bytes from one residual row to the next.
    public var residualRowStride: Int
    /// The residual's zero point.
    public var residualZeroPoint: Int32
    /// residualScale / outputScale; the addend is Float(residual − zero point) · this.
    public var residualMultiplier: Float
    /// What a product is clamped to before the residual is added, in output steps.
    ///
    /// The range of the parameters the product would have been stored with, had the sum been an operator of its own:
    /// `productLowest` ≤ 0 ≤ `productHighest`.
    public var productLowest, productHighest: Float

    /// Makes arguments without a residual.
    public init(
        input: UnsafePointer<UInt8>,
        inputRowStride: Int,
        rows: Int,
        depth: Int,
        columns: Int,
        weights: UnsafePointer<Int8>,
        bias: UnsafePointer<Int32>,
        multipliers: UnsafePointer<Float>,
        output: UnsafeMutablePointer<UInt8>,
        outputRowStride: Int,
        quantization: OutputQuantization
    ) {
        self.input = input
        self.inputRowStride = inputRowStride
        self.rows = rows
        self.depth = depth
        self.columns = columns
        self.weights = weights
        self.bias = bias
        self.multipliers = multipliers
        self.output = output
        self.outputRowStride = outputRowStride
        self.quantization = quantization
        residual = nil
        residualRowStride = 0
        residualZeroPoint = 0
        residualMultiplier = 0
        productLowest = -.infinity
        productHighest = .infinity
    }
}

/// Depthwise convolution over pixels given by pointers to their taps.
///
/// Tap t of pixel p is `taps[p·tapCount + t]`, pointing at `channels` bytes; a padded tap points at a row of the input's zero point.
/// output[p][c] = requantize(bias[c] + Σₜ tap[t][c]·weight[t][c]), `bias` already holding −inputZeroPoint·Σₜ weight[t][c].
public struct DepthwiseArguments {
    /// pixels · tapCount pointers.
    public var taps: UnsafePointer<UnsafePointer<UInt8>>
    /// Taps per pixel: kernel height times width.
    public var tapCount: Int
    /// Output pixels.
    public var pixels: Int
    /// Channels per pixel.
    public var channels: Int
    /// [tapCount][paddedChannels], channels padded with zeros to `paddedChannels`.
    public var weights: UnsafePointer<Int8>
    /// Channels rounded up to a multiple of `KernelLimits.overread`: the distance between a tap's weights and the next's.
    public var paddedChannels: Int
    /// Per channel, padded.
    public var bias: UnsafePointer<Int32>
    /// Per channel, padded: inputScale · weightScale / outputScale.
    public var multipliers: UnsafePointer<Float>
    /// First output pixel.
    public var output: UnsafeMutablePointer<UInt8>
    /// Bytes from one output pixel to the next.
    public var outputPixelStride: Int
    /// Output integer scale.
    public var quantization: OutputQuantization

    /// Makes arguments.
    public init(
        taps: UnsafePointer<UnsafePointer<UInt8>>,
        tapCount: Int,
        pixels: Int,
        channels: Int,
        weights: UnsafePointer<Int8>,
        paddedChannels: Int,
        bias: UnsafePointer<Int32>,
        multipliers: UnsafePointer<Float>,
        output: UnsafeMutablePointer<UInt8>,
        outputPixelStride: Int,
        quantization: OutputQuantization
    ) {
        self.taps = taps
        self.tapCount = tapCount
        self.pixels = pixels
        self.channels = channels
        self.weights = weights
        self.paddedChannels = paddedChannels
        self.bias = bias
        self.multipliers = multipliers
        self.output = output
        self.outputPixelStride = outputPixelStride
        self.quantization = quantization
    }
}

/// Maximum or mean over taps given by pointers.
///
/// Maximum: output[p][c] = clamp(max over t of tap[t][c], lowest, highest), input and output on one scale; a padded tap repeats a valid one.
/// Mean: output[p][c] = requantize(Σₜ tap[t][c] − tapCount·inputZeroPoint, multipliers[p]); a padded tap points at a row of the input's zero
/// point, and multipliers[p] = inputScale / (outputScale · elements counted).
public struct PoolArguments {
    /// pixels · tapCount pointers.
    public var taps: UnsafePointer<UnsafePointer<UInt8>>
    /// Taps per pixel; at most 2^22, so that sums of u8 stay exact.
    public var tapCount: Int
    /// Output pixels.
    public var pixels: Int
    /// Channels per pixel.
    public var channels: Int
    /// The input's zero point (mean only).
    public var inputZeroPoint: Int32
    /// Per pixel (mean only).
    public var multipliers: UnsafePointer<Float>?
    /// First output pixel.
    public var output: UnsafeMutablePointer<UInt8>
    /// Bytes from one output pixel to the next.
    public var outputPixelStride: Int
    /// Output integer scale.
    public var quantization: OutputQuantization

    /// Makes arguments.
    public init(
        taps: UnsafePointer<UnsafePointer<UInt8>>,
        tapCount: Int,
        pixels: Int,
        channels: Int,
        inputZeroPoint: Int32 = 0,
        multipliers: UnsafePointer<Float>? = nil,
        output: UnsafeMutablePointer<UInt8>,
        outputPixelStride: Int,
        quantization: OutputQuantization
    ) {
        self.taps = taps
        self.tapCount = tapCount
        self.pixels = pixels
        self.channels = channels
        self.inputZeroPoint = inputZeroPoint
        self.multipliers = multipliers
        self.output = output
        self.outputPixelStride = outputPixelStride
        self.quantization = quantization
    }
}

/// Element-wise sum: output = requantize(Float(left − leftZeroPoint)·leftMultiplier + Float(right − rightZeroPoint)·rightMultiplier).
///
/// The two products are rounded apart, then added (no fused multiply-add).
public struct AddArguments {
    /// First row of the left operand.
    public var left: UnsafePointer<UInt8>
    /// First row of the right operand.
    public var right: UnsafePointer<UInt8>
    /// First output row; may be either operand's own memory.
    public var output: UnsafeMutablePointer<UInt8>
    /// Bytes from one row to the next.
    public var leftRowStride, rightRowStride, outputRowStride: Int
    /// Rows (pixels).
    public var rows: Int
    /// Elements a row (channels).
    public var columns: Int
    /// Zero points of the operands.
    public var leftZeroPoint, rightZeroPoint: Int32
    /// Operand scale / output scale.
    public var leftMultiplier, rightMultiplier: Float
    /// Output integer scale.
    public var quantization: OutputQuantization

    /// Makes arguments.
    public init(
        left: UnsafePointer<UInt8>,
        leftRowStride: Int,
        leftZeroPoint: Int32,
        leftMultiplier: Float,
        right: UnsafePointer<UInt8>,
        rightRowStride: Int,
        rightZeroPoint: Int32,
        rightMultiplier: Float,
        output: UnsafeMutablePointer<UInt8>,
        outputRowStride: Int,
        rows: Int,
        columns: Int,
        quantization: OutputQuantization
    ) {
        self.left = left
        self.leftRowStride = leftRowStride
        self.leftZeroPoint = leftZeroPoint
        self.leftMultiplier = leftMultiplier
        self.right = right
        self.rightRowStride = rightRowStride
        self.rightZeroPoint = rightZeroPoint
        self.rightMultiplier = rightMultiplier
        self.output = output
        self.outputRowStride = outputRowStride
        self.rows = rows
        self.columns = columns
        self.quantization = quantization
    }
}

/// Per-channel affine map: output[r][c] = requantize(Float(input[r][c] − inputZeroPoint)·multipliers[c] + offsets[c]).
public struct ChannelAffineArguments {
    /// First input row.
    public var input: UnsafePointer<UInt8>
    /// First output row; may be the input's own memory when strides agree.
    public var output: UnsafeMutablePointer<UInt8>
    /// Bytes from one row to the next.
    public var inputRowStride, outputRowStride: Int
    /// Rows (pixels).
    public var rows: Int
    /// Elements a row (channels).
    public var columns: Int
    /// The input's zero point.
    public var inputZeroPoint: Int32
    /// Per channel, padded to a multiple of 64: inputScale · multiplier / outputScale.
    public var multipliers: UnsafePointer<Float>
    /// Per channel, padded to a multiple of 64: offset / outputScale.
    public var offsets: UnsafePointer<Float>
    /// Output integer scale.
    public var quantization: OutputQuantization

    /// Makes arguments.
    public init(
        input: UnsafePointer<UInt8>,
        inputRowStride: Int,
        output: UnsafeMutablePointer<UInt8>,
        outputRowStride: Int,
        rows: Int,
        columns: Int,
        inputZeroPoint: Int32,
        multipliers: UnsafePointer<Float>,
        offsets: UnsafePointer<Float>,
        quantization: OutputQuantization
    ) {
        self.input = input
        self.inputRowStride = inputRowStride
        self.output = output
        self.outputRowStride = outputRowStride
        self.rows = rows
        self.columns = columns
        self.inputZeroPoint = inputZeroPoint
        self.multipliers = multipliers
        self.offsets = offsets
        self.quantization = quantization
    }
}

/// Maps each byte through a table of 256: any function of one quantized element.
public struct LookupArguments {
    /// First input row.
    public var input: UnsafePointer<UInt8>
    /// First output row; may be the input's own memory when strides agree.
    public var output: UnsafeMutablePointer<UInt8>
    /// Bytes from one row to the next.
    public var inputRowStride, outputRowStride: Int
    /// Rows (pixels).
    public var rows: Int
    /// Elements a row (channels).
    public var columns: Int
    /// 256 results.
    public var table: UnsafePointer<UInt8>

    /// Makes arguments.
    public init(
        input: UnsafePointer<UInt8>,
        inputRowStride: Int,
        output: UnsafeMutablePointer<UInt8>,
        outputRowStride: Int,
        rows: Int,
        columns: Int,
        table: UnsafePointer<UInt8>
    ) {
        self.input = input
        self.inputRowStride = inputRowStride
        self.output = output
        self.outputRowStride = outputRowStride
        self.rows = rows
        self.columns = columns
        self.table = table
    }
}
