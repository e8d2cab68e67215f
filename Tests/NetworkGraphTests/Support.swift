import NetworkGraph

/// A parameter of zeros whose values no test reads.
func zeros(_ dimensions: Int...) -> Parameter {
    Parameter(shape: TensorShape(dimensions)) { _, row in
        for index in row.indices { row[index] = 0 }
    }
}

/// A convolution operator of zeros.
func convolution(_ inputs: Int, _ outputs: Int, _ window: Window, groups: Int = 1) -> Operation {
    .convolution(
        Convolution(
            window: window,
            groups: groups,
            weights: zeros(outputs, inputs / groups, window.kernelHeight, window.kernelWidth)
        )
    )
}

/// A batch normalization of zeros.
func normalization(_ channels: Int) -> BatchNormalization {
    BatchNormalization(scale: zeros(channels), shift: zeros(channels), mean: zeros(channels), variance: zeros(channels))
}

/// An image shape of one image.
func image(_ channels: Int, _ height: Int, _ width: Int) -> TensorShape {
    TensorShape(channels: channels, height: height, width: width)
}
