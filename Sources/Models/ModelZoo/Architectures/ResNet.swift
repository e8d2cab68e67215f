import NetworkGraph

/// ResNet (arXiv 1512.03385) with the stride of a bottleneck on its 3x3 convolution ("v1.5", as in torchvision).
struct ResNet: Backbone {
    let model: ZooModel
    /// Blocks in each of the four stages.
    let depths: [Int]
    /// Whether blocks are 1x1, 3x3, 1x1 rather than 3x3, 3x3.
    let hasBottlenecks: Bool

    static let variants = [
        ResNet("resnet18", [2, 2, 2, 2], .torchvision(.int8, percent: 69.494), hasBottlenecks: false),
        ResNet("resnet34", [3, 4, 6, 3], .torchvision(.float, percent: 73.314), hasBottlenecks: false),
        ResNet("resnet50", [3, 4, 6, 3], .torchvision(.int8, percent: 75.920)),
        ResNet("resnet101", [3, 4, 23, 3], .torchvision(.float, percent: 77.374)),
        ResNet("resnet152", [3, 8, 36, 3], .torchvision(.float, percent: 78.312)),
    ]

    private init(_ name: String, _ depths: [Int], _ accuracy: PublishedAccuracy, hasBottlenecks: Bool = true) {
        model = ZooModel(name: name, family: "resnet", hyperparameterCount: 2, publishedTop1: accuracy)
        self.depths = depths
        self.hasBottlenecks = hasBottlenecks
    }

    func features(
        _ network: inout NetworkBuilder,
        image: ValueID,
        outputStride: Int
    ) throws(GraphError) -> BackboneFeatures {
        var downsampling = Downsampling(outputStride: outputStride, after: 4)
        let stem = Window(kernel: 7, stride: 2, padding: 3)
        var value = try network.convolution("conv1", image, outputs: 64, stem, isCentred: false)
        value = try network.batchNormalization("bn1", value)
        value = try network.relu("relu", value)
        value = try network.maxPool("maxpool", value, Window(kernel: 3, stride: 2, padding: 1))
        var middle = value
        for (stage, depth) in depths.enumerated() {
            if stage == 3 { middle = value }
            for index in 0..<depth {
                let step = stage > 0 && index == 0 ? downsampling.next() : downsampling.current
                let block = Block(
                    name: "layer\(stage + 1).\(index)",
                    width: 64 << stage,
                    stride: step.stride,
                    dilation: step.dilation
                )
                value = hasBottlenecks ? try block.bottleneck(&network, value) : try block.basic(&network, value)
            }
        }
        return BackboneFeatures(middle: middle, last: value)
    }

    func classify(_ network: inout NetworkBuilder, _ features: ValueID) throws(GraphError) -> ValueID {
        var value = try network.globalAveragePool("avgpool", features)
        value = try network.flatten("flatten", value)
        return try network.fullyConnected("fc", value, outputs: 1_000, outputVariance: 4)
    }
}

/// A residual block.
private struct Block {
    let name: String
    let width: Int
    let stride: Int
    /// Of its 3x3 convolutions.
    let dilation: Int

    /// Scale of the branch's last normalization, see `NetworkBuilder.batchNormalization`.
    private static let branchGain = 0.25

    func basic(_ network: inout NetworkBuilder, _ input: ValueID) throws(GraphError) -> ValueID {
        var value = try network.convolution(
            name + ".conv1",
            input,
            outputs: width,
            Window(kernel: 3, stride: stride, padding: dilation, dilation: dilation)
        )
        value = try network.batchNormalization(name + ".bn1", value)
        value = try network.relu(name + ".relu1", value)
        let second = Window(kernel: 3, padding: dilation, dilation: dilation)
        value = try network.convolution(name + ".conv2", value, outputs: width, second)
        value = try network.batchNormalization(name + ".bn2", value, gain: Self.branchGain, shift: 0)
        return try join(&network, branch: value, input, activation: ".relu2")
    }

    func bottleneck(_ network: inout NetworkBuilder, _ input: ValueID) throws(GraphError) -> ValueID {
        let middle = Window(kernel: 3, stride: stride, padding: dilation, dilation: dilation)
        var value = try network.convolution(name + ".conv1", input, outputs: width, Window(kernel: 1))
        value = try network.batchNormalization(name + ".bn1", value)
        value = try network.relu(name + ".relu1", value)
        value = try network.convolution(name + ".conv2", value, outputs: width, middle)
        value = try network.batchNormalization(name + ".bn2", value)
        value = try network.relu(name + ".relu2", value)
        value = try network.convolution(name + ".conv3", value, outputs: 4 * width, Window(kernel: 1))
        value = try network.batchNormalization(name + ".bn3", value, gain: Self.branchGain, shift: 0)
        return try join(&network, branch: value, input, activation: ".relu3")
    }

    /// Adds the input to the branch, projected where the shapes differ.
    private func join(
        _ network: inout NetworkBuilder,
        branch: ValueID,
        _ input: ValueID,
        activation: String
    ) throws(GraphError) -> ValueID {
        var shortcut = input
        let outputs = network.channels(of: branch)
        if stride != 1 || network.channels(of: input) != outputs {
            let window = Window(kernel: 1, stride: stride)
            shortcut = try network.convolution(name + ".downsample.0", input, outputs: outputs, window)
            shortcut = try network.batchNormalization(name + ".downsample.1", shortcut)
        }
        return try network.rectifiedSum(
            name + ".add",
            activation: name + activation,
            branch: branch,
            shortcut: shortcut
        )
    }
}
