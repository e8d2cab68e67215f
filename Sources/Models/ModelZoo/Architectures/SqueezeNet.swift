import NetworkGraph

/// SqueezeNet 1.1 (arXiv 1602.07360 and its authors' later release): fire modules, no batch normalization.
struct SqueezeNet: Architecture {
    let model: ZooModel

    static let variants = [
        SqueezeNet(
            model: ZooModel(
                name: "squeezenet1_1",
                family: "squeezenet",
                hyperparameterCount: 3,
                publishedTop1: .torchvision(.float, percent: 58.178)
            )
        )
    ]

    /// Squeezed and expanded channels of the fire modules, pooling before those that follow a nil.
    private static let layers: [(squeezed: Int, expanded: Int)?] = [
        nil, (16, 64), (16, 64), nil, (32, 128), (32, 128), nil, (48, 192), (48, 192), (64, 256), (64, 256),
    ]

    func build(_ network: inout NetworkBuilder, image: ValueID) throws(GraphError) -> ValueID {
        let stem = Window(kernel: 3, stride: 2)
        var value = try convolution(&network, image, "features.0", activation: "features.1", outputs: 64, stem)
        for (index, layer) in Self.layers.enumerated() {
            let name = "features.\(index + 2)"
            if let layer {
                value = try fire(&network, value, name: name + ".", squeezed: layer.squeezed, expanded: layer.expanded)
            } else {
                value = try network.maxPool(name, value, Window(kernel: 3, stride: 2, ceilMode: true))
            }
        }
        let window = Window(kernel: 1)
        value = try convolution(&network, value, "classifier.1", activation: "classifier.2", outputs: 1_000, window)
        value = try network.globalAveragePool("classifier.3", value)
        return try network.flatten("flatten", value)
    }

    private func fire(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        name: String,
        squeezed: Int,
        expanded: Int
    ) throws(GraphError) -> ValueID {
        func layer(_ name: String, _ input: ValueID, _ outputs: Int, _ window: Window) throws(GraphError) -> ValueID {
            try convolution(&network, input, name, activation: name + "_activation", outputs: outputs, window)
        }
        let value = try layer(name + "squeeze", input, squeezed, Window(kernel: 1))
        let narrow = try layer(name + "expand1x1", value, expanded, Window(kernel: 1))
        let wide = try layer(name + "expand3x3", value, expanded, Window(kernel: 3, padding: 1))
        return try network.concatenation(name + "concat", [narrow, wide])
    }

    /// A convolution with bias and ReLU.
    private func convolution(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        _ name: String,
        activation: String,
        outputs: Int,
        _ window: Window
    ) throws(GraphError) -> ValueID {
        let value = try network.convolution(
            name,
            input,
            outputs: outputs,
            window,
            biasShift: ActivationMoments.preActivationShift,
            scale: .outputVariance(1),
            isCentred: network.channels(of: input) != 3
        )
        return try network.relu(activation, value)
    }
}
