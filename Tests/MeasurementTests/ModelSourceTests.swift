import EdgeprofAPI
import NetworkGraph
import Testing

@testable import Measurement

@Suite struct ModelSourceTests {
    @Test(arguments: [
        ("resnet50", ModelSource.zoo("resnet50"), "resnet50"), ("resnet50+fcn", .zoo("resnet50+fcn"), "resnet50+fcn"),
        ("mine.onnx", .file("mine.onnx"), "mine"), ("./mine", .file("./mine"), "mine"),
        ("/a/b.c/mine.int8.onnx", .file("/a/b.c/mine.int8.onnx"), "mine.int8"), (".onnx", .file(".onnx"), ".onnx"),
        ("/", .file("/"), "model"), ("a/b\u{1b}[31m.onnx", .file("a/b\u{1b}[31m.onnx"), "b?[31m"),
    ])
    func argumentsAreZooNamesOrPaths(argument: String, source: ModelSource, name: String) {
        #expect(ModelSource(argument) == source)
        #expect(source.name == name)
    }

    @Test func namesFitACollectorsField() {
        let long = ModelSource("/tmp/" + String(repeating: "ä", count: 150) + ".onnx")
        #expect(long.name == String(repeating: "ä", count: 100))
    }

    @Test func whatIsNotThereIsNamed() throws {
        #expect { try ModelSource("resnet19").check() } throws: { "\($0)".contains("resnet18") }
        #expect { try ModelSource("/nowhere/m.onnx").check() } throws: { "\($0)".contains("/nowhere/m.onnx") }
        let folder = TemporaryFolder()
        let garbage = folder.write("garbage.onnx", "not a model")
        for path in [garbage, folder.path + "/"] {
            let error = #expect(throws: ModelError.self) { try ModelSource(path).load() }
            #expect(error?.code == .unusable && error?.description.contains("\n") == false)
        }
        try ModelSource("mobilenet_v2+ssdlite").check()
    }

    @Test func zooModelsHaveAFamilyAndTheirOwnGraph() throws {
        let loaded = try ModelSource("resnet18").load()
        #expect(loaded.family == "resnet")
        #expect(loaded.graph.nodes.contains { $0.name == "layer1.0.bn1" })
    }
}
