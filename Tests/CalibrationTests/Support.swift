import NetworkGraph

/// Numbers from a seed, the same in every run.
struct Noise {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    /// Evenly in −1..<1.
    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 23) - 1
    }

    /// About normal, deviation 1.
    mutating func normal() -> Float { (0..<12).reduce(Float(0)) { sum, _ in sum + next() } / 2 }

    mutating func floats(_ count: Int, scale: Float = 1) -> [Float] { (0..<count).map { _ in normal() * scale } }

    mutating func parameter(_ dimensions: Int..., scale: Float = 1) -> Parameter {
        let shape = TensorShape(dimensions)
        return Parameter(shape: shape, elements: floats(shape.elementCount, scale: scale))
    }
}

/// Convolution, dense connection with batch normalization in front of its convolution, pool, classifier.
func denseGraph() throws -> NetworkGraph {
    var noise = Noise(3)
    var builder = GraphBuilder(name: "dense")
    let image = try builder.addInput("image", shape: TensorShape(channels: 3, height: 12, width: 12))
    func convolution(_ inputs: Int, _ outputs: Int, _ kernel: Int) -> Operation {
        .convolution(
            Convolution(
                window: Window(kernel: kernel, padding: kernel / 2),
                weights: noise.parameter(outputs, inputs, kernel, kernel, scale: 1 / Float(inputs * kernel)),
                bias: noise.parameter(outputs, scale: 0.1)
            )
        )
    }
    func normalization(_ channels: Int) -> Operation {
        let ones = Parameter(shape: TensorShape([channels]), elements: (0..<channels).map { 0.3 + 0.2 * Float($0) })
        return .batchNormalization(
            BatchNormalization(
                scale: ones,
                shift: noise.parameter(channels, scale: 0.2),
                mean: noise.parameter(channels, scale: 0.2),
                variance: ones
            )
        )
    }
    let stem = try builder.add(convolution(3, 8, 3), name: "stem", inputs: [image])
    let first = try builder.add(normalization(8), name: "norm1", inputs: [stem])
    let clamped = try builder.add(.activation(.relu), name: "relu1", inputs: [first])
    let grown = try builder.add(convolution(8, 6, 3), name: "grow", inputs: [clamped])
    let joined = try builder.add(.concatenate, name: "join", inputs: [stem, grown])
    let second = try builder.add(normalization(14), name: "norm2", inputs: [joined])
    let active = try builder.add(.activation(.relu), name: "relu2", inputs: [second])
    let pooled = try builder.add(.globalAveragePool, name: "pool", inputs: [active])
    let flat = try builder.add(.flatten, name: "flat", inputs: [pooled])
    let layer = FullyConnected(weights: noise.parameter(5, 14, scale: 0.5), bias: noise.parameter(5))
    let scores = try builder.add(.fullyConnected(layer), name: "scores", inputs: [flat])
    return try builder.build(outputs: [scores])
}
