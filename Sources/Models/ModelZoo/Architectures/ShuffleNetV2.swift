import NetworkGraph

/// ShuffleNet V2 (arXiv 1807.11164): half the channels pass a block untouched, then the halves are interleaved.
struct ShuffleNetV2: Backbone {
    let model: ZooModel
    /// Channels of the three stages.
    let widths: [Int]
    /// Channels of the last convolution.
    let headWidth: Int

    private static let depths = [4, 8, 4]

    static let variants = [
        ShuffleNetV2("shufflenet_v2_x0_5", [48, 96, 192], int8Accuracy: 57.972),
        ShuffleNetV2("shufflenet_v2_x1_0", [116, 232, 464], int8Accuracy: 68.360),
        ShuffleNetV2("shufflenet_v2_x1_5", [176, 352, 704], int8Accuracy: 72.052),
        ShuffleNetV2("shufflenet_v2_x2_0", [244, 488, 976], headWidth: 2_048, int8Accuracy: 75.354),
    ]

    private init(_ name: String, _ widths: [Int], headWidth: Int = 1_024, int8Accuracy: Double) {
        model = ZooModel(
            name: name,
            family: "shufflenet_v2",
            hyperparameterCount: 2,
            publishedTop1: .torchvision(.int8, percent: int8Accuracy)
        )
        self.widths = widths
        self.headWidth = headWidth
    }

    func features(
        _ network: inout NetworkBuilder,
        image: ValueID,
        outputStride: Int
    ) throws(GraphError) -> BackboneFeatures {
        var downsampling = Downsampling(outputStride: outputStride, after: 4)
        let stem = Window(kernel: 3, stride: 2, padding: 1)
        var value = try network.convolution("conv1.0", image, outputs: 24, stem, isCentred: false)
        value = try network.batchNormalization("conv1.1", value)
        value = try network.relu("conv1.2", value)
        value = try network.maxPool("maxpool", value, Window(kernel: 3, stride: 2, padding: 1))
        var middle = value
        for (stage, (depth, width)) in zip(Self.depths, widths).enumerated() {
            middle = value
            for index in 0..<depth {
                let step = index == 0 ? downsampling.next() : downsampling.current
                let block = ShuffleBlock(name: "stage\(stage + 2).\(index)", width: width / 2, step: step)
                value =
                    index == 0 ? try block.downsampling(&network, value) : try block.splitting(&network, value)
            }
        }
        value = try network.convolution("conv5.0", value, outputs: headWidth, Window(kernel: 1))
        value = try network.batchNormalization("conv5.1", value)
        return BackboneFeatures(middle: middle, last: try network.relu("conv5.2", value))
    }

    func classify(_ network: inout NetworkBuilder, _ features: ValueID) throws(GraphError) -> ValueID {
        var value = try network.globalAveragePool("mean", features)
        value = try network.flatten("flatten", value)
        return try network.fullyConnected("fc", value, outputs: 1_000, outputVariance: 4)
    }
}

/// A block that puts out two branches of `width` channels, interleaved.
private struct ShuffleBlock {
    let name: String
    let width: Int
    /// Of its depthwise convolutions.
    let step: Downsampling.Step

    /// Both branches read the whole input and, with a stride of 2, halve the image.
    func downsampling(_ network: inout NetworkBuilder, _ input: ValueID) throws(GraphError) -> ValueID {
        var first = try network.depthwise(name + ".branch1.0", input, stride: step.stride, dilation: step.dilation)
        first = try network.batchNormalization(name + ".branch1.1", first, shift: 0)
        first = try pointwise(&network, first, layer: 2, prefix: ".branch1.")
        return try interleaved(&network, first, branch(&network, input))
    }

    /// The first half of the input passes as it is.
    func splitting(_ network: inout NetworkBuilder, _ input: ValueID) throws(GraphError) -> ValueID {
        let (first, second) = try network.halves(name + ".chunk", input)
        return try interleaved(&network, first, branch(&network, second))
    }

    private func branch(_ network: inout NetworkBuilder, _ input: ValueID) throws(GraphError) -> ValueID {
        var value = try pointwise(&network, input, layer: 0, prefix: ".branch2.")
        value = try network.depthwise(name + ".branch2.3", value, stride: step.stride, dilation: step.dilation)
        value = try network.batchNormalization(name + ".branch2.4", value, shift: 0)
        return try pointwise(&network, value, layer: 5, prefix: ".branch2.")
    }

    private func pointwise(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        layer: Int,
        prefix: String
    ) throws(GraphError) -> ValueID {
        var value = try network.convolution(name + prefix + "\(layer)", input, outputs: width, Window(kernel: 1))
        value = try network.batchNormalization(name + prefix + "\(layer + 1)", value)
        value = try network.relu(name + prefix + "\(layer + 2)", value)
        return value
    }

    private func interleaved(
        _ network: inout NetworkBuilder,
        _ first: ValueID,
        _ second: ValueID
    ) throws(GraphError) -> ValueID {
        let joined = try network.concatenation(name + ".concat", [first, second])
        return try network.channelShuffle(name + ".shuffle", joined, groups: 2)
    }
}
