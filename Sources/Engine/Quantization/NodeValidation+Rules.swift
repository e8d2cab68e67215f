public import NetworkGraph

extension NodeValidation {
    /// The most taps of a window: sums of that many u8 stay exact in Float.
    static var largestWindow: Int { 1 << 16 }

    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(QuantizationError) {
        guard condition else { throw QuantizationError(.inconsistent, message()) }
    }

    func requireCounts(
        inputs inputRange: ClosedRange<Int> = 1...1,
        outputs outputRange: ClosedRange<Int> = 1...1
    ) throws(QuantizationError) {
        try require(
            inputRange.contains(inputs.count) && outputRange.contains(outputs.count),
            "has \(inputs.count) inputs and \(outputs.count) outputs"
        )
    }

    func requireOutput(_ shape: TensorShape) throws(QuantizationError) {
        try require(outputs[0].shape == shape, "output is \(outputs[0].shape), not \(shape)")
        try requireRatio()
    }

    /// Every value's scale must be reachable from the inputs' by a usable multiplier.
    func requireRatio() throws(QuantizationError) {
        for input in inputs {
            for output in outputs {
                let ratio = Requantization.multiplier(
                    inputScale: input.quantization.scale,
                    outputScale: output.quantization.scale
                )
                try require(Requantization.isUsable(ratio), "input and output scales are too far apart")
            }
        }
    }

    func requireSameReals() throws(QuantizationError) {
        let parameters = inputs[0].quantization
        try require(
            outputs.allSatisfy { $0.quantization.hasSameReals(as: parameters) },
            "output must have its input's scale and zero point; requantize before or after it"
        )
    }

    /// Two inputs whose shapes combine to the output's.
    func requireBroadcast() throws(QuantizationError) {
        try requireCounts(inputs: 2...2)
        let (left, right) = (inputs[0].shape, inputs[1].shape)
        guard let shape = left.broadcast(with: right) else {
            throw QuantizationError(.inconsistent, "combines \(left) and \(right)")
        }
        try requireOutput(shape)
    }

    /// An operator that moves elements: one input, one output of the shape it gives, on the same parameters.
    func requireKept(_ operation: Operation) throws(QuantizationError) {
        try requireCounts()
        try requireSameReals()
        try requireShape(following: operation)
    }

    /// The float operator's own shape rule, and whatever else it checks.
    func requireShape(following operation: Operation) throws(QuantizationError) {
        do throws(GraphError) {
            let shapes = try operation.outputShapes(forInputs: inputs.map(\.shape), node: outputs[0].name)
            guard shapes != outputs.map(\.shape) else { return }
            throw GraphError(
                .shapeMismatch,
                node: outputs[0].name,
                problem: "is \(outputs[0].shape), not \(shapes[0])",
                remedy: "record the inferred shape"
            )
        } catch {
            throw QuantizationError(.inconsistent, "\(error)")
        }
    }

    func requireUsable(_ numbers: [Float], scale: Float) throws(QuantizationError) {
        try require(
            scale.isFinite && numbers.allSatisfy { Requantization.isUsable($0 * scale) },
            "a multiplier or offset is not a usable number"
        )
    }

    /// The parts' channels make up the whole's, everything else being equal.
    func requireChannels(whole: QuantizedValue, parts: [QuantizedValue]) throws(QuantizationError) {
        try require(whole.shape.rank >= 2, "\(whole.shape) has no channels")
        var channels = 0
        for part in parts {
            channels += part.shape.channels
            var expected = whole.shape
            expected.dimensions[1] = part.shape.channels
            try require(part.shape == expected, "\(part.shape) does not match \(whole.shape)")
        }
        try require(channels == whole.shape.channels, "parts have \(channels) channels, not \(whole.shape.channels)")
        try requireRatio()
    }

    func validate(_ activation: Activation?) throws(QuantizationError) {
        guard case .clip(let lower, let upper) = activation else { return }
        // Also false for NaN.
        try require(lower <= upper, "clips to \(lower)...\(upper)")
    }

    /// Sizes small enough that positions and element counts fit in Int with room to spare.
    func validate(_ window: Window) throws(QuantizationError) {
        let extents = [
            window.kernelHeight, window.kernelWidth, window.strideHeight, window.strideWidth,
            window.dilationHeight, window.dilationWidth,
        ]
        let pads = [window.padTop, window.padLeft, window.padBottom, window.padRight]
        let limit = Self.largestWindow
        try require(
            extents.allSatisfy { (1...limit).contains($0) } && pads.allSatisfy { (0...limit).contains($0) }
                && window.elementCount <= limit,
            "window has an extent, stride, dilation or padding out of range"
        )
    }

    func validate(pool window: Window) throws(QuantizationError) {
        try validate(window)
        let input = inputs[0].shape
        let output = outputs[0].shape
        try require(
            input.rank == 4 && output.rank == 4 && output.batch == input.batch && output.channels == input.channels
                && window.hasExtent(output.height, output.width, over: input.height, input.width),
            "output \(output) does not follow from input \(input) and the window"
        )
        try require(
            window.touchesInput(height: input.height, width: input.width, output.height, output.width),
            "a window lies wholly in the padding; use less padding"
        )
        try requireRatio()
    }
}

extension Window {
    /// Whether an output of this extent follows from an input's.
    ///
    /// In `ceilMode` a last window that would start behind the input and its leading padding is left out
    /// (PyTorch's and ONNX's rule), but files that keep it are accepted: the window must then still touch the input.
    public func hasExtent(_ outputHeight: Int, _ outputWidth: Int, over height: Int, _ width: Int) -> Bool {
        func matches(_ output: Int, _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pads: Int) -> Bool {
            let room = input + pads - (dilation * (kernel - 1) + 1)
            guard room >= 0 else { return false }
            let floor = room / stride + 1
            return output == floor || (ceilMode && room % stride != 0 && output == floor + 1)
        }
        return matches(outputHeight, height, kernelHeight, strideHeight, dilationHeight, padTop + padBottom)
            && matches(outputWidth, width, kernelWidth, strideWidth, dilationWidth, padLeft + padRight)
    }

    /// Whether every window of an output covers at least one element of the input.
    public func touchesInput(height: Int, width: Int, _ outputHeight: Int, _ outputWidth: Int) -> Bool {
        func touches(_ output: Int, _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int) -> Bool {
            // Windows that start inside touch with their first element; only the last can start behind the input.
            if (output - 1) * stride - pad >= input { return false }
            var start = -pad
            var position = 0
            while start < 0, position < output {
                let tap = (-start + dilation - 1) / dilation
                if tap >= kernel || start + tap * dilation >= input { return false }
                position += 1
                start += stride
            }
            return true
        }
        return touches(outputHeight, height, kernelHeight, strideHeight, dilationHeight, padTop)
            && touches(outputWidth, width, kernelWidth, strideWidth, dilationWidth, padLeft)
    }
}
