import ModelZoo
import NetworkGraph
import Quantization
import Testing

/// What an int8 network costs is told from it as well as from the float graph it came from.
@Suite struct DescriptionTests {
    @Test(arguments: ["vgg11_bn", "resnet50", "densenet121", "shufflenet_v2_x1_0", "mobilenet_v2", "squeezenet1_1"])
    func costsOfTheQuantizedNetworkAreTheGraphs(name: String) throws {
        let zoo = try ModelZoo.build(name: name)
        let quantized = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
        let described = NetworkGraph(describing: quantized)
        try described.validate()
        for plan in [CostPlan.naive, .fused] {
            let expected = GraphCosts(of: zoo.graph, plan: plan)
            let costs = GraphCosts(of: described, plan: plan)
            #expect(costs.total.macs == expected.total.macs)
            #expect(costs.total.int8WeightBytes == expected.total.int8WeightBytes)
            #expect(costs.total.readElements == expected.total.readElements)
            #expect(costs.total.writtenElements == expected.total.writtenElements)
            #expect(costs.convolutionElements == expected.convolutionElements)
            #expect(costs.weightElements == expected.weightElements)
            #expect(costs.peakLiveElements == expected.peakLiveElements)
        }
    }
}
