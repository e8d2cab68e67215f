extension Convolution {
    /// Output shape over an image.
    func outputShape(over input: TensorShape, node: String) throws(GraphError) -> TensorShape {
        try requireImage(input, node)
        try window.validate(node: node)
        guard !window.ceilMode else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "a convolution that rounds its extent up",
                remedy: "ceilMode is for pooling; pad the input instead"
            )
        }
        let shape = weights.shape
        guard shape.checkedElementCount != nil, shape.rank == 4, shape.height == window.kernelHeight,
            shape.width == window.kernelWidth
        else {
            throw GraphError(
                .shapeMismatch,
                node: node,
                problem: "weights of shape \(shape) for a \(window.kernelHeight)x\(window.kernelWidth) window",
                remedy: "weights are [outputs][inputs / groups][kernelHeight][kernelWidth]"
            )
        }
        guard groups >= 1, shape.batch % groups == 0, input.channels % groups == 0,
            shape.channels == input.channels / groups
        else {
            throw GraphError(
                .shapeMismatch,
                node: node,
                problem: "weights of shape \(shape) in \(groups) groups over \(input.channels) channels",
                remedy: "groups divide both channel counts, and weights take inputs / groups channels each"
            )
        }
        try validateVector(bias, name: "bias", count: shape.batch, node: node)
        let (height, width) = try window.outputExtents(over: input, node: node)
        return TensorShape(batch: input.batch, channels: shape.batch, height: height, width: width)
    }
}

extension FullyConnected {
    /// Output shape over vectors.
    func outputShape(over input: TensorShape, node: String) throws(GraphError) -> TensorShape {
        let shape = weights.shape
        guard input.rank == 2, shape.rank == 2, shape.checkedElementCount != nil, shape.channels == input.channels
        else {
            throw GraphError(
                .shapeMismatch,
                node: node,
                problem: "weights of shape \(shape) over an input of shape \(input)",
                remedy: "the input is N x C (flatten it first) and weights are [outputs][C]"
            )
        }
        try validateVector(bias, name: "bias", count: shape.batch, node: node)
        return TensorShape([input.batch, shape.batch])
    }
}

extension BatchNormalization {
    /// Throws unless all four vectors have one element a channel and epsilon is usable.
    func validate(channels: Int, node: String) throws(GraphError) {
        for (name, vector) in [("scale", scale), ("shift", shift), ("mean", mean), ("variance", variance)] {
            try validateVector(vector, name: name, count: channels, node: node)
        }
        guard epsilon.isFinite, epsilon >= 0 else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "epsilon is \(epsilon)",
                remedy: "epsilon is a finite number of at least 0"
            )
        }
    }
}

extension Activation {
    /// Throws unless the bounds are numbers in order.
    func validate(node: String) throws(GraphError) {
        if case .clip(let lower, let upper) = self, !(lower <= upper) {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "clips to \(lower)...\(upper)",
                remedy: "the lower bound is to be at most the upper"
            )
        }
    }
}

/// Throws unless a vector is absent or has `count` elements.
func validateVector(_ vector: Parameter?, name: String, count: Int, node: String) throws(GraphError) {
    guard let shape = vector?.shape, shape.dimensions != [count] else { return }
    throw GraphError(
        .shapeMismatch,
        node: node,
        problem: "\(name) of shape \(shape) for \(count) channels",
        remedy: "\(name) is a vector with one element a channel"
    )
}
