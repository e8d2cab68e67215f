import CAllocationCounter
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Operators that only move elements, over values of any rank.
struct LayoutTests {
    private func check(_ operation: Operation, _ shape: TensorShape, _ random: inout SplitMix, _ note: String) throws {
        let network = try singleOperator(operation, [shape], &random)
        try expectSameBytes(network, &random, "\(note): \(operation) of \(shape)")
    }

    @Test func reshapes() throws {
        for seed in 1000..<1080 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let shape = random.shape(rank: Int.random(in: 1...6, using: &random), largest: 12)
            try check(.reshape(random.reshape(of: shape)), shape, &random, "seed \(seed)")
        }
    }

    @Test func transpositions() throws {
        for seed in 1100..<1180 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let rank = Int.random(in: 1...6, using: &random)
            let shape = random.shape(rank: rank, largest: rank < 4 ? 70 : 12)
            let permutation = Array(0..<rank).shuffled(using: &random)
            try check(.transpose(permutation: permutation), shape, &random, "seed \(seed)")
        }
    }

    @Test func slices() throws {
        for seed in 1200..<1260 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let shape = random.shape(rank: Int.random(in: 1...6, using: &random))
            try check(.slice(random.slice(of: shape)), shape, &random, "seed \(seed)")
        }
    }

    @Test func paddings() throws {
        for seed in 1300..<1360 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let shape = random.shape(rank: Int.random(in: 1...6, using: &random), largest: 5)
            try check(.pad(random.padding(around: shape)), shape, &random, "seed \(seed)")
        }
    }

    @Test func nearestResizes() throws {
        for seed in 1400..<1460 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let shape = random.shape(rank: 4, largest: 20)
            try check(.resize(random.nearestResize(of: shape)), shape, &random, "seed \(seed)")
        }
    }

    /// Enough elements that every thread gets pieces of a plane, extents that are no multiples of a tile.
    @Test func largeRearrangements() throws {
        var random = SplitMix(seed: 1500)
        let shape = TensorShape([2, 58, 47, 53])
        try check(.transpose(permutation: [0, 2, 3, 1]), shape, &random, "to channels outermost")
        try check(.transpose(permutation: [3, 1, 0, 2]), shape, &random, "columns outermost")
        try check(.reshape(TensorShape([2, 58 * 47 * 53])), shape, &random, "flatten")
        try check(.reshape(TensorShape([2 * 58 * 47 * 53])), shape, &random, "one axis")
        try check(.reshape(TensorShape([53, 47, 58, 2])), shape, &random, "no common factors")
        try check(.reshape(TensorShape([2, 2, 29, 47, 53])), shape, &random, "groups")
        try check(.transpose(permutation: [0, 2, 1, 3, 4]), TensorShape([2, 2, 29, 47, 53]), &random, "shuffle")
        try check(.reshape(shape), TensorShape([2, 29, 2, 47, 53]), &random, "back")
        try check(.transpose(permutation: [1, 0]), TensorShape([1001, 333]), &random, "matrix")
        try check(.transpose(permutation: [0, 2, 1]), TensorShape([1, 3, 100_003]), &random, "narrow matrix")
        let padding = Padding(before: [0, 0, 3, 1], after: [0, 0, 2, 4], mode: .constant(0.1))
        try check(.pad(padding), shape, &random, "border")
    }

    /// Few rows or few columns, where squares do not fit.
    @Test func interleavedChannels() throws {
        for groups in 1...18 {
            var random = SplitMix(seed: UInt64(1550 + groups))
            for channels in [1, 15, 16, 17, 40, 5000] {
                let shape = TensorShape([2, groups * channels, 3])
                try check(.channelShuffle(groups: groups), shape, &random, "\(groups) groups")
                try check(.transpose(permutation: [0, 2, 1]), TensorShape([2, channels, groups]), &random, "narrow")
            }
        }
    }

    /// A channel shuffle as exporters write it, not recognised as one.
    @Test func shufflesInThreeSteps() throws {
        for (groups, channels) in [(2, 58), (4, 40), (3, 9)] {
            var random = SplitMix(seed: 1600)
            var builder = GraphBuilder(name: "shuffle")
            let x = try builder.addInput("x", shape: TensorShape([2, channels, 9, 7]))
            let grouped = try builder.add(
                .reshape(TensorShape([2, groups, channels / groups, 9, 7])),
                name: "group",
                inputs: [x]
            )
            let swapped = try builder.add(
                .transpose(permutation: [0, 2, 1, 3, 4]),
                name: "swap",
                inputs: [grouped]
            )
            let y = try builder.add(.reshape(TensorShape([2, channels, 9, 7])), name: "join", inputs: [swapped])
            let z = try builder.add(.channelShuffle(groups: groups), name: "shuffle", inputs: [x])
            let network = try builder.build(outputs: [y, z]).quantizedAtRandom(&random)
            try expectSameBytes(network, &random, "\(groups) groups of \(channels)")
            var interpreter = Interpreter(network)
            let results = interpreter.run(randomInputs(network, &random))
            #expect(results[0] == results[1])
        }
    }

    /// What callers write and read is in row-major order of the logical shape, whatever the rank.
    @Test func callersSeeRowMajorOrder() throws {
        for seed in 1700..<1720 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let shape = random.shape(rank: Int.random(in: 1...6, using: &random))
            var network = try singleOperator(.transpose(permutation: Array(0..<shape.rank)), [shape], &random)
            for index in network.values.indices {
                network.values[index].quantization = QuantizationParameters(scale: 1, zeroPoint: 0)
            }
            let executor = try Executor(plan: Plan(network: network, kernels: usableKernels()[0], kind: .naive))
            let reals = (0..<shape.elementCount).map { Float($0 % 251) }
            executor.setInput(reals: reals)
            executor.run()
            #expect(executor.outputReals() == reals, "\(shape)")
        }
    }

    @Test func movingElementsAllocatesNothing() throws {
        guard edgeprof_thread_allocations() >= 0 else { return }
        var random = SplitMix(seed: 1800)
        let shape = TensorShape([2, 30, 41, 43])
        let operations: [Operation] = [
            .transpose(permutation: [0, 2, 3, 1]), .reshape(TensorShape([43, 41, 30, 2])), .channelShuffle(groups: 3),
            .slice(Slice(starts: [1, 29, 40, 0], steps: [-1, -1, -2, 3], counts: [2, 30, 21, 14])),
            .pad(Padding(before: [0, 1, 2, 0], after: [1, 0, 3, 1], mode: .constant(0))), .flatten,
        ]
        for operation in operations {
            let network = try singleOperator(operation, [shape], &random)
            for threads in [1, 2] {
                let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .naive)
                let executor = try Executor(plan: plan, threads: threads)
                executor.run()
                let before = edgeprof_thread_allocations()
                for _ in 0..<5 { executor.run() }
                #expect(edgeprof_thread_allocations() == before, "\(operation), \(threads) threads")
            }
        }
    }
}
