import NetworkGraph

/// SSDLite's extra layers and predictors, as torchvision's `ssdlite320` (torchvision/models/detection/ssdlite.py).
///
/// Six feature maps: two of the backbone's and four extra ones, each half as wide as the one before. Each position of
/// each has six anchors (aspect ratios 2 and 3, their inverses, and two squares). The outputs are those of torchvision's
/// own ONNX file before boxes are decoded: class scores N x anchors x 91 and box offsets N x anchors x 4, anchors in the
/// order of maps, rows, columns, anchors of a position.
struct SSDLiteHead {
    /// Classes of COCO's numbering, background included.
    private static let classCount = 91
    private static let anchorCount = 6
    private static let extraWidths = [512, 256, 256, 128]

    func build(
        _ network: inout NetworkBuilder,
        _ features: BackboneFeatures
    ) throws(GraphError) -> [ValueID] {
        var maps = [features.middle, features.last]
        for (index, width) in Self.extraWidths.enumerated() {
            maps.append(try extraLayer(&network, maps[index + 1], name: "extra.\(index).", outputs: width))
        }
        return [
            try predictions(&network, maps, name: "head.classification_head", perAnchor: Self.classCount),
            try predictions(&network, maps, name: "head.regression_head", perAnchor: 4),
        ]
    }

    /// Halves the image, in a bottleneck of half the outputs.
    private func extraLayer(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        name: String,
        outputs: Int
    ) throws(GraphError) -> ValueID {
        let point = Window(kernel: 1)
        var value = try network.convolution(name + "0.0", input, outputs: outputs / 2, point)
        value = try normalizeAndClip(&network, value, name: name + "0.")
        value = try network.depthwise(name + "1.0", value, stride: 2)
        value = try normalizeAndClip(&network, value, name: name + "1.")
        value = try network.convolution(name + "2.0", value, outputs: outputs, point)
        return try normalizeAndClip(&network, value, name: name + "2.")
    }

    /// What is predicted of every anchor of every map: N x anchors x `perAnchor`.
    private func predictions(
        _ network: inout NetworkBuilder,
        _ maps: [ValueID],
        name: String,
        perAnchor: Int
    ) throws(GraphError) -> ValueID {
        var parts: [ValueID] = []
        for (index, map) in maps.enumerated() {
            let layer = "\(name).module_list.\(index)."
            var value = try network.depthwise(layer + "0.0", map, stride: 1)
            value = try normalizeAndClip(&network, value, name: layer + "0.")
            value = try network.convolution(
                layer + "1",
                value,
                outputs: Self.anchorCount * perAnchor,
                Window(kernel: 1),
                biasShift: 0,
                scale: .outputVariance(4)
            )
            parts.append(try network.anchorRows(layer, value, anchorCount: Self.anchorCount))
        }
        return try network.concatenation(name, parts)
    }

    /// Batch normalization, then ReLU6, as layers 1 and 2.
    private func normalizeAndClip(
        _ network: inout NetworkBuilder,
        _ input: ValueID,
        name: String
    ) throws(GraphError) -> ValueID {
        let value = try network.batchNormalization(name + "1", input)
        return try network.activation(.clip(lower: 0, upper: 6), name + "2", value)
    }
}

extension NetworkBuilder {
    /// N x (anchors · K) x H x W as N x (H · W · anchors) x K.
    ///
    /// Rows are predicted alike: as all elements of the map taken together.
    fileprivate mutating func anchorRows(
        _ name: String,
        _ input: ValueID,
        anchorCount: Int
    ) throws(GraphError) -> ValueID {
        let shape = graph.shape(of: input)
        let perAnchor = shape.channels / anchorCount
        let range = moments[input.index].range
        func alike(_ count: Int) -> ActivationMoments {
            let pooled = moments[input.index].pooled(moments[input.index].channels.indices)
            return ActivationMoments(channels: Array(repeating: pooled, count: count), range: range)
        }
        let rowCount = shape.height * shape.width * anchorCount
        let rows = try add(
            .transpose(permutation: [0, 2, 3, 1]),
            name + "transpose",
            input,
            moments: alike(shape.height)
        )
        let target = TensorShape([shape.batch, rowCount, perAnchor])
        return try add(.reshape(target), name + "reshape", rows, moments: alike(rowCount))
    }
}
