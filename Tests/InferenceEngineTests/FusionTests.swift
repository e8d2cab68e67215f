import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// What each fusion does to the steps, and that its result stays within one step of the naive plan's.
struct FusionTests {
    private let image = TensorShape(channels: 20, height: 6, width: 7)

    /// Both plans on every instruction set: identical there, and at most `steps` apart.
    private func compare(_ network: QuantizedNetwork, within steps: Int, seed: UInt64, _ note: String) throws {
        var random = SplitMix(seed: seed)
        let inputs = randomInputs(network, &random)
        var first: (naive: [[UInt8]], fused: [[UInt8]])?
        for kernels in try usableKernels() {
            let naive = try run(Plan(network: network, kernels: kernels, kind: .naive), inputs)
            let fused = try run(Plan(network: network, kernels: kernels, kind: .fused), inputs)
            #expect(largestDifference(naive, fused) <= steps, "\(note), seed \(seed), \(kernels.instructionSet)")
            if let first {
                #expect(
                    first.naive == naive && first.fused == fused,
                    "\(note), seed \(seed), \(kernels.instructionSet)"
                )
            } else {
                first = (naive, fused)
            }
        }
    }

    private func fusedKinds(_ network: QuantizedNetwork) throws -> [StepKind] {
        let kernels = try usableKernels()[0]
        return try Plan(network: network, kernels: kernels, kind: .fused).steps.map(\.kind)
    }

    /// Quantizes with ranges that hold what the inner values take, so that none saturates.
    private func quantized(
        _ builder: GraphBuilder,
        _ outputs: [ValueID],
        ranges: [Int: ClosedRange<Float>]
    ) throws -> QuantizedNetwork {
        let graph = try builder.build(outputs: outputs)
        return try quantize(graph: graph, activationRanges: graph.values.indices.map { ranges[$0] ?? -1...1 })
    }

    @Test func residualSumsEndTheConvolution() throws {
        for seed in 0..<8 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var builder = GraphBuilder(name: "residual")
            let x = try builder.addInput("x", shape: image)
            let window = Window(kernel: seed % 2 == 0 ? 1 : 3, padding: seed % 2 == 0 ? 0 : 1)
            let left = try builder.add(
                random.convolution(inputs: 20, outputs: 33, window: Window(kernel: 1)),
                name: "shortcut",
                inputs: [x]
            )
            let right = try builder.add(
                random.convolution(inputs: 20, outputs: 33, window: window),
                name: "conv",
                inputs: [x]
            )
            let order = seed % 3 == 0 ? [right, left] : [left, right]
            let sum = try builder.add(.add, name: "sum", inputs: order)
            let y = try builder.add(.activation(.relu), name: "relu", inputs: [sum])
            let network = try quantized(
                builder,
                [y],
                // Calibration cuts outliers off: the folded product must be cut where its own operator would cut it.
                ranges: [
                    left.index: seed < 4 ? -20...20 : -4...3, right.index: seed < 4 ? -60...50 : -5...4,
                    y.index: 0...60,
                ]
            )
            #expect(try fusedKinds(network) == [.convolution, .convolution])
            try compare(network, within: 1, seed: seed, "residual")
        }
    }

    @Test func sumsOfUnequalStepsStayApart() throws {
        var random = SplitMix(seed: 1)
        var builder = GraphBuilder(name: "unequal")
        let x = try builder.addInput("x", shape: image)
        let y = try builder.add(
            random.convolution(inputs: 20, outputs: 20, window: Window(kernel: 1)),
            name: "conv",
            inputs: [x]
        )
        let sum = try builder.add(.add, name: "sum", inputs: [x, y])
        let network = try quantized(builder, [sum], ranges: [y.index: -90...90, sum.index: -1...1])
        #expect(try fusedKinds(network) == [.convolution, .add])
        try compare(network, within: 0, seed: 1, "unequal")
    }

    @Test func concatenationsAreWrittenInPlace() throws {
        for seed in 20..<28 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var builder = GraphBuilder(name: "fire")
            let x = try builder.addInput("x", shape: image)
            var parts: [ValueID] = []
            var ranges: [Int: ClosedRange<Float>] = [:]
            for (index, channels) in [9, 16, 40].enumerated() {
                let part = try builder.add(
                    random.convolution(inputs: 20, outputs: channels, window: Window(kernel: 3, padding: 1)),
                    name: "expand\(index)",
                    inputs: [x]
                )
                parts.append(part)
                ranges[part.index] = -40...Float(30 + 10 * index)
            }
            // The input itself has to be copied.
            let whole = try builder.add(.concatenate, name: "concat", inputs: parts + [x])
            ranges[whole.index] = -40...50
            let network = try quantized(builder, [whole], ranges: ranges)
            #expect(try fusedKinds(network) == [.convolution, .convolution, .convolution, .lookup])
            try compare(network, within: 1, seed: seed, "concatenate")
        }
    }

    @Test func denseBlocksShareOneBuffer() throws {
        for seed in 30..<38 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var builder = GraphBuilder(name: "dense")
            let x = try builder.addInput("x", shape: image)
            var ranges: [Int: ClosedRange<Float>] = [:]
            func conv(_ from: ValueID, _ inputs: Int, _ outputs: Int, _ kernel: Int, _ name: String) throws -> ValueID {
                let value = try builder.add(
                    random.convolution(
                        inputs: inputs,
                        outputs: outputs,
                        window: Window(kernel: kernel, padding: kernel / 2),
                        gain: 1
                    ),
                    name: name,
                    inputs: [from]
                )
                ranges[value.index] = -4...Float.random(in: 3...5, using: &random)
                return value
            }
            var features = [try conv(x, 20, 16, 3, "stem")]
            var channels = 16
            for layer in 0..<4 {
                let joined =
                    layer == 0
                    ? features[0] : try builder.add(.concatenate, name: "concat\(layer)", inputs: features)
                if layer > 0 { ranges[joined.index] = -4...5 }
                let mapped = try builder.add(
                    random.normalization(channels: channels),
                    name: "norm\(layer)",
                    inputs: [joined]
                )
                let active = try builder.add(.activation(.relu), name: "relu\(layer)", inputs: [mapped])
                ranges[active.index] = 0...9
                let bottleneck = try conv(active, channels, 24, 1, "bottleneck\(layer)")
                features.append(try conv(bottleneck, 24, 12, 3, "grow\(layer)"))
                channels += 12
            }
            let joined = try builder.add(.concatenate, name: "last", inputs: features)
            ranges[joined.index] = -4...5
            let mapped = try builder.add(random.normalization(channels: channels), name: "norm", inputs: [joined])
            ranges[mapped.index] = -9...9
            let network = try quantized(builder, [mapped], ranges: ranges)
            let kinds = try fusedKinds(network)
            #expect(kinds == Array(repeating: .convolution, count: 9) + [.channelAffine])
            let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .fused)
            #expect(Set(plan.steps.map { plan.tensors[$0.output].pixelStride }) == [24, channels])
            // Each layer may add its own step; the convolutions' weights shrink what comes before.
            try compare(network, within: 4, seed: seed, "dense")
        }
    }

    @Test func oneSharedConcatenationStaysWithinOneStep() throws {
        for seed in 40..<50 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var builder = GraphBuilder(name: "transition")
            let x = try builder.addInput("x", shape: image)
            let left = try builder.add(.maxPool(Window(kernel: 3, padding: 1)), name: "pool", inputs: [x])
            let right = try builder.add(
                random.convolution(inputs: 20, outputs: 12, window: Window(kernel: 1)),
                name: "conv",
                inputs: [x]
            )
            let joined = try builder.add(.concatenate, name: "concat", inputs: [left, right])
            let mapped = try builder.add(random.normalization(channels: 32), name: "norm", inputs: [joined])
            let network = try quantized(
                builder,
                [mapped],
                ranges: [0: -3...4, right.index: -12...9, joined.index: -12...9, mapped.index: -30...30]
            )
            #expect(try fusedKinds(network) == [.maxPool, .convolution, .channelAffine])
            try compare(network, within: 1, seed: seed, "transition")
        }
    }

    /// Regression: a concatenation that was shared only until a later one proved unshareable left its own inputs on
    /// their own scales, and the copy of it into the later one read them on its scale.
    @Test func concatenationsBeforeAnUnsharedOneAreWhole() throws {
        for seed in 50..<56 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var builder = GraphBuilder(name: "dense-narrow")
            let x = try builder.addInput("x", shape: image)
            var joined = try builder.add(
                random.convolution(inputs: 20, outputs: 8, window: Window(kernel: 1)),
                name: "stem",
                inputs: [x]
            )
            var ranges: [Int: ClosedRange<Float>] = [0: -3...4, joined.index: -3...4]
            var outputs: [ValueID] = []
            // The last joins on a scale that cannot hold its parts.
            for (layer, range) in ([-12...9, -15...12, -0.5...0.5] as [ClosedRange<Float>]).enumerated() {
                let part = try builder.add(
                    random.convolution(inputs: 20, outputs: 4, window: Window(kernel: 1)),
                    name: "conv\(layer)",
                    inputs: [x]
                )
                joined = try builder.add(.concatenate, name: "concat\(layer)", inputs: [joined, part])
                outputs.append(
                    try builder.add(
                        random.normalization(channels: 12 + 4 * layer),
                        name: "norm\(layer)",
                        inputs: [joined]
                    )
                )
                ranges[part.index] = -8...8
                ranges[joined.index] = range
                ranges[outputs[layer].index] = -30...30
            }
            try compare(quantized(builder, outputs, ranges: ranges), within: 1, seed: seed, "narrow")
        }
    }

    @Test func shuffleUnitsUseViews() throws {
        for seed in 60..<66 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var builder = GraphBuilder(name: "shuffle")
            let x = try builder.addInput("x", shape: image)
            let halves = try builder.add(
                .split(sizes: [10, 10]),
                name: "split",
                inputs: [x],
                outputNames: ["left", "right"]
            )
            let window = Window(kernel: 3, padding: 1)
            let pointwise = try builder.add(
                random.convolution(inputs: 10, outputs: 10, window: Window(kernel: 1)),
                name: "pointwise",
                inputs: [halves[1]]
            )
            let depthwise = try builder.add(
                random.convolution(inputs: 10, outputs: 10, window: window, groups: 10),
                name: "depthwise",
                inputs: [pointwise]
            )
            let joined = try builder.add(.concatenate, name: "concat", inputs: [halves[0], depthwise])
            let y = try builder.add(.channelShuffle(groups: 2), name: "shuffle", inputs: [joined])
            let network = try quantized(
                builder,
                [y],
                ranges: [pointwise.index: -10...10, depthwise.index: -30...30, joined.index: -30...30]
            )
            #expect(try fusedKinds(network) == [.convolution, .depthwiseConvolution, .lookup, .channelShuffle])
            try compare(network, within: 1, seed: seed, "shuffle")
        }
    }

    @Test func flattenedImagesAreReadInPlace() throws {
        for (height, width) in [(1, 1), (3, 4)] {
            var random = SplitMix(seed: 70)
            var builder = GraphBuilder(name: "classifier")
            let x = try builder.addInput("x", shape: TensorShape(batch: 2, channels: 20, height: 5, width: 6))
            let pooled = try builder.add(
                .maxPool(Window(kernel: height == 1 ? 5 : 3)),
                name: "pool",
                inputs: [x]
            )
            let flat = try builder.add(.flatten, name: "flatten", inputs: [pooled])
            let depth = builder.shape(of: flat).channels
            let layer = FullyConnected(weights: random.parameter([17, depth]), bias: random.parameter([17]))
            let y = try builder.add(.fullyConnected(layer), name: "fc", inputs: [flat])
            let network = try quantized(builder, [y], ranges: [0: -2...2, y.index: -40...40])
            #expect(try fusedKinds(network) == [.maxPool, .fullyConnected])
            try compare(network, within: 0, seed: 70, "\(height)x\(width)")
        }
    }

    /// A map read by a convolution and, through a split, by someone else was folded away although its result was needed.
    @Test func mapsThatAreAlsoSplitAreKept() throws {
        var random = SplitMix(seed: 80)
        var builder = GraphBuilder(name: "split map")
        let x = try builder.addInput("x", shape: image)
        let mapped = try builder.add(random.normalization(channels: 20), name: "norm", inputs: [x])
        let convolved = try builder.add(
            random.convolution(inputs: 20, outputs: 8, window: Window(kernel: 1), gain: 1),
            name: "conv",
            inputs: [mapped]
        )
        let halves = try builder.add(.split(sizes: [8, 12]), name: "split", inputs: [mapped], outputNames: ["a", "b"])
        let pooled = try builder.add(.maxPool(Window(kernel: 2)), name: "pool", inputs: [halves[0]])
        let network = try quantized(builder, [convolved, pooled], ranges: [:])
        #expect(try fusedKinds(network) == [.channelAffine, .convolution, .maxPool])
        try compare(network, within: 0, seed: 80, "split map")
    }

    /// A broadcast sum is no residual: the convolution keeps its own requantization.
    @Test func broadcastSumsStayApart() throws {
        var random = SplitMix(seed: 71)
        for (operation, kind) in [(Operation.add, StepKind.add), (.subtract, .add), (.multiply, .multiply)] {
            var builder = GraphBuilder(name: "broadcast")
            let x = try builder.addInput("x", shape: image)
            let mean = try builder.add(.globalAveragePool, name: "mean", inputs: [x])
            let layer = random.convolution(inputs: 20, outputs: 20, window: Window(kernel: 1))
            let y = try builder.add(layer, name: "conv", inputs: [x])
            let result = try builder.add(operation, name: "combine", inputs: [mean, y])
            let network = try quantized(builder, [result], ranges: [y.index: -20...20, result.index: -20...20])
            #expect(try fusedKinds(network) == [.averagePool, .convolution, kind])
            try compare(network, within: 0, seed: 71, "\(operation)")
        }
    }

    /// What computes on any scale writes straight into a concatenation; constants and enlarged images, which keep
    /// theirs, go through a copy.
    @Test func newProducersWriteIntoConcatenations() throws {
        var random = SplitMix(seed: 72)
        var builder = GraphBuilder(name: "producers")
        let x = try builder.addInput("x", shape: image)
        let product = try builder.add(.multiply, name: "product", inputs: [x, x])
        let curve = try builder.add(.function(.tanh), name: "curve", inputs: [x])
        let shares = try builder.add(.softmax, name: "shares", inputs: [x])
        let constant = try builder.add(.constant(random.parameter([1, 3, 6, 7])), name: "constant", inputs: [])
        let joined = try builder.add(.concatenate, name: "join", inputs: [product, curve, shares, constant])
        let network = try quantized(builder, [joined], ranges: [joined.index: -1...1.5])
        #expect(try fusedKinds(network) == [.multiply, .lookup, .softmax, .constant, .lookup])
        try compare(network, within: 1, seed: 72, "producers")
    }

    /// Concatenations that keep their parts' own parameters are read by affine maps alone: any other reader forbids it.
    @Test func newReadersOfConcatenationsSeeOneScale() throws {
        var random = SplitMix(seed: 73)
        let layer = ConvolutionTranspose(
            window: Window(kernel: 2, stride: 2),
            weights: random.parameter([7, 40, 2, 2], in: -0.1...0.1)
        )
        let resize = Resize(
            height: 12,
            width: 14,
            scaleHeight: 2,
            scaleWidth: 2,
            mode: .linear,
            coordinates: .halfPixel
        )
        for operation: Operation in [
            .multiply, .function(.sigmoid), .softmax, .convolutionTranspose(layer), .resize(resize),
        ] {
            var builder = GraphBuilder(name: "readers")
            let x = try builder.addInput("x", shape: image)
            let left = try builder.add(.maxPool(Window(kernel: 3, padding: 1)), name: "pool", inputs: [x])
            let right = try builder.add(.function(.tanh), name: "curve", inputs: [x])
            let joined = try builder.add(.concatenate, name: "join", inputs: [left, right])
            let mapped = try builder.add(random.normalization(channels: 40), name: "norm", inputs: [joined])
            var inputs = [joined]
            if case .multiply = operation { inputs.append(joined) }
            let read = try builder.add(operation, name: "read", inputs: inputs)
            let network = try quantized(
                builder,
                [mapped, read],
                ranges: [joined.index: -1...1.2, mapped.index: -3...3]
            )
            try compare(network, within: 2, seed: 73, "\(operation)")
        }
    }
}
