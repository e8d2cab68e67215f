import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Values that share memory, and values the caller reads, around operators that only move elements.
struct ViewTests {
    private let image = TensorShape(batch: 2, channels: 20, height: 5, width: 6)

    /// Builds a network over one image; every value has one range, so that both plans give the same bytes.
    private func network(
        _ seed: UInt64,
        _ body: (inout GraphBuilder, inout SplitMix, ValueID) throws -> [ValueID]
    ) throws -> QuantizedNetwork {
        var random = SplitMix(seed: seed)
        var builder = GraphBuilder(name: "views")
        let x = try builder.addInput("x", shape: image)
        let outputs = try body(&builder, &random, x)
        let graph = try builder.build(outputs: outputs)
        return try quantize(graph: graph, activationRanges: graph.values.map { _ in -4...4 })
    }

    private func fusedKinds(_ network: QuantizedNetwork) throws -> [StepKind] {
        try Plan(network: network, kernels: usableKernels()[0], kind: .fused).steps.map(\.kind)
    }

    private func check(_ network: QuantizedNetwork, _ kinds: [StepKind], _ note: String) throws {
        let actual = try fusedKinds(network)
        #expect(actual == kinds, "\(note): \(actual)")
        var random = SplitMix(seed: 1)
        try expectSameBytes(network, &random, note)
    }

    private func channels(_ range: Range<Int>) -> Operation {
        .slice(Slice(starts: [0, range.lowerBound, 0, 0], steps: [1, 1, 1, 1], counts: [2, range.count, 5, 6]))
    }

    @Test func squeezesAreViews() throws {
        let network = try network(1) { builder, random, x in
            let pooled = try builder.add(.maxPool(Window(kernel: 5)), name: "pool", inputs: [x])
            let row = try builder.add(.reshape(TensorShape([2, 20, 2])), name: "row", inputs: [pooled])
            let back = try builder.add(.reshape(TensorShape([2, 20, 1, 1, 2])), name: "back", inputs: [row])
            let mapped = try builder.add(random.normalization(channels: 20), name: "norm", inputs: [back])
            return [try builder.add(.reshape(TensorShape([2, 40])), name: "vector", inputs: [mapped])]
        }
        try check(network, [.maxPool, .channelAffine, .flatten], "squeezes")
    }

    @Test func slicesOfChannelsAreViews() throws {
        let network = try network(2) { builder, random, x in
            let left = try builder.add(channels(0..<7), name: "left", inputs: [x])
            let right = try builder.add(channels(7..<20), name: "right", inputs: [x])
            let part = try builder.add(
                .slice(Slice(starts: [0, 2, 0, 0], steps: [1, 1, 1, 1], counts: [2, 5, 5, 6])),
                name: "part",
                inputs: [right]
            )
            let mapped = try builder.add(random.normalization(channels: 5), name: "norm", inputs: [part])
            let pooled = try builder.add(.maxPool(Window(kernel: 2)), name: "pool", inputs: [left])
            // Reads a view with gaps between its pixels.
            let flat = try builder.add(.flatten, name: "flatten", inputs: [right])
            let turned = try builder.add(.transpose(permutation: [0, 2, 3, 1]), name: "turn", inputs: [right])
            let reshaped = try builder.add(.reshape(TensorShape([2, 5, 6, 5])), name: "other", inputs: [part])
            return [mapped, pooled, flat, turned, reshaped]
        }
        try check(
            network,
            [.channelAffine, .maxPool, .flatten, .transpose, .reshape],
            "slices"
        )
    }

    /// Gaps between pixels on the reading and on the writing side of every mechanism.
    @Test func rearrangementsWorkOnSlices() throws {
        let large = TensorShape(batch: 2, channels: 40, height: 18, width: 20)
        for seed in 0..<24 as Range<UInt64> {
            var random = SplitMix(seed: 3000 + seed)
            var builder = GraphBuilder(name: "slices")
            let x = try builder.addInput("x", shape: large)
            let halves = try builder.add(
                .split(sizes: [23, 17]),
                name: "split",
                inputs: [x],
                outputNames: ["left", "right"]
            )
            var outputs: [ValueID] = []
            for (index, half) in halves.enumerated() {
                let shape = builder.shape(of: half)
                let operation: Operation =
                    switch Int(seed) % 6 {
                    case 0: .transpose(permutation: [0, 1, 3, 2])
                    case 1: .transpose(permutation: [0] + [1, 2, 3].shuffled(using: &random))
                    case 2: .slice(random.slice(of: shape))
                    case 3: .pad(random.padding(around: shape))
                    case 4: .resize(random.nearestResize(of: shape))
                    default: .reshape(TensorShape([2, shape.height, shape.width, shape.channels]))
                    }
                let moved = try builder.add(operation, name: "move\(index)", inputs: [half])
                // Both readings join, so the operator writes into a slice of the fused plan's buffer.
                let other = try builder.add(.activation(.relu), name: "relu\(index)", inputs: [moved])
                outputs.append(try builder.add(.concatenate, name: "join\(index)", inputs: [moved, other]))
            }
            let graph = try builder.build(outputs: outputs)
            let network = try quantize(graph: graph, activationRanges: graph.values.map { _ in -4...4 })
            try expectSameBytes(network, &random, "seed \(seed)")
        }
    }

    @Test func valuesTheCallerReadsKeepTheirMemory() throws {
        var network = try network(3) { builder, random, x in
            let row = try builder.add(.reshape(TensorShape([2, 20, 30])), name: "row", inputs: [x])
            let half = try builder.add(channels(3..<9), name: "half", inputs: [x])
            let active = try builder.add(.activation(.relu), name: "relu", inputs: [x])
            let flat = try builder.add(.flatten, name: "flatten", inputs: [active])
            // The input itself, one value twice, and views of values that are read as well.
            return [x, row, half, active, flat]
        }
        network.outputs.append(network.outputs[1])
        try check(network, [.reshape, .slice, .lookup, .flatten], "outputs")
        let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .fused)
        #expect(plan.outputs[0] == plan.inputs[0] && plan.outputs[1] == plan.outputs[5])
    }

    /// An operator that writes over its input must not do so under a view of it.
    @Test func viewedValuesAreNotOverwritten() throws {
        let network = try network(4) { builder, random, x in
            let active = try builder.add(.activation(.relu), name: "relu", inputs: [x])
            let row = try builder.add(.reshape(TensorShape([2, 20, 30])), name: "row", inputs: [active])
            let mapped = try builder.add(random.normalization(channels: 20), name: "norm", inputs: [active])
            let sliced = try builder.add(
                .slice(Slice(starts: [0, 4, 29], steps: [1, 2, -1], counts: [2, 8, 30])),
                name: "slice",
                inputs: [row]
            )
            return [mapped, sliced]
        }
        try check(network, [.lookup, .channelAffine, .slice], "in place")
    }

    /// Concatenations whose parts are views or only moved elements, and DenseNet's shared ones.
    @Test func concatenationsOfViews() throws {
        let network = try network(5) { builder, random, x in
            let half = try builder.add(channels(3..<9), name: "half", inputs: [x])
            let turned = try builder.add(.transpose(permutation: [0, 1, 3, 2]), name: "turn", inputs: [x])
            let upright = try builder.add(.transpose(permutation: [0, 1, 3, 2]), name: "back", inputs: [turned])
            let joined = try builder.add(.concatenate, name: "join", inputs: [half, upright, half])
            let mapped = try builder.add(random.normalization(channels: 32), name: "norm", inputs: [joined])
            let again = try builder.add(.concatenate, name: "again", inputs: [joined, upright])
            let row = try builder.add(.reshape(TensorShape([2, 52, 30])), name: "row", inputs: [again])
            return [mapped, try builder.add(random.normalization(channels: 52), name: "map", inputs: [row])]
        }
        var random = SplitMix(seed: 6)
        try expectSameBytes(network, &random, "concatenations")
    }

    /// Matrix products over views with gaps between rows, and over values whose reshape alone stands between.
    @Test func matrixProductsReadViews() throws {
        let network = try network(7) { builder, random, x in
            let half = try builder.add(channels(3..<9), name: "half", inputs: [x])
            let row = try builder.add(.reshape(TensorShape([2, 6, 1, 30])), name: "row", inputs: [half])
            let flat = try builder.add(.flatten, name: "flatten", inputs: [row])
            let image = FullyConnected(weights: random.parameter([70, 180]))
            let hidden = try builder.add(.fullyConnected(image), name: "hidden", inputs: [flat])
            let part = try builder.add(
                .slice(Slice(starts: [0, 11], steps: [1, 1], counts: [2, 50])),
                name: "part",
                inputs: [hidden]
            )
            let vector = FullyConnected(weights: random.parameter([9, 50]))
            let scores = try builder.add(.fullyConnected(vector), name: "scores", inputs: [part])
            let pointwise = random.convolution(inputs: 6, outputs: 33, window: Window(kernel: 1))
            return [scores, try builder.add(pointwise, name: "conv", inputs: [row])]
        }
        try check(network, [.fullyConnected, .fullyConnected, .convolution], "products")
    }
}
