import NetworkGraph

/// An architecture whose features can carry another head than its classifier.
protocol Backbone: Architecture {
    /// Adds everything before the classifier; `outputStride` (32 or 8) is what the image is shrunk by at most.
    ///
    /// Beyond it, strides become dilations.
    func features(
        _ network: inout NetworkBuilder,
        image: ValueID,
        outputStride: Int
    ) throws(GraphError) -> BackboneFeatures

    /// Adds the classifier and returns the logits.
    func classify(_ network: inout NetworkBuilder, _ features: ValueID) throws(GraphError) -> ValueID
}

extension Backbone {
    func build(_ network: inout NetworkBuilder, image: ValueID) throws(GraphError) -> ValueID {
        try classify(&network, features(&network, image: image, outputStride: 32).last)
    }
}

/// What a head reads.
struct BackboneFeatures {
    /// The last features before the image is halved for the fifth time, normalised and rectified.
    var middle: ValueID
    /// The features the classifier reads.
    var last: ValueID
}

/// Halvings of the image that become dilations once it is small enough.
///
/// As in torchvision's `replace_stride_with_dilation`: the layer that would have halved keeps the dilation so far, the
/// ones behind it get twice as much.
struct Downsampling {
    /// Stride and dilation of one layer.
    struct Step {
        var stride: Int
        var dilation: Int
    }

    private let outputStride: Int
    private var stride: Int
    private(set) var dilation = 1

    /// - Parameters:
    ///   - outputStride: What the image is shrunk by at most.
    ///   - stride: What it has been shrunk by already.
    init(outputStride: Int, after stride: Int) {
        self.outputStride = outputStride
        self.stride = stride
    }

    /// Of a layer that does not halve.
    var current: Step { Step(stride: 1, dilation: dilation) }

    /// Of the next layer that halves.
    mutating func next() -> Step {
        guard stride * 2 <= outputStride else {
            defer { dilation *= 2 }
            return current
        }
        stride *= 2
        return Step(stride: 2, dilation: dilation)
    }
}
