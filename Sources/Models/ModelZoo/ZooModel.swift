/// What is known about a zoo model without building it.
public struct ZooModel: Hashable, Sendable {
    /// Torchvision's name, for example `resnet50`.
    public var name: String
    /// The architecture family, for example `resnet`.
    public var family: String
    /// Architecture hyper-parameters a team would tune: the exponent of M^N trials.
    public var hyperparameterCount: Int
    /// ImageNet top-1 accuracy published for trained weights of this architecture.
    public var publishedTop1: PublishedAccuracy

    /// Height and width of the images the published figures are for.
    public static let imageSize = 224
}

/// An accuracy someone else measured.
public struct PublishedAccuracy: Hashable, Sendable {
    /// The arithmetic of the network the accuracy was measured with.
    public enum Precision: String, Hashable, Sendable {
        /// 8-bit quantized.
        case int8
        /// 32-bit floating point: no int8 figure is published.
        case float
    }

    /// Share of images classified correctly, 0...1.
    public var value: Double
    /// What it was measured with.
    public var precision: Precision
    /// Where it is published.
    public var source: String

    /// An accuracy of torchvision's first (V1) weights, in percent as published there.
    static func torchvision(_ precision: Precision, percent: Double) -> PublishedAccuracy {
        PublishedAccuracy(value: percent / 100, precision: precision, source: "torchvision 0.29 weight metadata")
    }
}
