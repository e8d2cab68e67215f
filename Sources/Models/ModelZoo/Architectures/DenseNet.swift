import NetworkGraph

/// DenseNet-BC (arXiv 1608.06993): every layer reads the concatenation of all before it in its block.
struct DenseNet: Backbone {
    let model: ZooModel
    /// Layers in each of the four blocks.
    let depths: [Int]
    /// Channels each layer adds.
    let growthRate: Int
    /// Channels of the first convolution.
    let stemWidth: Int

    static let variants = [
        DenseNet("densenet121", [6, 12, 24, 16], accuracy: 74.434),
        DenseNet("densenet161", [6, 12, 36, 24], growthRate: 48, stemWidth: 96, accuracy: 77.138),
        DenseNet("densenet169", [6, 12, 32, 32], accuracy: 75.600),
        DenseNet("densenet201", [6, 12, 48, 32], accuracy: 76.896),
    ]

    private init(_ name: String, _ depths: [Int], growthRate: Int = 32, stemWidth: Int = 64, accuracy: Double) {
        model = ZooModel(
            name: name,
            family: "densenet",
            hyperparameterCount: 5,
            publishedTop1: .torchvision(.float, percent: accuracy)
        )
        self.depths = depths
        self.growthRate = growthRate
        self.stemWidth = stemWidth
    }

    func features(
        _ network: inout NetworkBuilder,
        image: ValueID,
        outputStride: Int
    ) throws(GraphError) -> BackboneFeatures {
        var downsampling = Downsampling(outputStride: outputStride, after: 4)
        let stem = Window(kernel: 7, stride: 2, padding: 3)
        var value = try network.convolution("features.conv0", image, outputs: stemWidth, stem, isCentred: false)
        value = try network.batchNormalization("features.norm0", value)
        value = try network.relu("features.relu0", value)
        value = try network.maxPool("features.pool0", value, Window(kernel: 3, stride: 2, padding: 1))
        var middle = value
        for (index, depth) in depths.enumerated() {
            let dilation = downsampling.current.dilation
            let name = "features.denseblock\(index + 1)"
            value = try denseBlock(&network, value, name: name, depth: depth, dilation: dilation)
            guard index + 1 < depths.count else { break }
            let transition = "features.transition\(index + 1)"
            (middle, value) = try self.transition(&network, value, name: transition, downsampling.next().stride)
        }
        value = try network.batchNormalization("features.norm5", value)
        return BackboneFeatures(middle: middle, last: try network.relu("relu", value))
    }

    func classify(_ network: inout NetworkBuilder, _ features: ValueID) throws(GraphError) -> ValueID {
        var value = try network.globalAveragePool("avgpool", features)
        value = try network.flatten("flatten", value)
        return try network.fullyConnected("classifier", value, outputs: 1_000, outputVariance: 4)
    }

    private func denseBlock(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        name: String,
        depth: Int,
        dilation: Int
    ) throws(GraphError) -> ValueID {
        var features = [input]
        for index in 1...depth {
            let layer = "\(name).denselayer\(index)"
            var value = index == 1 ? input : try network.concatenation(layer + ".concat", features)
            value = try network.batchNormalization(layer + ".norm1", value)
            value = try network.relu(layer + ".relu1", value)
            value = try network.convolution(layer + ".conv1", value, outputs: 4 * growthRate, Window(kernel: 1))
            value = try network.batchNormalization(layer + ".norm2", value)
            value = try network.relu(layer + ".relu2", value)
            let window = Window(kernel: 3, padding: dilation, dilation: dilation)
            features.append(try network.convolution(layer + ".conv2", value, outputs: growthRate, window))
        }
        return try network.concatenation(name + ".concat", features)
    }

    /// Halves channels and, with a stride of 2, the image; the rectified input is what a head may take.
    private func transition(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        name: String,
        _ stride: Int
    ) throws(GraphError) -> (rectified: ValueID, output: ValueID) {
        var value = try network.batchNormalization(name + ".norm", input)
        let rectified = try network.relu(name + ".relu", value)
        let outputs = network.channels(of: value) / 2
        value = try network.convolution(name + ".conv", rectified, outputs: outputs, Window(kernel: 1))
        guard stride > 1 else { return (rectified, value) }
        return (rectified, try network.averagePool(name + ".pool", value, Window(kernel: 2, stride: 2)))
    }
}
