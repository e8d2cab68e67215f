public import Quantization

/// Where a value lies in the arena: NHWC u8, one pixel every `pixelStride` bytes.
///
/// Pixels of an image follow each other, images follow each other; a channel slice of a wider tensor has its whole's
/// pixel stride. An s8 value is stored raised by 128. Of values with more than four axes, all but the last behind the
/// channels make the height; values of one axis are a batch of one channel.
public struct PlanTensor: Hashable, Sendable {
    /// The value's name.
    public var name: String
    /// Images.
    public var batch: Int
    /// Rows of an image; 1 for vectors.
    public var height: Int
    /// Columns of an image; 1 for vectors.
    public var width: Int
    /// Elements of a pixel, or of a vector.
    public var channels: Int
    /// Bytes from the arena's start to the first element.
    public var offset: Int
    /// Bytes from one pixel to the next; at least `channels`.
    public var pixelStride: Int
    /// What the integers mean.
    public var quantization: QuantizationParameters

    /// Pixels of all images.
    public var pixels: Int { batch * height * width }
    /// Elements.
    public var elementCount: Int { pixels * channels }
    /// Bytes from the first element to behind the last.
    var extent: Int { (pixels - 1) * pixelStride + channels }
    /// Whether no bytes lie between the pixels.
    var isContiguous: Bool { pixelStride == channels }
    /// Batch x channels x height x width.
    public var shapeDescription: String { "\(batch)x\(channels)x\(height)x\(width)" }
}
