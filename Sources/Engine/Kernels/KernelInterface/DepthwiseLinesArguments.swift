/// A depthwise convolution's window as kernels that walk lines take it.
public struct DepthwiseWindow: Sendable {
    /// Taps below and beside each other.
    public var kernelHeight, kernelWidth: Int
    /// Input pixels from one output pixel to the next.
    public var strideHeight, strideWidth: Int
    /// Input pixels from one tap to the next.
    public var dilationHeight, dilationWidth: Int
    /// Rows above and columns left of the image that the first windows reach.
    public var padTop, padLeft: Int

    /// Makes a window.
    public init(
        kernelHeight: Int,
        kernelWidth: Int,
        strideHeight: Int = 1,
        strideWidth: Int = 1,
        dilationHeight: Int = 1,
        dilationWidth: Int = 1,
        padTop: Int = 0,
        padLeft: Int = 0
    ) {
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.strideHeight = strideHeight
        self.strideWidth = strideWidth
        self.dilationHeight = dilationHeight
        self.dilationWidth = dilationWidth
        self.padTop = padTop
        self.padLeft = padLeft
    }

    /// Columns from a window's first to its last.
    public var columnSpan: Int { (kernelWidth - 1) * dilationWidth + 1 }

    /// Most taps of a window in either direction, and most columns four neighbouring windows span, so that columns and
    /// weights find room on a kernel's stack.
    ///
    /// Kernels keep 8 KiB of weights and 64 columns of up to 512 bytes: more of either needs more of
    /// `EDGEPROF_SCRATCH_BYTES`.
    static let largestKernel = 8, largestSpan = 64

    /// Whether kernels that walk lines take this window; any other goes by taps.
    public var fitsLines: Bool {
        kernelHeight <= Self.largestKernel && kernelWidth <= Self.largestKernel
            && dilationWidth <= Self.largestSpan && strideWidth <= Self.largestSpan
            && columnSpan + 3 * strideWidth <= Self.largestSpan
    }
}

/// Depthwise convolution over lines of an image, padding and all.
///
/// output[y][x][c] = requantize(bias[c] + Σ input[y·stride − pad + i·dilation][x·stride − pad + j·dilation][c] ·
/// weight[i·kernelWidth + j][c]), `bias` already holding −inputZeroPoint·Σ weight[t][c]; outside the image lies
/// `padding`. The window's `fitsLines` must hold.
public struct DepthwiseLinesArguments {
    /// The image's first pixel.
    public var input: UnsafePointer<UInt8>
    /// Bytes from one input pixel to the next, and from one row of pixels to the next.
    public var inputPixelStride, inputRowStride: Int
    /// Rows and columns of the image.
    public var height, width: Int
    /// What an output pixel is computed from.
    public var window: DepthwiseWindow
    /// `channels` input zero points, readable as far as an activation row.
    public var padding: UnsafePointer<UInt8>
    /// The first output line to compute.
    public var firstLine: Int
    /// Lines to compute.
    public var lines: Int
    /// Output pixels of a line.
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
    /// The first output line's first pixel.
    public var output: UnsafeMutablePointer<UInt8>
    /// Bytes from one output pixel to the next, and from one line to the next.
    public var outputPixelStride, outputRowStride: Int
    /// Output integer scale.
    public var quantization: OutputQuantization

    /// Makes arguments.
    public init(
        input: UnsafePointer<UInt8>,
        inputPixelStride: Int,
        inputRowStride: Int,
        height: Int,
        width: Int,
        window: DepthwiseWindow,
        padding: UnsafePointer<UInt8>,
        firstLine: Int,
        lines: Int,
        pixels: Int,
        channels: Int,
        weights: UnsafePointer<Int8>,
        paddedChannels: Int,
        bias: UnsafePointer<Int32>,
        multipliers: UnsafePointer<Float>,
        output: UnsafeMutablePointer<UInt8>,
        outputPixelStride: Int,
        outputRowStride: Int,
        quantization: OutputQuantization
    ) {
        self.input = input
        self.inputPixelStride = inputPixelStride
        self.inputRowStride = inputRowStride
        self.height = height
        self.width = width
        self.window = window
        self.padding = padding
        self.firstLine = firstLine
        self.lines = lines
        self.pixels = pixels
        self.channels = channels
        self.weights = weights
        self.paddedChannels = paddedChannels
        self.bias = bias
        self.multipliers = multipliers
        self.output = output
        self.outputPixelStride = outputPixelStride
        self.outputRowStride = outputRowStride
        self.quantization = quantization
    }
}
