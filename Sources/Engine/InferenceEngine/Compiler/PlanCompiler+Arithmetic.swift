import NetworkGraph
import Quantization

extension PlanCompiler {
    /// Makes a node the combination of two values.
    mutating func pack(
        _ combination: Combination,
        _ activation: Activation?,
        _ node: LoweredNode,
        _ step: inout PlanStep
    ) {
        let values = (node.inputs + node.outputs).map { network.values[$0] }
        let scales = values.map(\.quantization.scale)
        let second = tensor(node.inputs[1])
        step.second = second
        setBounds(&step, activation, values[2])
        switch combination {
        case .sum, .difference:
            step.kind = .add
            step.inputMultiplier = Requantization.multiplier(inputScale: scales[0], outputScale: scales[2])
            let multiplier = Requantization.multiplier(inputScale: scales[1], outputScale: scales[2])
            // A product's sign is exact, so adding the negative is subtracting.
            step.secondMultiplier = combination == .difference ? -multiplier : multiplier
        case .product:
            step.kind = .multiply
            step.inputMultiplier = Requantization.multiplier(
                inputScale: scales[0],
                weightScale: scales[1],
                outputScale: scales[2]
            )
        }
        let tensors = [step.input, second, step.output].map { self.tensors[$0] }
        guard !tensors[0].isShaped(like: tensors[1], tensors[2]) else { return }
        let walk = BroadcastWalk(shapes: values.map(\.shape), tensors: tensors)
        step.weights = blob.append(walk.encoded)
    }

    /// Makes a node a softmax along its channels.
    mutating func packSoftmax(_ node: LoweredNode, _ step: inout PlanStep) {
        let output = network.values[node.outputs[0]]
        step.kind = .softmax
        setBounds(&step, nil, output)
        step.inputMultiplier = Requantization.multiplier(inputScale: 1, outputScale: output.quantization.scale)
        step.weights = blob.append(
            Requantization.softmaxTable(inputScale: network.values[node.inputs[0]].quantization.scale)
        )
    }

    /// Makes a node a linear scaling: neighbours and weights of each output row and column.
    mutating func pack(_ resize: Resize, _ node: LoweredNode, _ step: inout PlanStep) {
        let input = network.values[node.inputs[0]]
        let output = network.values[node.outputs[0]]
        step.kind = .resizeLinear
        setBounds(&step, nil, output)
        step.inputMultiplier = Requantization.multiplier(
            inputScale: input.quantization.scale,
            outputScale: output.quantization.scale
        )
        let taps =
            Resize.linearTaps(
                input: input.shape.height,
                output: output.shape.height,
                scale: resize.scaleHeight,
                resize.coordinates
            )
            + Resize.linearTaps(
                input: input.shape.width,
                output: output.shape.width,
                scale: resize.scaleWidth,
                resize.coordinates
            )
        step.weights = blob.append(taps.flatMap { [Int32($0.low), Int32($0.high)] })
        step.multipliers = blob.append(taps.map(\.fraction))
    }
}

extension [UInt8] {
    /// The elements of a row-major value as the engine stores them: axis 1 innermost, the other axes in order.
    func channelsLast(_ shape: TensorShape) -> [UInt8] {
        let channels = shape.channels
        let inner = count / shape.batch / channels
        var result = self
        for image in 0..<shape.batch {
            for channel in 0..<channels {
                for place in 0..<inner {
                    result[(image * inner + place) * channels + channel] =
                        self[(image * channels + channel) * inner + place]
                }
            }
        }
        return result
    }
}
