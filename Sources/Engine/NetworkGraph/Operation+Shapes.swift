extension Operation {
    /// Infers the shapes of an operator's outputs.
    ///
    /// - Parameters:
    ///   - inputs: Shapes of the values read, in the operator's order; each at least 1 in every extent.
    ///   - node: The node's name, for the error.
    /// - Returns: Shapes of the values written, in the operator's order.
    /// - Throws: `GraphError` when the inputs or the operator's own arguments do not fit; never traps.
    public func outputShapes(forInputs inputs: [TensorShape], node: String) throws(GraphError) -> [TensorShape] {
        for shape in inputs { try shape.validateAsValue(of: node) }
        let outputs = try inferredShapes(inputs, node: node)
        for shape in outputs { try shape.validateAsValue(of: node) }
        return outputs
    }

    private func inferredShapes(_ inputs: [TensorShape], node: String) throws(GraphError) -> [TensorShape] {
        switch self {
        case .add, .subtract, .multiply:
            guard inputs.count == 2 else { throw wrongCount(inputs.count, expected: "2", node) }
            guard let shape = inputs[0].broadcast(with: inputs[1]) else {
                throw GraphError(
                    .shapeMismatch,
                    node: node,
                    problem: "cannot combine \(inputs[0]) and \(inputs[1])",
                    remedy: "both need one rank, and extents that are equal or 1"
                )
            }
            return [shape]
        case .constant(let parameter):
            guard inputs.isEmpty else { throw wrongCount(inputs.count, expected: "none", node) }
            return [parameter.shape]
        case .concatenate:
            return [try concatenatedShape(inputs, node: node)]
        default:
            guard inputs.count == 1 else { throw wrongCount(inputs.count, expected: "1", node) }
            return try shapes(over: inputs[0], node: node)
        }
    }

    private func shapes(over input: TensorShape, node: String) throws(GraphError) -> [TensorShape] {
        switch self {
        case .convolution(let convolution):
            return [try convolution.outputShape(over: input, node: node)]
        case .fullyConnected(let layer):
            return [try layer.outputShape(over: input, node: node)]
        case .batchNormalization(let normalization):
            try normalization.validate(channels: input.channels, node: node)
            return [input]
        case .convolutionTranspose(let convolution):
            return [try convolution.outputShape(over: input, node: node)]
        case .activation(let activation):
            try activation.validate(node: node)
            return [input]
        case .function(let function):
            try function.validate(node: node)
            return [input]
        case .softmax:
            try requireChannels(input, node)
            return [input]
        case .reshape(let shape):
            return [try input.reshaped(to: shape, node: node)]
        case .transpose(let permutation):
            return [try input.transposed(permutation, node: node)]
        case .slice(let slice):
            return [try slice.outputShape(over: input, node: node)]
        case .pad(let padding):
            return [try padding.outputShape(over: input, node: node)]
        case .resize(let resize):
            return [try resize.outputShape(over: input, node: node)]
        case .maxPool(let window), .averagePool(let window, _):
            return [try pooledShape(over: input, window: window, node: node)]
        case .globalAveragePool:
            try requireImage(input, node)
            return [TensorShape(batch: input.batch, channels: input.channels, height: 1, width: 1)]
        case .split(let sizes):
            return try splitShapes(of: input, sizes: sizes, node: node)
        case .channelShuffle(let groups):
            guard groups >= 1, input.channels % groups == 0 else {
                throw GraphError(
                    .invalidArgument,
                    node: node,
                    problem: "cannot shuffle \(input.channels) channels in \(groups) groups",
                    remedy: "the number of groups is to divide the number of channels"
                )
            }
            return [input]
        case .flatten:
            return [TensorShape([input.batch, input.elementCount / input.batch])]
        case .add, .subtract, .multiply, .constant, .concatenate:
            preconditionFailure("handled with their several inputs")
        }
    }

    private func wrongCount(_ count: Int, expected: String, _ node: String) -> GraphError {
        GraphError(
            .wrongValueCount,
            node: node,
            problem: "\(count) inputs",
            remedy: "this operator reads \(expected)"
        )
    }

    private func concatenatedShape(_ inputs: [TensorShape], node: String) throws(GraphError) -> TensorShape {
        guard var result = inputs.first else { throw wrongCount(0, expected: "at least 1", node) }
        try requireChannels(result, node)
        for other in inputs.dropFirst() {
            var aligned = other
            if aligned.rank > 1 { aligned.dimensions[1] = result.channels }
            guard aligned == result else {
                throw GraphError(
                    .shapeMismatch,
                    node: node,
                    problem: "cannot join \(other) to \(result) along the channels",
                    remedy: "batch, height and width are to be equal"
                )
            }
            let (channels, overflow) = result.channels.addingReportingOverflow(other.channels)
            result.dimensions[1] = overflow ? Int.max : channels
        }
        return result
    }

    private func splitShapes(of input: TensorShape, sizes: [Int], node: String) throws(GraphError) -> [TensorShape] {
        try requireChannels(input, node)
        var remaining = input.channels
        for size in sizes where size >= 1 && remaining >= 0 { remaining -= min(size, remaining + 1) }
        guard !sizes.isEmpty, remaining == 0, sizes.allSatisfy({ $0 >= 1 }) else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "cannot split \(input.channels) channels into \(sizes.prefix(16))",
                remedy: "sizes start at 1 and add up to the number of channels"
            )
        }
        return sizes.map { size in
            var part = input
            part.dimensions[1] = size
            return part
        }
    }

    private func pooledShape(over input: TensorShape, window: Window, node: String) throws(GraphError) -> TensorShape {
        try requireImage(input, node)
        try window.validate(node: node)
        let (height, width) = try window.outputExtents(over: input, node: node)
        guard window.vertical.alwaysMeetsInput(input: input.height, output: height),
            window.horizontal.alwaysMeetsInput(input: input.width, output: width)
        else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "a pooling window would cover nothing but padding",
                remedy: "padding is to be smaller than the window"
            )
        }
        return TensorShape(batch: input.batch, channels: input.channels, height: height, width: width)
    }
}

func requireChannels(_ shape: TensorShape, _ node: String) throws(GraphError) {
    guard shape.rank >= 2 else {
        throw GraphError(
            .shapeMismatch,
            node: node,
            problem: "an input of shape \(shape)",
            remedy: "this operator works along axis 1, the channels: give it one"
        )
    }
}

func requireImage(_ shape: TensorShape, _ node: String) throws(GraphError) {
    guard shape.rank == 4 else {
        throw GraphError(
            .shapeMismatch,
            node: node,
            problem: "an input of shape \(shape)",
            remedy: "this operator reads images, N x C x H x W"
        )
    }
}
