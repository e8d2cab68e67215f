import NetworkGraph
import Testing

@testable import FloatInference

/// Every operator against plain loops, on odd shapes, on one thread and several.
@Suite struct OperatorTests {
    private func check(
        _ operation: Operation,
        _ shapes: [TensorShape],
        outputs: Int = 1,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let graph = try graph(of: operation, over: shapes, outputs: outputs)
        var noise = Noise(7)
        let inputs = shapes.map { noise.floats($0.elementCount).map { $0 * 4 } }
        let expected = plainLoops(
            operation,
            zip(shapes, inputs).map { Tensor(shape: $0, elements: $1) },
            graph.outputs.map(graph.shape(of:))
        )
        let one = try FloatExecutor(graph: graph, threads: 1).run(inputs)
        let three = try FloatExecutor(graph: graph, threads: 3).run(inputs)
        #expect(one == three, "threads change the result", sourceLocation: location)
        for (result, expected) in zip(one, expected) {
            let largest = expected.reduce(1) { max($0, abs($1)) }
            let worst = zip(result, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
            #expect(result.count == expected.count && worst <= 1e-5 * largest, "\(worst)", sourceLocation: location)
        }
    }

    @Test(arguments: [
        // inputs, outputs, groups, batch, height, width
        (3, 16, 1, 1, 9, 11), (8, 7, 1, 2, 5, 5), (12, 18, 3, 1, 7, 8), (6, 12, 6, 2, 6, 7), (10, 10, 10, 2, 9, 13),
        (64, 300, 1, 1, 3, 3), (50, 13, 1, 1, 20, 21), (1, 1, 1, 1, 4, 4),
    ])
    func convolution(_ inputs: Int, _ outputs: Int, _ groups: Int, _ batch: Int, _ height: Int, _ width: Int) throws {
        var noise = Noise(1)
        var odd = Window(kernel: 3, stride: 2, padding: 1, dilation: 1)
        (odd.kernelWidth, odd.padLeft, odd.padBottom, odd.strideWidth, odd.dilationHeight) = (2, 0, 2, 1, 2)
        for window in [Window(kernel: 1), Window(kernel: 3, padding: 1), Window(kernel: 3, stride: 2), odd] {
            let layer = Convolution(
                window: window,
                groups: groups,
                weights: noise.parameter(outputs, inputs / groups, window.kernelHeight, window.kernelWidth),
                bias: window.kernelWidth == 2 ? nil : noise.parameter(outputs)
            )
            let shape = TensorShape(batch: batch, channels: inputs, height: height, width: width)
            try check(.convolution(layer), [shape])
        }
    }

    @Test(arguments: [(4, 6, 1), (6, 4, 2), (5, 5, 5)])
    func convolutionTranspose(_ inputs: Int, _ outputs: Int, _ groups: Int) throws {
        var noise = Noise(2)
        var odd = Window(kernel: 3, stride: 3, padding: 1)
        (odd.kernelHeight, odd.dilationWidth, odd.padRight) = (4, 2, 0)
        for (window, padding) in [
            (Window(kernel: 2, stride: 2), 0), (Window(kernel: 3, stride: 2, padding: 1), 1), (odd, 2),
            (Window(kernel: 1, padding: 1), 0),
        ] {
            let layer = ConvolutionTranspose(
                window: window,
                outputPaddingHeight: padding,
                outputPaddingWidth: 0,
                groups: groups,
                weights: noise.parameter(outputs, inputs / groups, window.kernelHeight, window.kernelWidth),
                bias: noise.parameter(outputs)
            )
            try check(.convolutionTranspose(layer), [TensorShape(batch: 2, channels: inputs, height: 5, width: 6)])
        }
    }

    @Test(arguments: [(1, 5, 3), (3, 400, 17), (19, 33, 100)])
    func fullyConnected(_ batch: Int, _ inputs: Int, _ outputs: Int) throws {
        var noise = Noise(3)
        let layer = FullyConnected(weights: noise.parameter(outputs, inputs), bias: noise.parameter(outputs))
        try check(.fullyConnected(layer), [TensorShape([batch, inputs])])
    }

    @Test func elementwise() throws {
        var noise = Noise(4)
        let shape = TensorShape([2, 5, 3, 7])
        let normalization = BatchNormalization(
            scale: noise.parameter(5),
            shift: noise.parameter(5),
            mean: noise.parameter(5),
            variance: Parameter(shape: TensorShape([5]), elements: [1, 2, 0.5, 4, 0.1])
        )
        try check(.batchNormalization(normalization), [shape])
        try check(.batchNormalization(normalization), [TensorShape([3, 5])])
        try check(.activation(.relu), [TensorShape([70_001])])
        try check(.activation(.clip(lower: -1, upper: 2)), [shape])
        for function in [
            UnaryFunction.leakyRelu(slope: 0.1), .sigmoid, .hardSigmoid(alpha: 0.2, beta: 0.5), .hardSwish, .tanh,
        ] { try check(.function(function), [shape]) }
        for shape in [shape, TensorShape([2, 9]), TensorShape([1, 3, 4])] { try check(.softmax, [shape]) }
    }

    @Test func combination() throws {
        let whole = TensorShape([2, 5, 3, 7])
        for other in [whole, TensorShape([2, 5, 1, 1]), TensorShape([1, 1, 3, 7]), TensorShape([1, 5, 3, 1])] {
            for operation in [Operation.add, .subtract, .multiply] {
                try check(operation, [whole, other])
                try check(operation, [other, whole])
            }
        }
        try check(.add, [TensorShape([3, 1]), TensorShape([1, 4])])
        try check(.multiply, [TensorShape([7]), TensorShape([1])])
        try check(.concatenate, [whole, TensorShape([2, 1, 3, 7]), TensorShape([2, 3, 3, 7])])
        try check(.concatenate, [TensorShape([2, 1]), TensorShape([2, 4])])
    }

    @Test func pools() throws {
        let shape = TensorShape(batch: 2, channels: 3, height: 7, width: 9)
        var odd = Window(kernel: 3, stride: 2, padding: 1, ceilMode: true)
        (odd.kernelWidth, odd.padLeft, odd.padBottom) = (4, 2, 0)
        for window in [
            Window(kernel: 2, stride: 2), Window(kernel: 3, stride: 2, padding: 1), odd,
            Window(kernel: 2, stride: 2, ceilMode: true), Window(kernel: 2, dilation: 3),
        ] {
            try check(.maxPool(window), [shape])
            try check(.averagePool(window, countIncludesPadding: true), [shape])
            try check(.averagePool(window, countIncludesPadding: false), [shape])
        }
        try check(.globalAveragePool, [shape])
    }

    @Test func movement() throws {
        var noise = Noise(5)
        let shape = TensorShape([2, 6, 3, 4])
        try check(.constant(noise.parameter(2, 3)), [])
        try check(.split(sizes: [1, 3, 2]), [shape], outputs: 3)
        try check(.split(sizes: [2, 1]), [TensorShape([2, 3])], outputs: 2)
        try check(.channelShuffle(groups: 3), [shape])
        try check(.flatten, [shape])
        try check(.reshape(TensorShape([4, 3, 12])), [shape])
        try check(.transpose(permutation: [2, 0, 3, 1]), [shape])
        try check(.transpose(permutation: [0, 2, 1, 4, 3]), [TensorShape([1, 2, 3, 4, 5])])
        try check(.slice(Slice(starts: [0, 5, 0, 3], steps: [1, -2, 1, -1], counts: [2, 3, 2, 4])), [shape])
        for mode in [Padding.Mode.constant(1.5), .edge, .reflect] {
            try check(.pad(Padding(before: [0, 1, 2, 0], after: [0, 0, 1, 3], mode: mode)), [shape])
        }
    }

    @Test func resize() throws {
        let shape = TensorShape([2, 3, 5, 4])
        let modes: [Resize.Mode] = [
            .linear, .nearest(.floor), .nearest(.ceil), .nearest(.roundPreferFloor), .nearest(.roundPreferCeil),
        ]
        for mode in modes {
            for coordinates in [Resize.Coordinates.halfPixel, .pytorchHalfPixel, .alignCorners, .asymmetric] {
                for (height, width) in [(10, 8), (7, 3), (1, 9)] {
                    let resize = Resize(
                        height: height,
                        width: width,
                        scaleHeight: Float(height) / 5,
                        scaleWidth: Float(width) / 4,
                        mode: mode,
                        coordinates: coordinates
                    )
                    try check(.resize(resize), [shape])
                }
            }
        }
    }
}
