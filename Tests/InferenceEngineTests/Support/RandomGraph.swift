import NetworkGraph

/// Grows graphs of random operators over small images.
struct RandomGraph {
    var builder: GraphBuilder
    var random: SplitMix
    /// Values that hold images.
    var images: [ValueID] = []
    /// Values of any rank that nothing may read.
    var others: [ValueID] = []
    var count = 0

    init(seed: UInt64) {
        builder = GraphBuilder(name: "random\(seed)")
        random = SplitMix(seed: seed)
    }

    /// A graph of so many operators, ended by a classifier; some have a second output.
    static func make(seed: UInt64, operators: Int) throws -> NetworkGraph {
        var graph = RandomGraph(seed: seed)
        return try graph.grow(operators)
    }

    private mutating func grow(_ operators: Int) throws -> NetworkGraph {
        let extent = Int.random(in: 6...15, using: &random)
        let shape = TensorShape(
            batch: Int.random(in: 1...2, using: &random),
            channels: Int.random(in: 1...20, using: &random),
            height: extent,
            width: extent + Int.random(in: 0...6, using: &random)
        )
        images = [try builder.addInput("image", shape: shape)]
        if Bool.random(using: &random) { images.append(try builder.addInput("other", shape: shape)) }
        while count < operators {
            try addOperator()
            if Int.random(in: 0..<5, using: &random) == 0 { try addRearrangements() }
            if Int.random(in: 0..<3, using: &random) == 0 { try addArithmetic() }
        }
        let last = images[images.count - 1]
        let pooled = try builder.add(.globalAveragePool, name: "pool", inputs: [last])
        let flat = try builder.add(.flatten, name: "flatten", inputs: [Bool.random(using: &random) ? pooled : last])
        let layer = FullyConnected(weights: random.parameter([11, builder.shape(of: flat).channels]))
        let scores = try builder.add(.fullyConnected(layer), name: "classify", inputs: [flat])
        let second = images.randomElement(using: &random).map { [$0] } ?? []
        let third = others.randomElement(using: &random).map { [$0] } ?? []
        return try builder.build(outputs: [scores] + third + (Bool.random(using: &random) ? second : []))
    }

    /// A recent image more often than an old one.
    mutating func pick() -> ValueID {
        let back = min(Int.random(in: 0...3, using: &random), Int.random(in: 0...3, using: &random))
        return images[max(images.count - 1 - back, 0)]
    }

    private mutating func add(_ operation: Operation, _ inputs: [ValueID], outputs: Int = 1) throws {
        count += 1
        let name = "node\(count)"
        images += try builder.add(
            operation,
            name: name,
            inputs: inputs,
            outputNames: (0..<outputs).map { "\(name).\($0)" }
        )
    }

    private mutating func addOperator() throws {
        let x = pick()
        let shape = builder.shape(of: x)
        let channels = shape.channels
        switch Int.random(in: 0..<14, using: &random) {
        case 0...3: try addConvolution(x, kernel: [1, 1, 3, 3, 5].randomElement(using: &random) ?? 1)
        case 4:
            let window = Window(
                kernel: 3,
                stride: shape.height > 5 ? Int.random(in: 1...2, using: &random) : 1,
                padding: 1
            )
            try add(
                random.convolution(inputs: channels, outputs: channels, window: window, groups: channels, gain: 1),
                [x]
            )
        case 5: try add(random.normalization(channels: channels), [x])
        case 6:
            try add(random.normalization(channels: channels), [x])
            try add(.activation(.relu), [images[images.count - 1]])
            try addConvolution(images[images.count - 1], kernel: 1)
        case 7: try add(.activation(.clip(lower: 0, upper: 6)), [x])
        case 8: try add(.maxPool(Window(kernel: 3, stride: shape.height > 5 ? 2 : 1, padding: 1)), [x])
        case 9:
            guard shape.height > 1, shape.width > 1 else { return }
            try add(.averagePool(Window(kernel: 2), countIncludesPadding: true), [x])
        case 10:
            // A residual, where something of that shape exists.
            try addConvolution(x, kernel: 1, outputs: channels)
            try add(.add, [x, images[images.count - 1]])
            try add(.activation(.relu), [images[images.count - 1]])
        case 11, 12:
            let partners = images.filter {
                let other = builder.shape(of: $0)
                return other.height == shape.height && other.width == shape.width && other.channels < 100
            }
            guard let partner = partners.randomElement(using: &random), channels < 100 else { return }
            try add(.concatenate, [x, partner])
        default:
            guard channels > 1 else { return }
            var whole = x
            if channels % 2 == 0 {
                try add(.channelShuffle(groups: 2), [x])
                whole = images[images.count - 1]
            }
            let first = Int.random(in: 1..<channels, using: &random)
            try add(.split(sizes: [first, channels - first]), [whole], outputs: 2)
        }
    }

    private mutating func addConvolution(_ x: ValueID, kernel: Int, outputs: Int? = nil) throws {
        let shape = builder.shape(of: x)
        let outputs = outputs ?? Int.random(in: 1...60, using: &random)
        let groups = shape.channels % 2 == 0 && outputs % 2 == 0 && Int.random(in: 0..<5, using: &random) == 0 ? 2 : 1
        let window = Window(kernel: kernel, padding: kernel / 2)
        let operation = random.convolution(
            inputs: shape.channels,
            outputs: outputs,
            window: window,
            groups: groups,
            gain: 1
        )
        try add(operation, [x])
        if Bool.random(using: &random) { try add(.activation(.relu), [images[images.count - 1]]) }
    }
}
