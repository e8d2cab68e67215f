import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Every operator over several images and odd extents, on every instruction set and 1 to 4 threads.
struct BatchTests {
    /// Both plans; that a single operator's fused plan is its naive one is part of what is checked.
    private func check(
        _ operation: Operation,
        _ shape: TensorShape,
        inputs: Int = 1,
        outputs: Int = 1,
        _ random: inout SplitMix,
        _ note: String
    ) throws {
        let shapes = Array(repeating: shape, count: inputs)
        let network = try singleOperator(operation, shapes, outputs: outputs, &random)
        try expectSameBytes(network, &random, "\(note): \(shape)")
    }

    private func shape(_ seed: UInt64, channels: Int, _ random: inout SplitMix) -> TensorShape {
        TensorShape(
            batch: 2 + Int(seed % 3),
            channels: channels,
            height: Int.random(in: 5...15, using: &random),
            width: Int.random(in: 5...33, using: &random)
        )
    }

    private func window(_ random: inout SplitMix) -> Window {
        Window(
            kernel: random.pick([1, 2, 3, 3, 5]),
            stride: random.pick([1, 1, 2, 3]),
            padding: random.pick([0, 1, 2]),
            dilation: random.pick([1, 1, 2])
        )
    }

    /// Windows, strips, pointwise rows, groups.
    @Test func convolutions() throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = SplitMix(seed: 4000 + seed)
            let groups = random.pick([1, 1, 2])
            let channels = groups * Int.random(in: 1...24, using: &random)
            let outputs = groups * Int.random(in: 1...40, using: &random)
            var window = window(&random)
            let shape = shape(seed, channels: channels, &random)
            if window.kernelHeight == 5, window.dilationHeight == 2 { window.padTop = 4 }
            if window.kernelWidth == 5, window.dilationWidth == 2 { window.padLeft = 4 }
            let operation = random.convolution(inputs: channels, outputs: outputs, window: window, groups: groups)
            try check(operation, shape, &random, "seed \(seed), \(outputs) outputs, \(groups) groups, \(window)")
        }
    }

    /// So large that threads share the lines of several images.
    @Test func largeConvolutions() throws {
        var random = SplitMix(seed: 4100)
        for (channels, outputs, kernel) in [(3, 17, 3), (40, 48, 3), (64, 33, 1), (8, 200, 5)] {
            let shape = TensorShape(batch: 3, channels: channels, height: 31, width: 37)
            let window = Window(kernel: kernel, padding: kernel / 2)
            let operation = random.convolution(inputs: channels, outputs: outputs, window: window)
            try check(operation, shape, &random, "\(kernel)x\(kernel) to \(outputs)")
        }
    }

    /// A window over a whole image, and one over a row of it.
    @Test func wholeImages() throws {
        for batch in 2...4 {
            var random = SplitMix(seed: UInt64(4200 + batch))
            let shape = TensorShape(batch: batch, channels: 9, height: 5, width: 7)
            for (height, width) in [(5, 7), (1, 7), (5, 1)] {
                var window = Window(kernel: 1)
                (window.kernelHeight, window.kernelWidth) = (height, width)
                let operation = random.convolution(inputs: 9, outputs: 21, window: window)
                try check(operation, shape, &random, "\(height)x\(width)")
                try check(.maxPool(window), shape, &random, "maxPool \(height)x\(width)")
            }
            try check(.globalAveragePool, shape, &random, "globalAveragePool")
        }
    }

    @Test func depthwiseConvolutionsAndPools() throws {
        for seed in 0..<30 as Range<UInt64> {
            var random = SplitMix(seed: 4300 + seed)
            let channels = Int.random(in: 2...140, using: &random)
            let shape = shape(seed, channels: channels, &random)
            let window = Window(
                kernel: random.pick([2, 3, 3]),
                stride: random.pick([1, 2, 3]),
                padding: random.pick([0, 1]),
                ceilMode: false
            )
            let note = "seed \(seed), \(window)"
            let operation = random.convolution(inputs: channels, outputs: channels, window: window, groups: channels)
            try check(operation, shape, &random, note)
            var pool = window
            pool.ceilMode = random.bool()
            try check(.maxPool(pool), shape, &random, note)
            try check(.averagePool(pool, countIncludesPadding: random.bool()), shape, &random, note)
        }
    }

    @Test func fullyConnectedLayers() throws {
        for batch in 2...4 {
            var random = SplitMix(seed: UInt64(4400 + batch))
            for (inputs, outputs) in [(1, 1), (37, 65), (300, 130), (1030, 10)] {
                let layer = FullyConnected(
                    weights: random.parameter([outputs, inputs]),
                    bias: random.parameter([outputs])
                )
                try check(.fullyConnected(layer), TensorShape([batch, inputs]), &random, "\(inputs) to \(outputs)")
            }
        }
    }

    /// Element-wise operators and those that move channels, over one to six axes.
    @Test func everyRank() throws {
        for seed in 0..<36 as Range<UInt64> {
            var random = SplitMix(seed: 4500 + seed)
            var shape = random.shape(rank: 1 + Int(seed % 6), largest: 9)
            shape.dimensions[0] = 2 + Int(seed % 3)
            let note = "seed \(seed)"
            try check(.activation(.relu), shape, &random, note)
            try check(.add, shape, inputs: 2, &random, note)
            try check(.flatten, shape, &random, note)
            guard shape.rank > 1 else { continue }
            let groups = random.pick([1, 2, 3, 5])
            shape.dimensions[1] *= groups
            let channels = shape.channels
            try check(random.normalization(channels: channels), shape, &random, note)
            try check(.channelShuffle(groups: groups), shape, &random, note)
            try check(.concatenate, shape, inputs: 3, &random, note)
            let first = Int.random(in: 1...channels, using: &random)
            let sizes = first == channels ? [channels] : [first, channels - first]
            try check(.split(sizes: sizes), shape, outputs: sizes.count, &random, note)
        }
    }

    /// An image read by a fully connected layer as it lies, whatever its rank.
    @Test func flattenedValues() throws {
        for dimensions in [[3, 5], [2, 5, 7], [4, 5, 3, 4], [2, 3, 2, 3, 4], [2, 3, 2, 2, 3, 2]] {
            var random = SplitMix(seed: UInt64(4600 + dimensions.count))
            var builder = GraphBuilder(name: "classifier")
            let x = try builder.addInput("x", shape: TensorShape(dimensions))
            let active = try builder.add(.activation(.relu), name: "relu", inputs: [x])
            let depth = dimensions.dropFirst().reduce(1, *)
            let flat = try builder.add(.reshape(TensorShape([dimensions[0], depth])), name: "flat", inputs: [active])
            let layer = FullyConnected(weights: random.parameter([17, depth]), bias: random.parameter([17]))
            let y = try builder.add(.fullyConnected(layer), name: "fc", inputs: [flat])
            let network = try builder.build(outputs: [y]).quantizedAtRandom(&random)
            let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .fused)
            #expect(plan.steps.map(\.kind) == [.lookup, .fullyConnected], "\(dimensions)")
            try expectSameBytes(network, &random, "\(dimensions)")
        }
    }
}
