import CacheSimulation
import HostInfo
import InferenceEngine
import ModelZoo
import NetworkGraph
import Quantization
import Testing

/// One convolution.
private func convolution(channels: Int, outputs: Int, extent: Int, kernel: Int) throws -> QuantizedNetwork {
    var builder = GraphBuilder(name: "convolution")
    let x = try builder.addInput("x", shape: TensorShape(channels: channels, height: extent, width: extent))
    let weights = Parameter(
        shape: TensorShape([outputs, channels, kernel, kernel]),
        elements: (0..<(outputs * channels * kernel * kernel)).map { Float($0 % 7) - 3 }
    )
    let layer = Convolution(window: Window(kernel: kernel, padding: kernel / 2), weights: weights)
    let y = try builder.add(.convolution(layer), name: "conv", inputs: [x])
    let graph = try builder.build(outputs: [y])
    return try quantize(graph: graph, activationRanges: graph.values.map { _ in 0...1 })
}

@Suite struct LocalitySimulationTests {
    @Test(arguments: InstructionSet.allCases)
    func touchesAllThatAPointwiseConvolutionNeedsAndLittleElse(instructionSet: InstructionSet) throws {
        let simulation = try LocalitySimulation(
            network: try convolution(channels: 256, outputs: 512, extent: 14, kernel: 1),
            kind: .fused,
            instructionSet: instructionSet,
            cacheBytes: [64, 1 << 30]
        )
        // Input, weights, output, and four bytes each of bias and multiplier an output.
        let needed = 196 * 256 + 256 * 512 + 196 * 512 + 8 * 512
        #expect(simulation.footprintBytes >= needed)
        // AVX2 widens in 200 KiB of stack memory.
        #expect(simulation.footprintBytes <= needed + 204_800 + 4_096)
        #expect(simulation.steps.count == 1)
        #expect(simulation.steps[0].touches == simulation.touches)
        // One line holds nothing that is touched again; a cache as large as all of it keeps all.
        #expect(simulation.steps[0].misses == [simulation.touches, 0])
        #expect(simulation.misses(cacheBytes: simulation.footprintBytes) == 0)
        #expect(simulation.histogram.firstTouches == 0)
    }

    @Test func largerCachesMissLess() throws {
        let zoo = try ModelZoo.build(name: "shufflenet_v2_x0_5")
        let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
        let sizes = (10...24).map { 1 << $0 }
        let simulation = try LocalitySimulation(
            network: network,
            kind: .fused,
            instructionSet: .avx2,
            cacheBytes: sizes,
            hierarchy: [.init(bytes: 32_768, ways: 8), .init(bytes: 1 << 20, ways: 16)]
        )
        let misses = sizes.map { simulation.misses(cacheBytes: $0) }
        #expect(misses == misses.sorted(by: >))
        // Steps' misses add up to the whole's.
        for index in sizes.indices {
            #expect(simulation.steps.reduce(0) { $0 + $1.misses[index] } == misses[index])
        }
        // 2 MB of weights and activations: a cache that holds them misses nothing, one of half the size reads most anew.
        #expect(misses.last == 0)
        #expect(simulation.misses(cacheBytes: 1 << 20) > 20_000)
        // Sets make little difference to a network's mix of addresses.
        let ratio = Double(simulation.hierarchyMisses[1]) / Double(simulation.misses(cacheBytes: 1 << 20))
        #expect((0.8...1.25).contains(ratio))
    }

    @Test func isTheSameEachTime() throws {
        let network = try convolution(channels: 24, outputs: 40, extent: 17, kernel: 3)
        let results = try (0..<2).map { _ in
            try LocalitySimulation(network: network, kind: .fused, instructionSet: .avx512vnni, cacheBytes: [])
        }
        #expect(results[0].histogram == results[1].histogram)
    }
}
