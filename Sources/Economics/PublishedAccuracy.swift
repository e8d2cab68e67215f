public import EdgeprofAPI

/// Published ImageNet top-1 accuracies, for models nobody has evaluated on the user's own data.
///
/// Source: torchvision 0.29 weight metadata, V1 recipes for float and the quantization weights for int8. Recipes are
/// not mixed: ResNet-50's V2 gains 4.7 points from the recipe alone, and DenseNet has only V1.
public enum PublishedAccuracy {
    /// Where the figures were published.
    public static let source = "torchvision 0.29 weight metadata, V1 recipes"
    /// Images of the validation set.
    public static let images = 50_000
    /// Accuracy that an int8 network is taken to lose where only the float figure is published.
    public static let floatToInt8Loss = 0.005
    /// Standard deviation of that loss.
    public static let floatToInt8LossSd = 0.005

    /// The published accuracies of one model.
    public struct Entry: Sendable, Equatable {
        /// Float top-1, a fraction.
        public let float: Double
        /// int8 top-1, a fraction; nil where none is published.
        public let int8: Double?
    }

    /// The published accuracies by zoo name.
    public static let entries: [String: Entry] = [
        "vgg11": Entry(float: 0.69020, int8: nil),
        "vgg11_bn": Entry(float: 0.70370, int8: nil),
        "vgg16": Entry(float: 0.71592, int8: nil),
        "vgg16_bn": Entry(float: 0.73360, int8: nil),
        "resnet18": Entry(float: 0.69758, int8: 0.69494),
        "resnet34": Entry(float: 0.73314, int8: nil),
        "resnet50": Entry(float: 0.76130, int8: 0.75920),
        "resnet101": Entry(float: 0.77374, int8: nil),
        "resnet152": Entry(float: 0.78312, int8: nil),
        "densenet121": Entry(float: 0.74434, int8: nil),
        "densenet161": Entry(float: 0.77138, int8: nil),
        "densenet169": Entry(float: 0.75600, int8: nil),
        "densenet201": Entry(float: 0.76896, int8: nil),
        "shufflenet_v2_x0_5": Entry(float: 0.60552, int8: 0.57972),
        "shufflenet_v2_x1_0": Entry(float: 0.69362, int8: 0.68360),
        "shufflenet_v2_x1_5": Entry(float: 0.72996, int8: 0.72052),
        "shufflenet_v2_x2_0": Entry(float: 0.76230, int8: 0.75354),
        "mobilenet_v2": Entry(float: 0.71878, int8: 0.71658),
        "squeezenet1_1": Entry(float: 0.58178, int8: nil),
    ]

    /// The published accuracy of a zoo model: int8 where there is one, else float as published; nil for other models.
    ///
    /// - Parameters:
    ///   - name: The model's name.
    ///   - source: Where the model comes from; a user's file called like a zoo model is another model.
    /// - Returns: The accuracy.
    public static func accuracy(
        ofModel name: String,
        from source: Run.ModelReference.Source? = nil
    ) -> TierMeasurement.Accuracy? {
        guard source != .file, let entry = entries[name] else { return nil }
        guard let int8 = entry.int8 else {
            return TierMeasurement.Accuracy(
                value: entry.float,
                source: AccuracySource.publishedFloat.rawValue,
                images: images
            )
        }
        return TierMeasurement.Accuracy(value: int8, source: AccuracySource.publishedInt8.rawValue, images: images)
    }
}

/// Where an accuracy comes from, which decides how far it can be trusted.
public enum AccuracySource: String, Sendable, CaseIterable {
    /// Counted on the user's own images.
    case evaluated
    /// Published for the int8 network.
    case publishedInt8 = "published-int8"
    /// Published for the float network, run as int8.
    case publishedFloat = "published-float"
    /// Given by the user.
    case given

    /// Reads the source of a measurement; a source in the user's own words is `given`, unless it says published.
    public init(_ text: String) {
        let text = text.lowercased()
        if let source = Self(rawValue: text) {
            self = source
        } else if text.hasPrefix("evaluated") {
            self = .evaluated
        } else if text.hasPrefix("published") {
            self =
                text.utf8.split(whereSeparator: { !Self.isLetter($0) }).contains { $0.elementsEqual("float".utf8) }
                ? .publishedFloat : .publishedInt8
        } else {
            self = .given
        }
    }

    /// Whether it was published by others rather than measured or given.
    public var isPublished: Bool { self == .publishedInt8 || self == .publishedFloat }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}
