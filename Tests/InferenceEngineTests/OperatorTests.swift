import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Every operator over odd shapes, pads, strides, dilations, groups and zero points against the oracle.
struct OperatorTests {
    /// A network of one operator over images, quantized at random.
    private func single(
        _ operation: Operation,
        _ shapes: [TensorShape],
        outputs: Int = 1,
        _ random: inout SplitMix
    ) throws -> QuantizedNetwork {
        var builder = GraphBuilder(name: "single")
        var inputs: [ValueID] = []
        for (index, shape) in shapes.enumerated() { inputs.append(try builder.addInput("x\(index)", shape: shape)) }
        let names = (0..<outputs).map { "y\($0)" }
        let results = try builder.add(operation, name: "node", inputs: inputs, outputNames: names)
        return try builder.build(outputs: results).quantizedAtRandom(&random)
    }

    private func check(
        _ operation: Operation,
        _ shapes: [TensorShape],
        outputs: Int = 1,
        _ random: inout SplitMix,
        _ note: String
    ) throws {
        let network = try single(operation, shapes, outputs: outputs, &random)
        try expectMatchesInterpreter(network, randomInputs(network, &random), note)
    }

    @Test func convolutions() throws {
        for seed in 0..<60 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let groups = [1, 1, 1, 2, 3].randomElement(using: &random) ?? 1
            let inputs = groups * Int.random(in: 1...40, using: &random)
            let outputs = groups * Int.random(in: 1...70, using: &random)
            var window = Window(
                kernel: Int.random(in: 1...5, using: &random),
                stride: Int.random(in: 1...3, using: &random),
                padding: Int.random(in: 0...2, using: &random),
                dilation: Int.random(in: 1...2, using: &random)
            )
            if Bool.random(using: &random) { window.kernelWidth = Int.random(in: 1...4, using: &random) }
            if Bool.random(using: &random) { window.padRight = Int.random(in: 0...3, using: &random) }
            if Bool.random(using: &random) { window.strideHeight = Int.random(in: 1...2, using: &random) }
            let shape = TensorShape(
                batch: Int.random(in: 1...2, using: &random),
                channels: inputs,
                height: Int.random(in: 9...14, using: &random),
                width: Int.random(in: 9...17, using: &random)
            )
            let operation = random.convolution(inputs: inputs, outputs: outputs, window: window, groups: groups)
            try check(operation, [shape], &random, "seed \(seed): \(shape) to \(outputs), \(groups) groups, \(window)")
        }
    }

    /// Lines so long that their strips are cut, and layers whose weights are multiplied in several pieces.
    @Test func largeConvolutions() throws {
        var random = SplitMix(seed: 90)
        for (channels, outputs, width, kernel) in [
            (96, 5, 260, 3), (700, 100, 5, 3), (512, 640, 9, 1), (3, 9, 1500, 7),
        ] {
            let shape = TensorShape(channels: channels, height: kernel + 1, width: width)
            let window = Window(kernel: kernel, padding: kernel / 2)
            let operation = random.convolution(inputs: channels, outputs: outputs, window: window)
            try check(operation, [shape], &random, "\(shape) to \(outputs)")
        }
    }

    /// First layers: columns of up to four channels are copied by loops of their own.
    @Test func imagesOfFewChannels() throws {
        for (index, kernel) in [2, 3, 5, 7].enumerated() {
            for channels in 1...5 {
                for stride in 1...2 {
                    var random = SplitMix(seed: UInt64(600 + index * 10 + channels))
                    let shape = TensorShape(batch: 2, channels: channels, height: kernel + 6, width: 40)
                    for padding in [0, kernel / 2, kernel - 1] {
                        let window = Window(kernel: kernel, stride: stride, padding: padding)
                        let operation = random.convolution(inputs: channels, outputs: 6, window: window)
                        try check(operation, [shape], &random, "\(channels) channels, \(window)")
                    }
                }
            }
        }
    }

    /// Depthwise windows too large or too far apart to go by lines.
    @Test func depthwiseWindowsByTaps() throws {
        for (kernel, dilation) in [(9, 1), (3, 31), (8, 9)] {
            var random = SplitMix(seed: UInt64(700 + kernel))
            let shape = TensorShape(batch: 2, channels: 7, height: 20, width: 66)
            let window = Window(kernel: kernel, padding: kernel / 2 * dilation, dilation: dilation)
            let operation = random.convolution(inputs: 7, outputs: 7, window: window, groups: 7)
            try check(operation, [shape], &random, "\(window)")
        }
    }

    /// Lines of more windows than a table of taps holds.
    @Test func longLinesOfWindows() throws {
        var random = SplitMix(seed: 91)
        for (width, stride, dilation) in [(1000, 1, 1), (1201, 2, 1), (700, 1, 3), (500, 3, 1)] {
            let shape = TensorShape(channels: 5, height: 8, width: width)
            let window = Window(kernel: 3, stride: stride, padding: 1, dilation: dilation)
            let note = "\(shape), \(window)"
            let operation = random.convolution(inputs: 5, outputs: 5, window: window, groups: 5)
            try check(operation, [shape], &random, note)
            try check(.maxPool(window), [shape], &random, note)
            try check(.averagePool(window, countIncludesPadding: false), [shape], &random, note)
        }
    }

    @Test func depthwiseConvolutions() throws {
        for seed in 100..<140 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let channels = Int.random(in: 1...150, using: &random)
            let window = Window(
                kernel: [1, 2, 3, 3, 5].randomElement(using: &random) ?? 3,
                stride: Int.random(in: 1...2, using: &random),
                padding: Int.random(in: 0...2, using: &random),
                dilation: Int.random(in: 1...2, using: &random)
            )
            let shape = TensorShape(channels: channels, height: 11, width: Int.random(in: 9...20, using: &random))
            let operation = random.convolution(inputs: channels, outputs: channels, window: window, groups: channels)
            try check(operation, [shape], &random, "seed \(seed): \(shape), \(window)")
        }
    }

    @Test func channelMultipliers() throws {
        var random = SplitMix(seed: 7)
        let operation = random.convolution(inputs: 6, outputs: 12, window: Window(kernel: 3, padding: 1), groups: 6)
        try check(operation, [TensorShape(channels: 6, height: 5, width: 6)], &random, "two filters a channel")
    }

    @Test func fullyConnectedLayers() throws {
        for seed in 200..<220 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let inputs = Int.random(in: 1...300, using: &random)
            let outputs = Int.random(in: 1...130, using: &random)
            let layer = FullyConnected(weights: random.parameter([outputs, inputs]), bias: random.parameter([outputs]))
            let batch = Int.random(in: 1...3, using: &random)
            try check(.fullyConnected(layer), [TensorShape([batch, inputs])], &random, "seed \(seed)")
        }
    }

    @Test func pools() throws {
        for seed in 300..<360 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let kernel = Int.random(in: 1...4, using: &random)
            let window = Window(
                kernel: kernel,
                stride: Int.random(in: 1...3, using: &random),
                padding: Int.random(in: 0...(kernel / 2), using: &random),
                dilation: seed % 5 == 0 ? 2 : 1,
                ceilMode: Bool.random(using: &random)
            )
            let shape = TensorShape(
                batch: Int.random(in: 1...2, using: &random),
                channels: Int.random(in: 1...100, using: &random),
                height: Int.random(in: 8...13, using: &random),
                width: Int.random(in: 8...13, using: &random)
            )
            let operation: Operation =
                switch seed % 3 {
                case 0: .maxPool(window)
                case 1: .averagePool(window, countIncludesPadding: true)
                default: .averagePool(window, countIncludesPadding: false)
                }
            try check(operation, [shape], &random, "seed \(seed): \(shape), \(operation)")
        }
    }

    @Test func globalAveragePools() throws {
        for (channels, height, width) in [(1, 1, 1), (5, 7, 7), (64, 4, 9), (130, 13, 3)] {
            var random = SplitMix(seed: UInt64(channels))
            let shape = TensorShape(batch: 2, channels: channels, height: height, width: width)
            try check(.globalAveragePool, [shape], &random, "\(shape)")
        }
    }

    @Test func elementwiseOperators() throws {
        for seed in 400..<440 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let channels = Int.random(in: 1...140, using: &random)
            let shape = TensorShape(
                batch: 2,
                channels: channels,
                height: 3,
                width: Int.random(in: 1...9, using: &random)
            )
            try check(.add, [shape, shape], &random, "add, seed \(seed)")
            try check(random.normalization(channels: channels), [shape], &random, "affine, seed \(seed)")
            try check(.activation(.relu), [shape], &random, "ReLU, seed \(seed)")
            try check(.activation(.clip(lower: -0.25, upper: 1.5)), [shape], &random, "clip, seed \(seed)")
        }
    }

    /// Halves around a multiple of what is interleaved at once.
    @Test func shufflesOfTwoGroups() throws {
        for half in [1, 15, 16, 17, 31, 32, 33, 58] {
            var random = SplitMix(seed: UInt64(half))
            let shape = TensorShape(batch: 2, channels: 2 * half, height: 3, width: 5)
            try check(.channelShuffle(groups: 2), [shape], &random, "\(half) channels a group")
        }
    }

    @Test func rearrangements() throws {
        for seed in 500..<530 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let groups = Int.random(in: 1...4, using: &random)
            let channels = groups * Int.random(in: 1...37, using: &random)
            let shape = TensorShape(batch: 2, channels: channels, height: 3, width: 5)
            try check(.channelShuffle(groups: groups), [shape], &random, "shuffle, seed \(seed)")
            try check(.flatten, [shape], &random, "flatten, seed \(seed)")
            let first = Int.random(in: 1...channels, using: &random)
            let sizes = first == channels ? [channels] : [first, channels - first]
            try check(.split(sizes: sizes), [shape], outputs: sizes.count, &random, "split, seed \(seed)")
            var other = shape
            other.dimensions[1] = Int.random(in: 1...30, using: &random)
            try check(.concatenate, [shape, other, shape], &random, "concatenate, seed \(seed)")
        }
    }
}
