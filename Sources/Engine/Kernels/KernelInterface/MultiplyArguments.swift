/// Element-wise product: output = requantize((left − leftZeroPoint)·(right − rightZeroPoint), multiplier).
///
/// The product of two centred bytes is below 2^16 and exact in Float. A row stride of 0 repeats an operand's row, which
/// is how a factor a channel is spread over pixels.
public struct MultiplyArguments {
    /// First row of the left operand.
    public var left: UnsafePointer<UInt8>
    /// First row of the right operand.
    public var right: UnsafePointer<UInt8>
    /// First output row; may be an operand's own memory when strides agree.
    public var output: UnsafeMutablePointer<UInt8>
    /// Bytes from one row to the next; an operand's may be 0.
    public var leftRowStride, rightRowStride, outputRowStride: Int
    /// Rows (pixels).
    public var rows: Int
    /// Elements a row (channels).
    public var columns: Int
    /// Zero points of the operands.
    public var leftZeroPoint, rightZeroPoint: Int32
    /// leftScale · rightScale / outputScale.
    public var multiplier: Float
    /// Output integer scale.
    public var quantization: OutputQuantization

    /// Makes arguments.
    public init(
        left: UnsafePointer<UInt8>,
        leftRowStride: Int,
        leftZeroPoint: Int32,
        right: UnsafePointer<UInt8>,
        rightRowStride: Int,
        rightZeroPoint: Int32,
        multiplier: Float,
        output: UnsafeMutablePointer<UInt8>,
        outputRowStride: Int,
        rows: Int,
        columns: Int,
        quantization: OutputQuantization
    ) {
        self.left = left
        self.leftRowStride = leftRowStride
        self.leftZeroPoint = leftZeroPoint
        self.right = right
        self.rightRowStride = rightRowStride
        self.rightZeroPoint = rightZeroPoint
        self.multiplier = multiplier
        self.output = output
        self.outputRowStride = outputRowStride
        self.rows = rows
        self.columns = columns
        self.quantization = quantization
    }
}
