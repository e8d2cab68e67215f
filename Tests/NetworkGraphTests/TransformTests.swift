import NetworkGraph
import Testing

@Suite struct TransformTests {
    private func vector(_ elements: Float...) -> Parameter {
        Parameter(shape: TensorShape([elements.count]), elements: elements)
    }

    private func network(bias: Parameter?, returnsConvolution: Bool = false) throws -> NetworkGraph {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(3, 1, 1))
        let weights = Parameter(shape: TensorShape([2, 3, 1, 1]), elements: [1, 2, 3, 4, 5, 6])
        let layer = Convolution(window: Window(kernel: 1), weights: weights, bias: bias)
        let conv = try builder.add(.convolution(layer), name: "conv", inputs: [input])
        let normalization = BatchNormalization(
            scale: vector(3, -2),
            shift: vector(10, 20),
            mean: vector(1, -1),
            variance: vector(2.25, 0.25),
            epsilon: 0
        )
        let norm = try builder.add(.batchNormalization(normalization), name: "norm", inputs: [conv])
        let relu = try builder.add(.activation(.relu), name: "relu", inputs: [norm])
        return try builder.build(outputs: returnsConvolution ? [relu, conv] : [relu])
    }

    @Test func foldingScalesRowsAndMovesTheBias() throws {
        let rewritten = try network(bias: vector(0.5, 1)).foldingBatchNormalization()
        let graph = rewritten.graph
        try graph.validate()
        #expect(graph.nodes.map(\.name) == ["conv", "relu"])
        #expect(graph.values.map(\.name) == ["input", "norm", "relu"])
        #expect(rewritten.origins == [ValueID(0), ValueID(2), ValueID(3)])
        guard case .convolution(let folded) = graph.nodes[0].operation else {
            Issue.record("the first node is no convolution")
            return
        }
        // Factors 3 / 1.5 = 2 and −2 / 0.5 = −4.
        #expect(folded.weights.elements() == [2, 4, 6, -16, -20, -24])
        // 2 · (0.5 − 1) + 10 and −4 · (1 + 1) + 20.
        #expect(folded.bias?.elements() == [9, 12])
    }

    @Test func foldingGivesALayerWithoutBiasOne() throws {
        let graph = try network(bias: nil).foldingBatchNormalization().graph
        guard case .convolution(let folded) = graph.nodes[0].operation else {
            Issue.record("the first node is no convolution")
            return
        }
        #expect(folded.bias?.elements() == [8, 16])
    }

    @Test func aLayerWhoseOutputIsWantedIsLeftAlone() throws {
        let graph = try network(bias: nil, returnsConvolution: true)
        let rewritten = graph.foldingBatchNormalization()
        #expect(rewritten.graph.nodes.map(\.name) == ["conv", "norm", "relu"])
        #expect(rewritten.origins == graph.values.indices.map(ValueID.init))
    }

    @Test func fullyConnectedLayersFoldToo() throws {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: TensorShape([1, 2]))
        let weights = Parameter(shape: TensorShape([1, 2]), elements: [1, 2])
        let layer = FullyConnected(weights: weights)
        let dense = try builder.add(.fullyConnected(layer), name: "fc", inputs: [input])
        let normalization = BatchNormalization(
            scale: vector(2),
            shift: vector(1),
            mean: vector(3),
            variance: vector(3),
            epsilon: 1
        )
        let norm = try builder.add(.batchNormalization(normalization), name: "norm", inputs: [dense])
        let graph = try builder.build(outputs: [norm]).foldingBatchNormalization().graph
        try graph.validate()
        guard graph.nodes.count == 1, case .fullyConnected(let folded) = graph.nodes[0].operation else {
            Issue.record("expected one fully connected layer")
            return
        }
        #expect(folded.weights.elements() == [1, 2])
        #expect(folded.bias?.elements() == [-2])
    }

    @Test func affineFormOfANormalization() {
        let normalization = BatchNormalization(
            scale: vector(3, 1),
            shift: vector(10, 0),
            mean: vector(1, 5),
            variance: vector(8, 0),
            epsilon: 1
        )
        #expect(normalization.factors() == [1, 1])
        #expect(normalization.offsets() == [9, -5])
    }

    @Test func deadNodesGoAndInputsStay() throws {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(2, 1, 1))
        _ = try builder.addInput("unread", shape: image(2, 1, 1))
        let dead = try builder.add(.flatten, name: "dead", inputs: [input])
        _ = try builder.add(.activation(.relu), name: "deader", inputs: [dead])
        let parts = try builder.add(.split(sizes: [1, 1]), name: "split", inputs: [input], outputNames: ["a", "b"])
        let output = try builder.add(.activation(.relu), name: "relu", inputs: [parts[1]])
        let rewritten = try builder.build(outputs: [output]).removingDeadNodes()
        try rewritten.graph.validate()
        #expect(rewritten.graph.nodes.map(\.name) == ["split", "relu"])
        #expect(rewritten.graph.values.map(\.name) == ["input", "unread", "a", "b", "relu"])
        #expect(rewritten.graph.inputs.count == 2)
        let folded = rewritten.followed(by: rewritten.graph.foldingBatchNormalization())
        #expect(folded.origins == rewritten.origins)
    }

    @Test func scaledRowsAreProducedOnDemand() {
        let parameter = Parameter(shape: TensorShape([1_000_000, 1_000])) { row, buffer in
            for index in 0..<1_000 { buffer[index] = Float(row) }
        }
        let scaled = parameter.scalingRows(by: [Float](repeating: 0.5, count: 1_000_000))
        let row = [Float](unsafeUninitializedCapacity: 1_000) { buffer, count in
            scaled.readRow(999_998, into: buffer)
            count = 1_000
        }
        #expect(row.allSatisfy { $0 == 499_999 })
    }
}
