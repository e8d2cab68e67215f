import NetworkGraph

/// Checks one node against the values it reads and writes, whose shapes are known to be sane.
struct NodeValidation {
    let operation: QuantizedOperation
    let inputs: [QuantizedValue]
    let outputs: [QuantizedValue]

    func validate() throws(QuantizationError) {
        switch operation {
        case .convolution(let convolution): try validate(convolution)
        case .fullyConnected(let layer): try validate(layer)
        case .convolutionTranspose(let convolution): try validate(convolution)
        case .add(let activation), .subtract(let activation):
            try requireBroadcast()
            try validate(activation)
        case .multiply(let activation):
            try requireBroadcast()
            let scale = Requantization.multiplier(
                inputScale: inputs[0].quantization.scale,
                weightScale: inputs[1].quantization.scale,
                outputScale: outputs[0].quantization.scale
            )
            try require(Requantization.isUsable(scale), "input and output scales are too far apart")
            try validate(activation)
        case .constant(let elements):
            try requireCounts(inputs: 0...0)
            try require(
                elements.count == outputs[0].shape.elementCount,
                "has \(elements.count) elements for shape \(outputs[0].shape)"
            )
        case .channelAffine(let multipliers, let offsets, let activation):
            try requireCounts()
            try requireOutput(inputs[0].shape)
            let channels = inputs[0].shape.channels
            try require(
                multipliers.count == channels && offsets.count == channels,
                "has \(multipliers.count) multipliers and \(offsets.count) offsets for \(channels) channels"
            )
            let output = outputs[0].quantization.scale
            try requireUsable(multipliers, scale: inputs[0].quantization.scale / output)
            try requireUsable(offsets, scale: 1 / output)
            try validate(activation)
        case .activation(let activation):
            try requireCounts()
            try requireOutput(inputs[0].shape)
            try validate(activation)
        case .function(let function, let activation):
            try requireCounts()
            try requireOutput(inputs[0].shape)
            try requireShape(following: .function(function))
            try validate(activation)
        case .requantize:
            try requireCounts()
            try requireOutput(inputs[0].shape)
        case .softmax:
            try requireCounts()
            try requireOutput(inputs[0].shape)
            try requireShape(following: .softmax)
            try requireUsable([1], scale: 1 / outputs[0].quantization.scale)
        case .reshape:
            try requireKept(.reshape(outputs.first?.shape ?? inputs[0].shape))
        case .transpose(let permutation): try requireKept(.transpose(permutation: permutation))
        case .slice(let slice): try requireKept(.slice(slice))
        case .pad(let padding): try requireKept(.pad(padding))
        case .resize(let resize):
            if case .nearest = resize.mode { return try requireKept(.resize(resize)) }
            try requireCounts()
            try requireShape(following: .resize(resize))
            try requireRatio()
        case .maxPool(let window):
            try requireCounts()
            try requireSameReals()
            try validate(pool: window)
        case .averagePool(let window, _):
            try requireCounts()
            try validate(pool: window)
        case .globalAveragePool:
            try requireCounts()
            let shape = inputs[0].shape
            try require(shape.rank == 4 && shape.height * shape.width <= Self.largestWindow, "is not over an image")
            try requireOutput(TensorShape(batch: shape.batch, channels: shape.channels, height: 1, width: 1))
        case .concatenate:
            try requireCounts(inputs: 1...Int.max)
            try requireChannels(whole: outputs[0], parts: inputs)
        case .split(let sizes):
            try requireCounts(outputs: 1...Int.max)
            try requireSameReals()
            try requireChannels(whole: inputs[0], parts: outputs)
            try require(sizes == outputs.map(\.shape.channels), "outputs do not have the sizes \(sizes)")
        case .channelShuffle(let groups):
            try requireCounts()
            try requireSameReals()
            try requireOutput(inputs[0].shape)
            try require(
                groups >= 1 && inputs[0].shape.channels % groups == 0,
                "\(groups) groups do not divide channels"
            )
        case .flatten:
            try requireCounts()
            try requireSameReals()
            let shape = inputs[0].shape
            try requireOutput(TensorShape([shape.batch, shape.elementCount / shape.batch]))
        }
    }

    private func validate(_ convolution: QuantizedConvolution) throws(QuantizationError) {
        try requireCounts()
        let input = inputs[0].shape
        let output = outputs[0].shape
        try validate(convolution.window)
        try require(input.rank == 4 && output.rank == 4, "is not over images")
        try require(
            convolution.groups >= 1 && input.channels % convolution.groups == 0
                && output.channels % convolution.groups == 0,
            "\(convolution.groups) groups do not divide \(input.channels) and \(output.channels) channels"
        )
        try require(
            output.batch == input.batch && !convolution.window.ceilMode
                && convolution.window.hasExtent(output.height, output.width, over: input.height, input.width),
            "output \(output) does not follow from input \(input) and the window"
        )
        try validate(
            rows: output.channels,
            depth: input.channels / convolution.groups * convolution.window.elementCount,
            weights: convolution.weights,
            scales: convolution.weightScales,
            bias: convolution.bias
        )
        try validate(convolution.activation)
    }

    private func validate(_ convolution: QuantizedConvolutionTranspose) throws(QuantizationError) {
        try requireCounts()
        let input = inputs[0].shape
        let output = outputs[0].shape
        try validate(convolution.window)
        try require(input.rank == 4 && output.rank == 4, "is not over images")
        try require(
            convolution.groups >= 1 && input.channels % convolution.groups == 0
                && output.channels % convolution.groups == 0,
            "\(convolution.groups) groups do not divide \(input.channels) and \(output.channels) channels"
        )
        let window = convolution.window
        let filters = TensorShape([
            output.channels, input.channels / convolution.groups, window.kernelHeight, window.kernelWidth,
        ])
        try requireShape(
            following: .convolutionTranspose(
                ConvolutionTranspose(
                    window: window,
                    outputPaddingHeight: convolution.outputPaddingHeight,
                    outputPaddingWidth: convolution.outputPaddingWidth,
                    groups: convolution.groups,
                    weights: Parameter(shape: filters) { _, _ in }
                )
            )
        )
        try validate(
            rows: output.channels,
            depth: input.channels / convolution.groups * window.elementCount,
            weights: convolution.weights,
            scales: convolution.weightScales,
            bias: convolution.bias
        )
        try validate(convolution.activation)
    }

    private func validate(_ layer: QuantizedFullyConnected) throws(QuantizationError) {
        try requireCounts()
        let input = inputs[0].shape
        let output = outputs[0].shape
        try require(
            input.rank == 2 && output.rank == 2 && output.batch == input.batch,
            "output \(output) does not follow from input \(input)"
        )
        try validate(
            rows: output.channels,
            depth: input.channels,
            weights: layer.weights,
            scales: layer.weightScales,
            bias: layer.bias
        )
        try validate(layer.activation)
    }

    private func validate(
        rows: Int,
        depth: Int,
        weights: [Int8],
        scales: [Float],
        bias: [Int32]
    ) throws(QuantizationError) {
        let (count, overflow) = rows.multipliedReportingOverflow(by: depth)
        try require(!overflow && weights.count == count, "has \(weights.count) weights, not \(rows)x\(depth)")
        try require(scales.count == rows && bias.count == rows, "does not have \(rows) weight scales and biases")
        // 2^31 / (255·128) = 65,793 products of u8 and s8 fit an s32 accumulator in the worst case. Longer rows are
        // judged by the weights they have.
        let parameters = inputs[0].quantization
        for row in 0..<rows {
            let multiplier = Requantization.multiplier(
                inputScale: parameters.scale,
                weightScale: scales[row],
                outputScale: outputs[0].quantization.scale
            )
            try require(
                scales[row] > 0 && Requantization.isUsable(multiplier),
                "weight scale \(scales[row]) of output \(row) is not a usable positive number"
            )
            // Twice: the zero point's compensation is added to the bias.
            let (worst, isFar) = depth.multipliedReportingOverflow(by: 2 * 255 * 128)
            if isFar || worst > Int(Int32.max) - Int(bias[row].magnitude) {
                try requireAccumulator(row: row, depth: depth, weights, bias[row])
            }
        }
    }

    /// The exact test where the quick one is not enough: no partial sum may leave s32.
    private func requireAccumulator(
        row: Int,
        depth: Int,
        _ weights: [Int8],
        _ bias: Int32
    ) throws(QuantizationError) {
        var positive = 0
        var negative = 0
        for weight in weights[(row * depth)..<((row + 1) * depth)] {
            if weight > 0 { positive += Int(weight) } else { negative += Int(weight) }
        }
        let start = Int(bias) - Int(inputs[0].quantization.engineZeroPoint) * (positive + negative)
        try require(
            start + 255 * positive <= Int(Int32.max) && start + 255 * negative >= Int(Int32.min),
            "output \(row) can overflow its 32-bit sum; use smaller weights or a wider weight scale"
        )
    }
}
