/// How an image becomes a network's input: resized, cropped, scaled to 0...1, normalized, laid out as planes.
///
/// The defaults are what torchvision evaluates its ImageNet models with: the shorter side to 256, the centre 224 x 224,
/// ImageNet's mean and standard deviation.
public struct Preprocessing: Hashable, Sendable {
    /// What happens to the size before the crop.
    public enum Resize: Hashable, Sendable {
        /// Left as it is.
        case none
        /// The shorter side becomes this many pixels, the other follows.
        case shorterSide(Int)
        /// Width and height become these, whatever that does to the proportions.
        case exact(width: Int, height: Int)
    }

    /// Order of the channels of the input.
    public enum ChannelOrder: String, Hashable, Sendable, CaseIterable {
        /// Red first.
        case rgb
        /// Blue first, as OpenCV and Caffe have it.
        case bgr
    }

    /// Mean of ImageNet's red, green and blue.
    public static let imageNetMean: [Float] = [0.485, 0.456, 0.406]
    /// Standard deviation of ImageNet's red, green and blue.
    public static let imageNetStandardDeviation: [Float] = [0.229, 0.224, 0.225]

    /// First step.
    public var resize: Resize
    /// Columns of the input, cut from the centre.
    public var cropWidth: Int
    /// Rows of the input, cut from the centre.
    public var cropHeight: Int
    /// Channels of the input: 3, or 1 for luminance.
    public var channels: Int
    /// Subtracted from samples of 0...1, per channel in the input's order.
    public var mean: [Float]
    /// What the difference is divided by, per channel in the input's order.
    public var standardDeviation: [Float]
    /// Order of the channels.
    public var channelOrder: ChannelOrder

    /// Makes the preprocessing for an input.
    ///
    /// - Parameters:
    ///   - width: Columns of the input.
    ///   - height: Rows of the input.
    ///   - channels: 3, or 1 for luminance.
    ///   - resize: First step; the shorter side to 8/7 of the input's longer one when nil (256 for 224).
    ///   - mean: One number, or one a channel in the input's order; ImageNet's when nil, 0 for luminance.
    ///   - standardDeviation: Likewise; ImageNet's when nil, 1 for luminance.
    ///   - channelOrder: Order of the input's channels.
    /// - Throws: `ImageError` with `unsupported` when a number makes no sense.
    public init(
        width: Int,
        height: Int,
        channels: Int = 3,
        resize: Resize? = nil,
        mean: [Float]? = nil,
        standardDeviation: [Float]? = nil,
        channelOrder: ChannelOrder = .rgb
    ) throws(ImageError) {
        guard channels == 3 || channels == 1 else {
            throw ImageError(.unsupported, "an input of \(channels) channels; images have 3, or 1 for luminance")
        }
        try ImageFile.checkSize(width: width, height: height)
        let resize = resize ?? .shorterSide(max(width, height) * 8 / 7)
        switch resize {
        case .none: break
        case .shorterSide(let side): try ImageFile.checkSize(width: side, height: side, of: "a resize to")
        case .exact(let width, let height): try ImageFile.checkSize(width: width, height: height, of: "a resize to")
        }
        let isColour = channels == 3
        let ordered = { (values: [Float]) in channelOrder == .rgb ? values : values.reversed() }
        self.resize = resize
        cropWidth = width
        cropHeight = height
        self.channels = channels
        self.mean = try Self.perChannel(mean ?? (isColour ? ordered(Self.imageNetMean) : [0]), channels, "mean")
        self.standardDeviation = try Self.perChannel(
            standardDeviation ?? (isColour ? ordered(Self.imageNetStandardDeviation) : [1]),
            channels,
            "standard deviation"
        )
        guard self.standardDeviation.allSatisfy({ $0 > 0 }) else {
            throw ImageError(.unsupported, "a standard deviation must be above 0")
        }
        self.channelOrder = channelOrder
    }

    private static func perChannel(_ values: [Float], _ channels: Int, _ what: String) throws(ImageError) -> [Float] {
        guard values.allSatisfy(\.isFinite) else {
            throw ImageError(.unsupported, "the \(what) must be finite numbers")
        }
        if values.count == 1 { return [Float](repeating: values[0], count: channels) }
        guard values.count == channels else {
            throw ImageError(.unsupported, "\(values.count) numbers for the \(what); give 1 or \(channels)")
        }
        return values
    }
}
