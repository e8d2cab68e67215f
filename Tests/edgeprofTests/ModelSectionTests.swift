import EdgeprofAPI
import Testing

@testable import edgeprof

@Suite struct ModelSectionTests {
    private func layer(_ name: String, nanoseconds: UInt64) -> Run.Layer {
        Run.Layer(
            name: name,
            operation: "Conv",
            shape: "1x1",
            macs: 10,
            memoryAccessBytes: .max,
            nanoseconds: nanoseconds
        )
    }

    @Test func sectionsComeFromNames() {
        #expect(ModelSection.sections(ofLayers: ["backbone.a", "classifier.0"]) == [.backbone, .head])
        // One part alone is no section: classification networks, and layers that only begin alike.
        #expect(ModelSection.sections(ofLayers: ["conv1", "fc"]) == [nil, nil])
        #expect(ModelSection.sections(ofLayers: ["backbone.a", "backbone.b"]) == [nil, nil])
        #expect(ModelSection.sections(ofLayers: ["backbones", "head"]) == [nil, nil])
        #expect(ModelSection.sections(ofLayers: []) == [])
    }

    @Test func sumsSaturate() {
        let sections: [ModelSection?] = [.head, .head, nil, .backbone]
        #expect(ModelSection.sum([1, 2, 4, 8], of: .head, in: sections) == 3)
        #expect(ModelSection.sum([.max, 2, 4, 8], of: .head, in: sections) == .max)
    }

    @Test func measuredTimeIsSplit() {
        let layers = [layer("backbone.a", nanoseconds: 30), layer("b", nanoseconds: 10), layer("c", nanoseconds: 60)]
        let sections = LayerSectionJSON.sections(of: layers)
        #expect(sections.map(\.name) == [.backbone, .head])
        #expect(sections.map(\.nanoseconds) == [30, 70])
        #expect(sections.map(\.macs) == [10, 20])
        #expect(sections.map(\.memoryAccessBytes) == [.max, .max])
        #expect(LayerSectionJSON.sections(of: [layer("fc", nanoseconds: 1)]).isEmpty)
    }

    @Test(arguments: [
        ("224", 224, 224), ("96x128", 96, 128), ("0x1", 0, 1),
    ])
    func imageSizesAreRead(argument: String, height: Int, width: Int) throws {
        let size = try #require(ImageSizeArgument(argument: argument))
        #expect(size.height == height && size.width == width)
    }

    @Test(arguments: ["", "x", "1x", "x1", "1x2x3", "axb", "99999999999999999999"])
    func badImageSizesAreRefused(argument: String) {
        #expect(ImageSizeArgument(argument: argument) == nil)
    }
}
