import NetworkGraph
import Testing

/// Costs of the operators that ONNX files bring, by hand.
@Suite struct OperatorCostsTests {
    /// Costs of one operator over images; the first is an input, the others are too.
    private func costs(
        _ operation: Operation,
        over shapes: [TensorShape],
        plan: CostPlan = .naive
    ) throws -> GraphCosts {
        var builder = GraphBuilder(name: "net")
        var inputs: [ValueID] = []
        for (index, shape) in shapes.enumerated() { inputs.append(try builder.addInput("in\(index)", shape: shape)) }
        let output = try builder.add(operation, name: "node", inputs: inputs)
        return GraphCosts(of: try builder.build(outputs: [output]), plan: plan)
    }

    @Test func aTransposedConvolutionMeetsEachWeightOncePerInputPixel() throws {
        let layer = ConvolutionTranspose(
            window: Window(kernel: 4, stride: 2, padding: 1),
            groups: 2,
            weights: zeros(6, 2, 4, 4),
            bias: zeros(6)
        )
        let costs = try costs(.convolutionTranspose(layer), over: [image(4, 5, 7)])
        #expect(costs.total.parameters == 6 * 2 * 16 + 6)
        #expect(costs.total.macs == 5 * 7 * 6 * 2 * 16)
        #expect(costs.total.int8WeightBytes == 6 * 2 * 16 + 8 * 6)
        #expect(costs.total.readElements == 4 * 35)
        #expect(costs.total.writtenElements == 6 * 10 * 14)
        #expect(costs.convolutionElements == 4 * 35 + 6 * 140)
        #expect(costs.weightElements == 6 * 2 * 16 + 6)
    }

    @Test func aTransposedConvolutionAbsorbsNormalizationAndActivation() throws {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(2, 4, 4))
        let layer = ConvolutionTranspose(window: Window(kernel: 2, stride: 2), weights: zeros(3, 2, 2, 2))
        var value = try builder.add(.convolutionTranspose(layer), name: "up", inputs: [input])
        value = try builder.add(.batchNormalization(normalization(3)), name: "norm", inputs: [value])
        value = try builder.add(.activation(.relu), name: "relu", inputs: [value])
        let graph = try builder.build(outputs: [value])
        let costs = GraphCosts(of: graph)
        #expect(costs.nodes.map(\.isAbsorbed) == [false, true, true])
        #expect(costs.trafficElements == 32 + 3 * 64)
        let folded = graph.foldingBatchNormalization().graph
        try folded.validate()
        #expect(folded.nodes.map(\.name) == ["up", "relu"])
        #expect(GraphCosts(of: folded).trafficElements == costs.trafficElements)
        #expect(GraphCosts(of: folded).weightElements == costs.weightElements)
    }

    @Test func constantsAreWeightsAndCountOnce() throws {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(3, 4, 4))
        let constant = try builder.add(.constant(zeros(1, 3, 1, 1)), name: "constant", inputs: [])
        let product = try builder.add(.multiply, name: "product", inputs: [input, constant])
        let costs = GraphCosts(of: try builder.build(outputs: [product]))
        #expect(costs.nodes.map(\.isAbsorbed) == [true, false])
        #expect(costs.total.parameters == 3)
        #expect(costs.total.int8WeightBytes == 3)
        #expect(costs.trafficElements == 48 + 48)
        #expect(costs.total.memoryAccessBytes == 96 + 3)
        // The product takes the input's place; the constant lies with the weights.
        #expect(costs.peakLiveElements == 48)
    }

    @Test func aBroadcastReadsTheSmallerOperandOnceAndTakesTheLargersPlace() throws {
        for operation in [Operation.add, .subtract, .multiply] {
            let costs = try costs(operation, over: [image(3, 1, 1), image(3, 4, 4)])
            #expect(costs.trafficElements == 3 + 48 + 48)
            #expect(costs.peakLiveElements == 51)
        }
        // Neither has the result's size.
        let outer = try costs(.add, over: [image(3, 4, 1), image(3, 1, 4)])
        #expect(outer.peakLiveElements == 12 + 12 + 48)
    }

    @Test func functionsOverwriteTheirInputAndTakeActivations() throws {
        #expect(try costs(.function(.sigmoid), over: [image(3, 4, 4)]).peakLiveElements == 48)
        #expect(try costs(.softmax, over: [image(3, 4, 4)]).peakLiveElements == 96)
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(3, 4, 4))
        let function = try builder.add(.function(.tanh), name: "tanh", inputs: [input])
        let relu = try builder.add(.activation(.relu), name: "relu", inputs: [function])
        #expect(GraphCosts(of: try builder.build(outputs: [relu])).trafficElements == 96)
    }

    @Test(arguments: [
        // Extents of 1 come and go; a vector of channels is a vector.
        (image(5, 1, 1), [1, 5], true), (TensorShape([1, 5]), [1, 5, 1, 1], true), (image(5, 1, 1), [5], true),
        (image(1, 4, 6), [1, 1, 24], true), (image(1, 4, 6), [4, 1, 6], true), (image(3, 4, 6), [1, 3, 4, 6], true),
        // The same axes around the same channels.
        (image(3, 4, 6), [1, 3, 24], true),
        // Channels are innermost: taking them apart or into another axis moves elements.
        (image(3, 4, 6), [1, 72], false), (image(6, 4, 4), [1, 2, 3, 4, 4], false), (image(3, 4, 6), [3, 24], false),
        (image(3, 4, 6), [1, 12, 6], false), (image(3, 4, 6), [1, 1, 72], false),
    ])
    func reshapesThatMoveNothingAreFree(shape: TensorShape, target: [Int], isView: Bool) throws {
        let costs = try costs(.reshape(TensorShape(target)), over: [shape])
        #expect(costs.nodes[0].isAbsorbed == isView)
        #expect(costs.trafficElements == (isView ? 0 : 2 * shape.elementCount))
        #expect(costs.peakLiveElements == shape.elementCount * (isView ? 1 : 2))
    }

    @Test(arguments: [
        (image(3, 4, 6), [0, 1, 2, 3], true), (image(3, 1, 6), [0, 1, 3, 2], true),
        (image(1, 4, 6), [0, 2, 1, 3], false),
        (image(3, 4, 6), [0, 2, 3, 1], false), (image(3, 4, 6), [0, 1, 3, 2], false),
        (image(3, 1, 1), [0, 2, 3, 1], true),
        (TensorShape([4, 6]), [1, 0], false),
    ])
    func transpositionsThatMoveNothingAreFree(shape: TensorShape, axes: [Int], isView: Bool) throws {
        let costs = try costs(.transpose(permutation: axes), over: [shape])
        #expect(costs.trafficElements == (isView ? 0 : 2 * shape.elementCount))
    }

    @Test func rearrangementsReadAndWrite() throws {
        let shape = image(3, 4, 4)
        let slice = Slice(starts: [0, 1, 0, 0], steps: [1, 1, 2, 1], counts: [1, 2, 2, 4])
        #expect(try costs(.slice(slice), over: [shape]).trafficElements == 48 + 16)
        let padding = Padding(before: [0, 0, 1, 1], after: [0, 0, 1, 1], mode: .edge)
        #expect(try costs(.pad(padding), over: [shape]).trafficElements == 48 + 108)
        let resize = Resize(
            height: 8,
            width: 8,
            scaleHeight: 2,
            scaleWidth: 2,
            mode: .linear,
            coordinates: .halfPixel
        )
        let costs = try costs(.resize(resize), over: [shape])
        #expect(costs.trafficElements == 48 + 192)
        #expect(costs.total.macs == 0)
    }
}
