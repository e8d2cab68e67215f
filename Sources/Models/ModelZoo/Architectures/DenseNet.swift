import NetworkGraph

/// DenseNet-BC (arXiv 1608.06993): every layer reads the concatenation of all before it in its block.
struct DenseNet: Architecture {
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

    func build(_ network: inout NetworkBuilder, image: ValueID) throws(GraphError) -> ValueID {
        let stem = Window(kernel: 7, stride: 2, padding: 3)
        var value = try network.convolution("features.conv0", image, outputs: stemWidth, stem, isCentred: false)
        value = try network.batchNormalization("features.norm0", value)
        value = try network.relu("features.relu0", value)
        value = try network.maxPool("features.pool0", value, Window(kernel: 3, stride: 2, padding: 1))
        for (index, depth) in depths.enumerated() {
            value = try denseBlock(&network, value, name: "features.denseblock\(index + 1)", depth: depth)
            guard index + 1 < depths.count else { break }
            value = try transition(&network, value, name: "features.transition\(index + 1)")
        }
        value = try network.batchNormalization("features.norm5", value)
        value = try network.relu("relu", value)
        value = try network.globalAveragePool("avgpool", value)
        value = try network.flatten("flatten", value)
        return try network.fullyConnected("classifier", value, outputs: 1_000, outputVariance: 4)
    }

    private func denseBlock(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        name: String,
        depth: Int
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
            let window = Window(kernel: 3, padding: 1)
            features.append(try network.convolution(layer + ".conv2", value, outputs: growthRate, window))
        }
        return try network.concatenation(name + ".concat", features)
    }

    /// Halves channels and image.
    private func transition(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        name: String
    ) throws(GraphError) -> ValueID {
        var value = try network.batchNormalization(name + ".norm", input)
        value = try network.relu(name + ".relu", value)
        let outputs = network.channels(of: value) / 2
        value = try network.convolution(name + ".conv", value, outputs: outputs, Window(kernel: 1))
        return try network.averagePool(name + ".pool", value, Window(kernel: 2, stride: 2))
    }
}
