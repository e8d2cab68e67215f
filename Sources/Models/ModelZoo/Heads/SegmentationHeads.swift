import NetworkGraph

// Torchvision's segmentation models (torchvision/models/segmentation: _utils.py, fcn.py, deeplabv3.py), without the
// auxiliary classifier, which is for training alone. Backbones keep an eighth of the image's extent; class scores are
// resized to the image bilinearly (align_corners=False). Dropout does nothing in inference.

/// Classes of Pascal VOC, background included.
private let classCount = 21

/// Two convolutions over the features.
struct FCNHead {
    func build(
        _ network: inout NetworkBuilder,
        _ features: ValueID,
        image: ValueID
    ) throws(GraphError) -> ValueID {
        let width = network.channels(of: features) / 4
        let window = Window(kernel: 3, padding: 1)
        let value = try network.rectifiedConvolution("classifier.", 0, features, outputs: width, window)
        return try network.resizedScores("classifier.4", value, image: image)
    }
}

/// The features seen at four scales and as a whole, joined.
struct DeepLabHead {
    /// Dilations for an output stride of 8 (arXiv 1706.05587, section 4.2).
    private static let rates = [12, 24, 36]
    private static let width = 256

    func build(
        _ network: inout NetworkBuilder,
        _ features: ValueID,
        image: ValueID
    ) throws(GraphError) -> ValueID {
        let point = Window(kernel: 1)
        let name = "classifier.0."
        var parts = [
            try network.rectifiedConvolution(name + "convs.0.", 0, features, outputs: Self.width, point)
        ]
        for (index, rate) in Self.rates.enumerated() {
            let window = Window(kernel: 3, padding: rate, dilation: rate)
            let part = name + "convs.\(index + 1)."
            parts.append(try network.rectifiedConvolution(part, 0, features, outputs: Self.width, window))
        }
        var pooled = try network.globalAveragePool(name + "convs.4.0", features)
        pooled = try network.rectifiedConvolution(name + "convs.4.", 1, pooled, outputs: Self.width, point)
        parts.append(try network.resize(name + "convs.4.resize", pooled, like: features))
        var value = try network.concatenation(name + "concat", parts)
        value = try network.rectifiedConvolution(name + "project.", 0, value, outputs: Self.width, point)
        let window = Window(kernel: 3, padding: 1)
        value = try network.rectifiedConvolution("classifier.", 1, value, outputs: Self.width, window)
        return try network.resizedScores("classifier.4", value, image: image)
    }
}

extension NetworkBuilder {
    /// Convolution, batch normalization and ReLU, as three consecutive layers.
    fileprivate mutating func rectifiedConvolution(
        _ name: String,
        _ layer: Int,
        _ input: ValueID,
        outputs: Int,
        _ window: Window
    ) throws(GraphError) -> ValueID {
        var value = try convolution(name + "\(layer)", input, outputs: outputs, window)
        value = try batchNormalization(name + "\(layer + 1)", value)
        return try relu(name + "\(layer + 2)", value)
    }

    /// A score a class and position, then one a class and pixel.
    fileprivate mutating func resizedScores(
        _ name: String,
        _ input: ValueID,
        image: ValueID
    ) throws(GraphError) -> ValueID {
        let scores = try convolution(
            name,
            input,
            outputs: classCount,
            Window(kernel: 1),
            biasShift: 0,
            scale: .outputVariance(4)
        )
        return try resize("out", scores, like: image)
    }

    /// Bilinear scaling to another value's height and width.
    fileprivate mutating func resize(
        _ name: String,
        _ input: ValueID,
        like other: ValueID
    ) throws(GraphError) -> ValueID {
        let (from, to) = (graph.shape(of: input), graph.shape(of: other))
        let resize = Resize(
            height: to.height,
            width: to.width,
            scaleHeight: Float(to.height) / Float(from.height),
            scaleWidth: Float(to.width) / Float(from.width),
            mode: .linear,
            coordinates: .halfPixel
        )
        let predicted = moments[input.index].interpolated(isConstant: from.height * from.width == 1)
        return try add(.resize(resize), name, input, moments: predicted)
    }
}
