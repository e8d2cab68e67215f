import ModelZoo
import NetworkGraph
import Testing

/// What torchvision publishes about its models, and what follows from their architectures alone.
@Suite struct PublishedFiguresTests {
    struct Figures: Sendable, CustomTestStringConvertible {
        var name: String
        var parameters: Int
        /// Published in units of 1e9, three decimals.
        var gigaMacs: Double
        var macs: Int
        var testDescription: String { name }
    }

    static let figures = [
        Figures(name: "vgg11", parameters: 132_863_336, gigaMacs: 7.609, macs: 7_609_090_048),
        Figures(name: "vgg11_bn", parameters: 132_868_840, gigaMacs: 7.609, macs: 7_609_090_048),
        Figures(name: "vgg16", parameters: 138_357_544, gigaMacs: 15.470, macs: 15_470_264_320),
        Figures(name: "vgg16_bn", parameters: 138_365_992, gigaMacs: 15.470, macs: 15_470_264_320),
        Figures(name: "resnet18", parameters: 11_689_512, gigaMacs: 1.814, macs: 1_814_073_344),
        Figures(name: "resnet34", parameters: 21_797_672, gigaMacs: 3.664, macs: 3_663_761_408),
        Figures(name: "resnet50", parameters: 25_557_032, gigaMacs: 4.089, macs: 4_089_184_256),
        Figures(name: "resnet101", parameters: 44_549_160, gigaMacs: 7.801, macs: 7_801_405_440),
        Figures(name: "resnet152", parameters: 60_192_808, gigaMacs: 11.514, macs: 11_513_626_624),
        Figures(name: "densenet121", parameters: 7_978_856, gigaMacs: 2.834, macs: 2_834_161_664),
        Figures(name: "densenet161", parameters: 28_681_000, gigaMacs: 7.728, macs: 7_727_907_072),
        Figures(name: "densenet169", parameters: 14_149_480, gigaMacs: 3.360, macs: 3_359_843_328),
        Figures(name: "densenet201", parameters: 20_013_928, gigaMacs: 4.291, macs: 4_291_365_888),
        Figures(name: "shufflenet_v2_x0_5", parameters: 1_366_792, gigaMacs: 0.040, macs: 40_476_448),
        Figures(name: "shufflenet_v2_x1_0", parameters: 2_278_604, gigaMacs: 0.145, macs: 144_907_992),
        Figures(name: "shufflenet_v2_x1_5", parameters: 3_503_624, gigaMacs: 0.296, macs: 295_759_392),
        Figures(name: "shufflenet_v2_x2_0", parameters: 7_393_996, gigaMacs: 0.583, macs: 583_253_464),
        Figures(name: "mobilenet_v2", parameters: 3_504_872, gigaMacs: 0.301, macs: 300_774_272),
        Figures(name: "squeezenet1_1", parameters: 1_235_496, gigaMacs: 0.349, macs: 349_151_936),
    ]

    @Test func everyModelHasPublishedFigures() {
        #expect(ModelZoo.names == Self.figures.map(\.name))
    }

    @Test(arguments: figures) func parametersAndMacs(published: Figures) throws {
        let network = try ModelZoo.build(name: published.name)
        try network.graph.validate()
        let costs = GraphCosts(of: network.graph)
        #expect(costs.total.parameters == published.parameters)
        #expect(costs.total.macs == published.macs)
        #expect(rounded(costs.total.macs, to: 1_000_000) == Int(published.gigaMacs * 1_000 + 0.5))
        #expect(network.graph.shape(of: network.graph.outputs[0]) == TensorShape([1, 1_000]))
    }

    /// Static memory traffic at 224x224, in millions of elements, batch normalization folded where it can be.
    struct Traffic: Sendable, CustomTestStringConvertible {
        var name: String
        var plan: CostPlan = .naive
        var convolution: String
        var all: String
        var macsPerConvolutionElement: Int
        var peak: String
        var weights: String
        var testDescription: String { "\(name), \(plan)" }
    }

    static let traffic = [
        Traffic(
            name: "vgg16",
            convolution: "22.6",
            all: "30.3",
            macsPerConvolutionElement: 684,
            peak: "6.42",
            weights: "138.4"
        ),
        Traffic(
            name: "resnet18",
            convolution: "4.7",
            all: "8.0",
            macsPerConvolutionElement: 389,
            peak: "1.00",
            weights: "11.7"
        ),
        Traffic(
            name: "resnet50",
            convolution: "21.8",
            all: "39.4",
            macsPerConvolutionElement: 188,
            peak: "1.81",
            weights: "25.5"
        ),
        Traffic(
            name: "densenet121",
            convolution: "21.9",
            all: "65.2",
            macsPerConvolutionElement: 130,
            peak: "1.81",
            weights: "7.9"
        ),
        Traffic(
            name: "densenet121",
            plan: .fused,
            convolution: "21.9",
            all: "23.9",
            macsPerConvolutionElement: 130,
            peak: "1.20",
            weights: "7.9"
        ),
        Traffic(
            name: "densenet201",
            convolution: "31.8",
            all: "108.6",
            macsPerConvolutionElement: 135,
            peak: "1.81",
            weights: "19.8"
        ),
        Traffic(
            name: "densenet201",
            plan: .fused,
            convolution: "31.8",
            all: "34.1",
            macsPerConvolutionElement: 135,
            peak: "1.20",
            weights: "19.8"
        ),
        Traffic(
            name: "shufflenet_v2_x1_0",
            convolution: "4.0",
            all: "7.7",
            macsPerConvolutionElement: 36,
            peak: "0.45",
            weights: "2.3"
        ),
        Traffic(
            name: "mobilenet_v2",
            convolution: "13.4",
            all: "14.2",
            macsPerConvolutionElement: 22,
            peak: "1.51",
            weights: "3.5"
        ),
        Traffic(
            name: "squeezenet1_1",
            convolution: "4.3",
            all: "9.1",
            macsPerConvolutionElement: 81,
            peak: "0.98",
            weights: "1.2"
        ),
    ]

    @Test(arguments: traffic) func staticTraffic(expected: Traffic) throws {
        let graph = try ModelZoo.build(name: expected.name).graph
        let costs = GraphCosts(of: graph, plan: expected.plan)
        #expect(millions(costs.convolutionElements, decimals: 1) == expected.convolution)
        #expect(millions(costs.trafficElements, decimals: 1) == expected.all)
        #expect(rounded(costs.total.macs, to: costs.convolutionElements) == expected.macsPerConvolutionElement)
        #expect(millions(costs.peakLiveElements, decimals: 2) == expected.peak)
        #expect(millions(costs.weightElements, decimals: 1) == expected.weights)
    }

    @Test func memoryAccessIsTrafficAndWeights() throws {
        let costs = GraphCosts(of: try ModelZoo.build(name: "resnet50").graph)
        // 25,502,912 weights; 26,560 filters and 1,000 classes of 4 bytes of bias and 4 of scale.
        #expect(costs.total.int8WeightBytes == 25_502_912 + 8 * (26_560 + 1_000))
        #expect(costs.total.memoryAccessBytes == costs.trafficElements + costs.total.int8WeightBytes)
    }

    private func rounded(_ value: Int, to unit: Int) -> Int { (value + unit / 2) / unit }

    private func millions(_ value: Int, decimals: Int) -> String {
        let scale = decimals == 1 ? 10 : 100
        let digits = rounded(value, to: 1_000_000 / scale)
        let fraction = String(digits % scale)
        return "\(digits / scale)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
}
