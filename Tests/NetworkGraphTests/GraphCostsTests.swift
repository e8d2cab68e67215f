import NetworkGraph
import Testing

@Suite struct GraphCostsTests {
    @Test func aConvolutionCountsWeightsMacsAndTraffic() throws {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(4, 8, 8))
        let weights = Convolution(
            window: Window(kernel: 3, padding: 1),
            groups: 2,
            weights: zeros(6, 2, 3, 3),
            bias: zeros(6)
        )
        let conv = try builder.add(.convolution(weights), name: "conv", inputs: [input])
        let costs = GraphCosts(of: try builder.build(outputs: [conv]))

        #expect(costs.total.parameters == 6 * 18 + 6)
        #expect(costs.total.macs == 6 * 64 * 18)
        #expect(costs.total.readElements == 256)
        #expect(costs.total.writtenElements == 384)
        #expect(costs.convolutionElements == 640)
        #expect(costs.trafficElements == 640)
        #expect(costs.weightElements == 6 * 18 + 6)
        #expect(costs.total.int8WeightBytes == 6 * 18 + 8 * 6)
        #expect(costs.total.memoryAccessBytes == 640 + 6 * 18 + 8 * 6)
        #expect(costs.peakLiveElements == 640)
    }

    /// conv, batch normalization and ReLU, pooled.
    private func convolutionBlock(extraReader: Bool) throws -> NetworkGraph {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(2, 4, 4))
        let conv = try builder.add(convolution(2, 3, Window(kernel: 1)), name: "conv", inputs: [input])
        let norm = try builder.add(.batchNormalization(normalization(3)), name: "norm", inputs: [conv])
        let relu = try builder.add(.activation(.relu), name: "relu", inputs: [norm])
        var outputs = [try builder.add(.globalAveragePool, name: "pool", inputs: [relu])]
        if extraReader { outputs.append(conv) }
        return try builder.build(outputs: outputs)
    }

    @Test func whatFollowsAConvolutionIsAbsorbed() throws {
        let costs = GraphCosts(of: try convolutionBlock(extraReader: false))
        #expect(costs.nodes.map(\.isAbsorbed) == [false, true, true, false])
        #expect(costs.nodes.map(\.readElements) == [32, 0, 0, 48])
        #expect(costs.nodes.map(\.writtenElements) == [48, 0, 0, 3])
        #expect(costs.nodes.map(\.parameters) == [6, 6, 0, 0])
        #expect(costs.nodes.map(\.int8WeightBytes) == [6 + 24, 0, 0, 0])
        // Folding gives the convolution a bias.
        #expect(costs.weightElements == 6 + 3)
        #expect(costs.peakLiveElements == 32 + 48)
    }

    @Test func nothingIsFoldedIntoAValueSomeoneElseReads() throws {
        let costs = GraphCosts(of: try convolutionBlock(extraReader: true))
        #expect(costs.nodes.map(\.isAbsorbed) == [false, false, true, false])
        #expect(costs.nodes[1].int8WeightBytes == 24)
        #expect(costs.nodes[1].readElements == 48)
        // While the pooling runs: the convolution's output, kept for the caller, the normalization's and its own.
        #expect(costs.peakLiveElements == 48 + 48 + 3)
    }

    /// Two convolutions, joined, normalized, rectified and read by a third.
    private func denseLayer(last: Operation? = nil) throws -> NetworkGraph {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(1, 4, 4))
        let left = try builder.add(convolution(1, 2, Window(kernel: 1)), name: "left", inputs: [input])
        let right = try builder.add(convolution(2, 3, Window(kernel: 1)), name: "right", inputs: [left])
        let joined = try builder.add(.concatenate, name: "concat", inputs: [left, right])
        let norm = try builder.add(.batchNormalization(normalization(5)), name: "norm", inputs: [joined])
        let relu = try builder.add(.activation(.relu), name: "relu", inputs: [norm])
        let end = try builder.add(last ?? convolution(5, 1, Window(kernel: 1)), name: "last", inputs: [relu])
        return try builder.build(outputs: [end])
    }

    @Test func fusedPlanSparesConcatenationAndPreActivation() throws {
        let graph = try denseLayer()
        let naive = GraphCosts(of: graph, plan: .naive)
        #expect(naive.nodes.map(\.isAbsorbed) == [false, false, false, false, true, false])
        #expect(naive.trafficElements == (16 + 32) + (32 + 48) + (80 + 80) + (80 + 80) + (80 + 16))
        #expect(naive.peakLiveElements == 80 + 80)

        let fused = GraphCosts(of: graph, plan: .fused)
        #expect(fused.nodes.map(\.isAbsorbed) == [false, false, true, true, true, false])
        #expect(fused.trafficElements == (16 + 32) + (32 + 48) + (80 + 16))
        #expect(fused.peakLiveElements == 80 + 16)
        #expect(fused.nodes[3].int8WeightBytes == 8 * 5)
        #expect(fused.convolutionElements == naive.convolutionElements)
        #expect(fused.total.macs == naive.total.macs)
    }

    @Test func preActivationNeedsAConsumerThatCanApplyIt() throws {
        let fused = GraphCosts(of: try denseLayer(last: .globalAveragePool), plan: .fused)
        #expect(fused.nodes.map(\.isAbsorbed) == [false, false, true, false, true, false])
        // Both parts were stored for the join; the normalization cannot overwrite two buffers with one.
        #expect(fused.peakLiveElements == 80 + 80)
    }

    @Test func additionsOverwriteAnInputNobodyNeeds() throws {
        func peak(keepsInput: Bool) throws -> Int {
            var builder = GraphBuilder(name: "net")
            let input = try builder.addInput("input", shape: image(1, 10, 10))
            let pooled = try builder.add(.maxPool(Window(kernel: 1)), name: "pool", inputs: [input])
            let sum = try builder.add(.add, name: "sum", inputs: [input, pooled])
            let again = try builder.add(.add, name: "again", inputs: [sum, keepsInput ? pooled : sum])
            return GraphCosts(of: try builder.build(outputs: [again])).peakLiveElements
        }
        #expect(try peak(keepsInput: false) == 200)
        // The first sum takes the input's buffer, the second the first's.
        #expect(try peak(keepsInput: true) == 200)
    }

    @Test func splitsAndFlatteningAreViews() throws {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(4, 2, 2))
        let parts = try builder.add(.split(sizes: [1, 3]), name: "split", inputs: [input], outputNames: ["a", "b"])
        let flat = try builder.add(.flatten, name: "flat", inputs: [parts[1]])
        let costs = GraphCosts(of: try builder.build(outputs: [parts[0], flat]))
        #expect(costs.trafficElements == 0)
        #expect(costs.peakLiveElements == 16)
    }

    @Test func sumsSaturateInsteadOfTrapping() throws {
        var builder = GraphBuilder(name: "net")
        let pixel = try builder.addInput("pixel", shape: image(1, 1, 1))
        // Each has about 1.8e9 outputs of 2.1e9 multiply-accumulates.
        let window = Window(kernel: 46_340, stride: 2, padding: 65_536)
        var outputs: [ValueID] = []
        for index in 0..<3 {
            outputs.append(try builder.add(convolution(1, 1, window), name: "conv\(index)", inputs: [pixel]))
        }
        let costs = GraphCosts(of: try builder.build(outputs: outputs))
        #expect(costs.nodes[0].macs < Int.max)
        #expect(costs.total.macs == Int.max)
    }
}
