import NetworkGraph

/// MobileNetV2 (arXiv 1801.04381): narrow linear bottlenecks around wide depthwise convolutions.
struct MobileNetV2: Backbone {
    let model: ZooModel

    static let variants = [
        MobileNetV2(
            model: ZooModel(
                name: "mobilenet_v2",
                family: "mobilenet_v2",
                hyperparameterCount: 3,
                publishedTop1: .torchvision(.int8, percent: 71.658)
            )
        )
    ]

    /// Table 2 of the paper: expansion, channels, repeats, stride of the first.
    private static let stages: [(expansion: Int, outputs: Int, depth: Int, stride: Int)] = [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]

    func features(
        _ network: inout NetworkBuilder,
        image: ValueID,
        outputStride: Int
    ) throws(GraphError) -> BackboneFeatures {
        var downsampling = Downsampling(outputStride: outputStride, after: 2)
        let stem = Window(kernel: 3, stride: 2, padding: 1)
        var value = try network.convolution("features.0.0", image, outputs: 32, stem, isCentred: false)
        value = try normalizeAndClip(&network, value, name: "features.0.", layer: 1)
        var middle = value
        var block = 1
        for stage in Self.stages {
            for index in 0..<stage.depth {
                let halves = index == 0 && stage.stride == 2
                let (expanded, output) = try invertedResidual(
                    &network,
                    value,
                    name: "features.\(block).conv.",
                    expansion: stage.expansion,
                    outputs: stage.outputs,
                    step: halves ? downsampling.next() : downsampling.current,
                    isResidual: index > 0
                )
                if halves { middle = expanded }
                value = output
                block += 1
            }
        }
        value = try network.convolution("features.18.0", value, outputs: 1_280, Window(kernel: 1))
        value = try normalizeAndClip(&network, value, name: "features.18.", layer: 1)
        return BackboneFeatures(middle: middle, last: value)
    }

    func classify(_ network: inout NetworkBuilder, _ features: ValueID) throws(GraphError) -> ValueID {
        var value = try network.globalAveragePool("avgpool", features)
        value = try network.flatten("flatten", value)
        return try network.fullyConnected("classifier.1", value, outputs: 1_000, outputVariance: 4)
    }

    /// A block, and the expansion within it that SSDLite takes (arXiv 1801.04381, section 6.2).
    private func invertedResidual(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        name: String,
        expansion: Int,
        outputs: Int,
        step: Downsampling.Step,
        isResidual: Bool
    ) throws(GraphError) -> (expanded: ValueID, output: ValueID) {
        var value = input
        var layer = 0
        if expansion != 1 {
            let width = expansion * network.channels(of: input)
            value = try network.convolution(name + "0.0", value, outputs: width, Window(kernel: 1))
            value = try normalizeAndClip(&network, value, name: name + "0.", layer: 1)
            layer = 1
        }
        let expanded = value
        value = try network.depthwise(name + "\(layer).0", value, stride: step.stride, dilation: step.dilation)
        value = try normalizeAndClip(&network, value, name: name + "\(layer).", layer: 1)
        value = try network.convolution(name + "\(layer + 1)", value, outputs: outputs, Window(kernel: 1))
        value = try network.batchNormalization(name + "\(layer + 2)", value, gain: isResidual ? 0.4 : 1, shift: 0)
        return (expanded, isResidual ? try network.sum(name + "add", input, value) : value)
    }

    /// Batch normalization, then ReLU6, as two consecutive layers.
    private func normalizeAndClip(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        name: String,
        layer: Int
    ) throws(GraphError) -> ValueID {
        let value = try network.batchNormalization(name + "\(layer)", input)
        return try network.activation(.clip(lower: 0, upper: 6), name + "\(layer + 1)", value)
    }
}
