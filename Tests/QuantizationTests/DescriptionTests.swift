import NetworkGraph
import Quantization
import Testing

@Suite struct DescriptionTests {
    private let parameters = QuantizationParameters(scale: 1, zeroPoint: 0)

    private func value(_ name: String, _ extents: Int...) -> QuantizedValue {
        QuantizedValue(name: name, shape: TensorShape(extents), quantization: parameters)
    }

    @Test func aFoldedActivationIsANodeAgainAndCostsNothing() throws {
        let convolution = QuantizedConvolution(
            window: Window(kernel: 1),
            groups: 1,
            weights: [1, 2, 3, 4, 5, 6],
            weightScales: [1, 1, 1],
            bias: [0, 7, 0],
            activation: .relu
        )
        let network = QuantizedNetwork(
            name: "net",
            // A name the description would choose is taken.
            values: [value("in", 1, 2, 4, 4), value("conv.result", 1, 3, 4, 4), value("out", 1, 3, 4, 4)],
            nodes: [
                QuantizedNode(
                    name: "conv",
                    operation: .convolution(convolution),
                    inputs: [ValueID(0)],
                    outputs: [ValueID(1)]
                ),
                QuantizedNode(name: "move", operation: .requantize, inputs: [ValueID(1)], outputs: [ValueID(2)]),
            ],
            inputs: [ValueID(0)],
            outputs: [ValueID(2)]
        )
        try network.validate()
        let graph = NetworkGraph(describing: network)
        try graph.validate()
        #expect(graph.nodes.map(\.name) == ["conv", "conv.activation", "move"])
        let costs = GraphCosts(of: graph)
        #expect(costs.nodes.map(\.isAbsorbed) == [false, true, false])
        #expect(costs.total.parameters == 6 + 3)
        #expect(costs.total.macs == 6 * 16)
        #expect(costs.nodes[0].readElements == 32 && costs.nodes[0].writtenElements == 48)
        #expect(costs.nodes[2].readElements == 48 && costs.nodes[2].writtenElements == 48)
    }

    @Test func biasesOfZerosAndConstantsAreCountedAsInTheFloatGraph() throws {
        let layer = QuantizedFullyConnected(
            weights: [1, 2, 3, 4],
            weightScales: [1, 1],
            bias: [0, 0],
            activation: nil
        )
        let network = QuantizedNetwork(
            name: "net",
            values: [value("in", 1, 2), value("fc", 1, 2), value("constant", 1, 2), value("out", 1, 2)],
            nodes: [
                QuantizedNode(
                    name: "fc",
                    operation: .fullyConnected(layer),
                    inputs: [ValueID(0)],
                    outputs: [ValueID(1)]
                ),
                QuantizedNode(name: "c", operation: .constant([1, 2]), inputs: [], outputs: [ValueID(2)]),
                QuantizedNode(
                    name: "product",
                    operation: .multiply(activation: nil),
                    inputs: [ValueID(1), ValueID(2)],
                    outputs: [ValueID(3)]
                ),
            ],
            inputs: [ValueID(0)],
            outputs: [ValueID(3)]
        )
        try network.validate()
        let graph = NetworkGraph(describing: network)
        try graph.validate()
        let costs = GraphCosts(of: graph)
        #expect(costs.total.parameters == 4 + 2)
        #expect(costs.total.int8WeightBytes == 4 + 16 + 2)
        #expect(costs.trafficElements == (2 + 2) + (2 + 2))
    }
}
