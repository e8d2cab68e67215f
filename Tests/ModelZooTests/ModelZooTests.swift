import ModelZoo
import NetworkGraph
import Testing

@Suite struct ModelZooTests {
    @Test func entriesHoldPublishedAccuracies() throws {
        let resnet50 = try ModelZoo.entry("resnet50")
        #expect(resnet50.family == "resnet")
        #expect(resnet50.hyperparameterCount == 2)
        #expect(resnet50.publishedTop1.value == 0.7592)
        #expect(resnet50.publishedTop1.precision == .int8)
        #expect(resnet50.publishedTop1.source == "torchvision 0.29 weight metadata")
        #expect(try ModelZoo.entry("densenet121").publishedTop1.precision == .float)
        for model in ModelZoo.models { #expect((0.5...0.8).contains(model.publishedTop1.value)) }
        let counts = Dictionary(ModelZoo.models.map { ($0.family, $0.hyperparameterCount) }) { first, _ in first }
        #expect(
            counts == [
                "vgg": 2, "resnet": 2, "densenet": 5, "shufflenet_v2": 2, "mobilenet_v2": 3, "squeezenet": 3,
            ]
        )
    }

    @Test(arguments: [
        ("resnet5", "resnet50"), ("densnet121", "densenet121"), ("ResNet-18", "resnet18"),
        ("mobilenetv2", "mobilenet_v2"),
        ("squeezenet", "squeezenet1_1"),
    ]) func unknownNamesAreAnsweredWithTheNearest(asked: String, meant: String) {
        let error = #expect(throws: ModelZooError.self) { try ModelZoo.entry(asked) }
        guard case .unknownModel(let name, let suggestions)? = error else {
            Issue.record("expected an unknown model")
            return
        }
        #expect(name == asked)
        #expect(suggestions.count == 3 && suggestions[0] == meant)
        #expect(error?.description.contains(meant) == true)
    }

    @Test func hopelessNamesMakeOneShortLine() {
        for name in ["", "\n\u{0}", String(repeating: "resnet", count: 100_000)] {
            let error = #expect(throws: ModelZooError.self) { try ModelZoo.build(name: name) }
            #expect(error.map { $0.description.count < 200 && !$0.description.contains("\n") } == true)
        }
    }

    @Test(arguments: [-1, 0, 31, 2_049, Int.max, Int.min]) func imageSizesAreBounded(size: Int) {
        let error = #expect(throws: ModelZooError.self) { try ModelZoo.build(name: "resnet18", imageSize: size) }
        #expect(error == .unusableImageSize(size, model: "resnet18", reason: nil))
        #expect(error?.description.contains("32 to 2048") == true)
    }

    @Test(arguments: [32, 33, 97, 160, 225, 448, 2_048]) func everyModelTakesOtherImageSizes(size: Int) throws {
        for name in ModelZoo.names {
            do {
                let network = try ModelZoo.build(name: name, imageSize: size)
                try network.graph.validate()
                #expect(network.graph.shape(of: network.graph.inputs[0]).width == size)
                #expect(network.graph.shape(of: network.graph.outputs[0]) == TensorShape([1, 1_000]))
                #expect(network.activationRanges.count == network.graph.values.count)
            } catch ModelZooError.unusableImageSize(_, _, let reason?) {
                // VGG's adaptive pooling to 7x7 has no equal here when the sides do not divide.
                #expect(size == 2_048 && name.hasPrefix("vgg") && reason.node == "avgpool")
            }
        }
    }

    @Test func vggPoolsLargeImages() throws {
        let graph = try ModelZoo.build(name: "vgg11", imageSize: 448).graph
        #expect(graph.nodes.contains { $0.name == "avgpool" })
        #expect(GraphCosts(of: graph).total.parameters == 132_863_336)
    }

    @Test func nodesAreNamedAsInTorchvision() throws {
        func names(_ model: String) throws -> Set<String> {
            Set(try ModelZoo.build(name: model).graph.nodes.map(\.name))
        }
        #expect(
            try names("resnet50").isSuperset(of: ["layer1.0.conv3", "layer4.2.bn3", "layer2.0.downsample.0", "fc"])
        )
        #expect(try names("densenet121").contains("features.denseblock4.denselayer16.conv2"))
        #expect(try names("densenet121").contains("features.transition3.conv"))
        #expect(try names("vgg16").isSuperset(of: ["features.0", "features.28", "classifier.6"]))
        #expect(try names("vgg16_bn").contains("features.40"))
        #expect(
            try names("shufflenet_v2_x1_0").isSuperset(of: ["stage2.0.branch1.2", "stage4.3.branch2.5", "conv5.0"])
        )
        #expect(try names("mobilenet_v2").isSuperset(of: ["features.1.conv.1", "features.17.conv.2", "features.18.0"]))
        #expect(try names("squeezenet1_1").isSuperset(of: ["features.12.expand3x3", "classifier.1"]))
    }
}
