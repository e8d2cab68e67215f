import ModelZoo
import NetworkGraph
import Quantization
import Testing

/// Heads on backbones: sizes by hand and, where torchvision has the same network, against what it publishes.
@Suite struct HeadModelTests {
    /// Parameters of a backbone without its classifier, from its published ones.
    private static let backboneParameters = [
        "resnet18": 11_689_512 - 513_000, "resnet50": 25_557_032 - 2_049_000, "densenet121": 7_978_856 - 1_025_000,
        "mobilenet_v2": 3_504_872 - 1_281_000, "shufflenet_v2_x1_0": 2_278_604 - 1_025_000,
        "vgg16": 138_357_544 - 123_642_856,
    ]

    /// Channels of the features before and after the image's fifth halving.
    private static let widths = [
        "resnet18": (256, 512), "resnet50": (1_024, 2_048), "densenet121": (1_024, 1_024),
        "mobilenet_v2": (576, 1_280), "shufflenet_v2_x1_0": (232, 1_024), "vgg16": (512, 512),
    ]

    private func costs(_ name: String, size: Int? = nil) throws -> GraphCosts {
        GraphCosts(of: try ModelZoo.build(name: name, imageSize: size).graph)
    }

    @Test func everyBackboneHasEveryHead() {
        #expect(ModelZoo.headModels.count == 18)
        #expect(Set(ModelZoo.headModels.map(\.backbone)) == Set(Self.widths.keys))
        #expect(Set(ModelZoo.names).isDisjoint(with: ModelZoo.headModels.map(\.name)))
    }

    @Test(arguments: ModelZoo.headModels.filter { $0.head == .fcn })
    func fcnHasItsParameters(model: HeadModel) throws {
        let (_, width) = try #require(Self.widths[model.backbone])
        let inner = width / 4
        let head = width * inner * 9 + 2 * inner + inner * 21 + 21
        #expect(try costs(model.name).total.parameters == Self.backboneParameters[model.backbone].map { $0 + head })
    }

    @Test(arguments: ModelZoo.headModels.filter { $0.head == .deeplabv3 })
    func deepLabHasItsParameters(model: HeadModel) throws {
        let (_, width) = try #require(Self.widths[model.backbone])
        let pyramid = 2 * (width * 256 + 512) + 3 * (width * 256 * 9 + 512)
        let head = pyramid + (5 * 256 * 256 + 512) + (256 * 256 * 9 + 512) + 256 * 21 + 21
        #expect(try costs(model.name).total.parameters == Self.backboneParameters[model.backbone].map { $0 + head })
    }

    @Test(arguments: ModelZoo.headModels.filter { $0.head == .ssdlite })
    func ssdLiteHasItsParameters(model: HeadModel) throws {
        let (middle, last) = try #require(Self.widths[model.backbone])
        var head = 0
        var channels = last
        for outputs in [512, 256, 256, 128] {
            let inner = outputs / 2
            head += channels * inner + 2 * inner + 9 * inner + 2 * inner + inner * outputs + 2 * outputs
            channels = outputs
        }
        for channels in [middle, last, 512, 256, 256, 128] {
            for outputs in [6 * 91, 6 * 4] { head += 9 * channels + 2 * channels + channels * outputs + outputs }
        }
        #expect(try costs(model.name).total.parameters == Self.backboneParameters[model.backbone].map { $0 + head })
    }

    /// Torchvision publishes its models with the auxiliary classifier that training uses: 3x3 from 1,024 to 256
    /// channels, batch normalization, 1x1 to 21 classes, over features of an eighth of 520.
    private static let auxiliaryParameters = 1_024 * 256 * 9 + 2 * 256 + 256 * 21 + 21
    private static let auxiliaryMacs = 65 * 65 * (1_024 * 256 * 9 + 256 * 21)

    @Test(arguments: [("resnet50+fcn", 35_322_218, 152_717), ("resnet50+deeplabv3", 42_004_074, 178_722)])
    func torchvisionsFiguresAreMet(name: String, parameters: Int, megaMacs: Int) throws {
        let costs = try costs(name, size: 520)
        #expect(costs.total.parameters + Self.auxiliaryParameters == parameters)
        // Published in units of 1e9, three decimals.
        #expect((costs.total.macs + Self.auxiliaryMacs + 500_000) / 1_000_000 == megaMacs)
    }

    @Test(arguments: ModelZoo.headModels) func outputsHaveTheirShapes(model: HeadModel) throws {
        let zoo = try ModelZoo.build(name: model.name)
        try zoo.graph.validate()
        let outputs = zoo.graph.outputs.map(zoo.graph.shape(of:))
        switch model.head {
        case .fcn, .deeplabv3: #expect(outputs == [TensorShape(channels: 21, height: 512, width: 512)])
        case .ssdlite:
            let anchors = 6 * (32 * 32 + 16 * 16 + 8 * 8 + 4 * 4 + 2 * 2 + 1)
            #expect(outputs == [TensorShape([1, anchors, 91]), TensorShape([1, anchors, 4])])
        }
        #expect(zoo.activationRanges.count == zoo.graph.values.count)
        let names = zoo.graph.nodes.map(\.name)
        #expect(names.contains { $0.hasPrefix("backbone.") } && names.contains { !$0.hasPrefix("backbone.") })
    }

    @Test func segmentationBackbonesAreDilatedAsInTorchvision() throws {
        let graph = try ModelZoo.build(name: "resnet50+fcn").graph
        func window(_ name: String) throws -> Window {
            let node = try #require(graph.nodes.first { $0.name == name })
            guard case .convolution(let layer) = node.operation else {
                throw GraphError(.unknownValue, node: name, problem: "", remedy: "")
            }
            return layer.window
        }
        #expect(try window("backbone.layer2.0.conv2") == Window(kernel: 3, stride: 2, padding: 1))
        #expect(try window("backbone.layer3.0.conv2") == Window(kernel: 3, padding: 1))
        #expect(try window("backbone.layer3.1.conv2") == Window(kernel: 3, padding: 2, dilation: 2))
        #expect(try window("backbone.layer4.0.conv2") == Window(kernel: 3, padding: 2, dilation: 2))
        #expect(try window("backbone.layer4.2.conv2") == Window(kernel: 3, padding: 4, dilation: 4))
        for model in ModelZoo.headModels where model.head == .fcn {
            let graph = try ModelZoo.build(name: model.name).graph
            let scores = try #require(graph.nodes.first { $0.name == "classifier.4" })
            #expect(graph.shape(of: scores.outputs[0]) == TensorShape(channels: 21, height: 64, width: 64))
        }
    }

    @Test(arguments: ModelZoo.headModels) func everyHeadQuantizes(model: HeadModel) throws {
        let zoo = try ModelZoo.build(name: model.name, imageSize: 64)
        let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
        #expect(network.outputs.count == zoo.graph.outputs.count)
        try NetworkGraph(describing: network).validate()
    }

    @Test func unknownHeadsAreAnsweredWithTheNearest() {
        let error = #expect(throws: ModelZooError.self) { try ModelZoo.build(name: "resnet50+deeplab") }
        #expect(error?.description.contains("resnet50+deeplabv3") == true)
        #expect(throws: ModelZooError.self) { try ModelZoo.family(of: "resnet50+") }
        #expect((try? ModelZoo.family(of: "resnet50+fcn")) == "resnet")
    }

    @Test func inputsMayBeOblongAndSeveral() throws {
        let zoo = try ModelZoo.build(name: "vgg11", input: ZooInput(height: 224, width: 448, batch: 2))
        #expect(zoo.graph.shape(of: zoo.graph.outputs[0]) == TensorShape([2, 1_000]))
        #expect(GraphCosts(of: zoo.graph).total.parameters == 132_863_336)
        let masks = try ModelZoo.build(name: "mobilenet_v2+fcn", input: ZooInput(height: 64, width: 96, batch: 3))
        #expect(
            masks.graph.shape(of: masks.graph.outputs[0]) == TensorShape(batch: 3, channels: 21, height: 64, width: 96)
        )
        #expect(throws: ModelZooError.self) { try ModelZoo.build(name: "vgg11", input: ZooInput(batch: 0)) }
        #expect(throws: ModelZooError.self) { try ModelZoo.build(name: "vgg11", input: ZooInput(width: 31)) }
        #expect(throws: ModelZooError.self) { try ModelZoo.build(name: "vgg11", input: ZooInput(batch: .max)) }
    }
}
