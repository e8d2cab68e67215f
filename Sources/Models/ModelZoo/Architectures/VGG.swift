import NetworkGraph

/// VGG (arXiv 1409.1556), configurations A and D: plain stacks of 3x3 convolutions.
struct VGG: Backbone {
    let model: ZooModel
    /// 3x3 convolutions in each of the five stages.
    let depths: [Int]
    let hasBatchNormalization: Bool

    private static let widths = [64, 128, 256, 512, 512]

    static let variants = [
        VGG("vgg11", depths: [1, 1, 2, 2, 2], accuracy: 69.020),
        VGG("vgg11_bn", depths: [1, 1, 2, 2, 2], hasBatchNormalization: true, accuracy: 70.370),
        VGG("vgg16", depths: [2, 2, 3, 3, 3], accuracy: 71.592),
        VGG("vgg16_bn", depths: [2, 2, 3, 3, 3], hasBatchNormalization: true, accuracy: 73.360),
    ]

    private init(_ name: String, depths: [Int], hasBatchNormalization: Bool = false, accuracy: Double) {
        model = ZooModel(
            name: name,
            family: "vgg",
            hyperparameterCount: 2,
            publishedTop1: .torchvision(.float, percent: accuracy)
        )
        self.depths = depths
        self.hasBatchNormalization = hasBatchNormalization
    }

    func features(
        _ network: inout NetworkBuilder,
        image: ValueID,
        outputStride: Int
    ) throws(GraphError) -> BackboneFeatures {
        var downsampling = Downsampling(outputStride: outputStride, after: 1)
        var value = image
        var middle = image
        var layer = 0
        func next() -> String {
            defer { layer += 1 }
            return "features.\(layer)"
        }
        for (depth, width) in zip(depths, Self.widths) {
            for _ in 0..<depth {
                value = try network.convolution(
                    next(),
                    value,
                    outputs: width,
                    Window(kernel: 3, padding: downsampling.dilation, dilation: downsampling.dilation),
                    biasShift: hasBatchNormalization ? 0 : ActivationMoments.preActivationShift,
                    scale: .outputVariance(1),
                    isCentred: value != image
                )
                if hasBatchNormalization { value = try network.batchNormalization(next(), value) }
                value = try network.relu(next(), value)
            }
            middle = value
            let pool = next()
            // Where the image is to stay, a pooling goes with its stride (arXiv 1511.07122, section 4).
            guard downsampling.next().stride == 2 else { continue }
            value = try network.maxPool(pool, value, Window(kernel: 2, stride: 2))
        }
        return BackboneFeatures(middle: middle, last: value)
    }

    func classify(_ network: inout NetworkBuilder, _ features: ValueID) throws(GraphError) -> ValueID {
        let shift = ActivationMoments.preActivationShift
        var value = try network.flatten("flatten", pooled(features, &network))
        value = try network.fullyConnected("classifier.0", value, outputs: 4_096, outputVariance: 1, biasShift: shift)
        value = try network.relu("classifier.1", value)
        value = try network.fullyConnected("classifier.3", value, outputs: 4_096, outputVariance: 1, biasShift: shift)
        value = try network.relu("classifier.4", value)
        return try network.fullyConnected("classifier.6", value, outputs: 1_000, outputVariance: 4)
    }

    /// Torchvision pools adaptively to 7x7, which is nothing at all for 224x224.
    ///
    /// Below that it would only repeat elements, which a classifier over the elements themselves can match with sums of
    /// its weights, so here the classifier takes them as they are.
    private func pooled(_ features: ValueID, _ network: inout NetworkBuilder) throws(GraphError) -> ValueID {
        let shape = network.graph.shape(of: features)
        if shape.height <= 7, shape.width <= 7 { return features }
        guard [shape.height, shape.width].allSatisfy({ $0 <= 7 || $0 % 7 == 0 }) else {
            throw GraphError(
                .shapeMismatch,
                node: "avgpool",
                problem: "features of \(shape.height)x\(shape.width) do not pool evenly to 7x7",
                remedy: "choose an image size below 256 or a multiple of 224"
            )
        }
        var window = Window(kernel: 1)
        (window.kernelHeight, window.kernelWidth) = (max(shape.height / 7, 1), max(shape.width / 7, 1))
        (window.strideHeight, window.strideWidth) = (window.kernelHeight, window.kernelWidth)
        return try network.averagePool("avgpool", features, window)
    }
}
