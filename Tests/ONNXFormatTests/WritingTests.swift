import Foundation
import ONNXFormat
import Testing

@Suite("writing files")
struct WritingTests {
    /// One of everything that can be written.
    static func sample() -> ONNXModel {
        var graph = ONNXGraph(name: "sample")
        graph.nodes = [
            ONNXNode(
                name: "n\"1",
                operatorType: "Op",
                domain: "test",
                inputs: ["x", "", "w"],
                outputs: ["y", "z"],
                attributes: [
                    "f": .float(-0.5), "i": .int(.min), "s": .string("ü"), "t": .tensor(int64s("", [7, -1])),
                    "fs": .floats([1, .infinity]), "is": .ints([0, -1, .max]), "ss": .strings(["", "b"]),
                    "empty": .ints([]),
                ]
            )
        ]
        graph.initializers = [
            ONNXTensor(name: "w", floats: [1, 2, 3, 4, 5, 6], dimensions: [2, 3]), int64s("shape", [1, -1]),
            ONNXTensor(name: "b", int32s: [.min], dimensions: []),
            ONNXTensor(name: "u", uint8s: [255], dimensions: [1]),
            ONNXTensor(name: "s", int8s: [-128, 127], dimensions: [2, 1]),
            ONNXTensor(name: "none", floats: [], dimensions: [0, 4]),
            ONNXTensor(name: "made", elementType: .uint8, dimensions: [3 << 20]) { offset, buffer in
                for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: (offset + index) % 251) }
            },
        ]
        graph.inputs = [
            ONNXValueInfo(name: "x", elementType: .float32, dimensions: [.symbolic("n"), .fixed(3), .unknown])
        ]
        graph.outputs = [
            ONNXValueInfo(name: "y", elementType: .uint8, dimensions: []),
            ONNXValueInfo(name: "z", elementType: nil, dimensions: nil),
        ]
        graph.valueInfos = [ONNXValueInfo(name: "v", elementType: .int8, dimensions: nil)]
        return ONNXModel(
            irVersion: 8,
            operatorSets: ["": 17, "test": 2],
            producerName: "edgeprof",
            producerVersion: "1.0",
            graph: graph
        )
    }

    static func int64s(_ name: String, _ numbers: [Int64]) -> ONNXTensor {
        ONNXTensor(name: name, int64s: numbers, dimensions: [numbers.count])
    }

    @Test("what is written is what is read back")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/sample.onnx"
        try ONNXWriter.write(Self.sample(), to: path)
        #expect(describe(try ONNXFile.read(path: path)) == describe(Self.sample()))
    }

    @Test("a file read and written is read the same", arguments: ["small.onnx", "external.onnx"])
    func fixtures(_ name: String) throws {
        let folder = try TemporaryFolder()
        let model = try ONNXFile.read(path: fixture(name))
        try ONNXWriter.write(model, to: folder.path + "/copy.onnx")
        #expect(describe(try ONNXFile.read(path: folder.path + "/copy.onnx")) == describe(model))
    }

    @Test("the same bytes each time, streamed or written, in bounded chunks")
    func deterministic() throws {
        let folder = try TemporaryFolder()
        func streamed() throws -> [UInt8] {
            var bytes: [UInt8] = []
            try ONNXWriter.stream(Self.sample()) { chunk in
                #expect(chunk.count <= 1 << 20)
                bytes += chunk
            }
            return bytes
        }
        let bytes = try streamed()
        try ONNXWriter.write(Self.sample(), to: folder.path + "/a.onnx")
        #expect(try streamed() == bytes)
        #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/a.onnx"))) == bytes)
    }

    @Test("a file is replaced, and nothing else is left in its folder")
    func replaces() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("model.onnx", [1, 2, 3])
        try ONNXWriter.write(Self.sample(), to: path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.onnx"])
        #expect(try ONNXFile.read(path: path).graph.name == "sample")
    }

    @Test("a model may be written over the file its constants lie in")
    func overItself() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.onnx"
        try ONNXWriter.write(Self.sample(), to: path)
        let model = try ONNXFile.read(path: path)
        try ONNXWriter.write(model, to: path)
        #expect(describe(try ONNXFile.read(path: path)) == describe(Self.sample()))
    }

    @Test("where nothing can be written: one clear error, nothing left behind")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        let missing = error { try ONNXWriter.write(Self.sample(), to: folder.path + "/none/model.onnx") }
        #expect(missing?.code == .cannotWrite && missing?.message.contains("No such file") == true)
        let taken = error { try ONNXWriter.write(Self.sample(), to: folder.path) }
        #expect(taken?.code == .cannotWrite)
        let file = try folder.file("file", [0])
        #expect(error { try ONNXWriter.write(Self.sample(), to: file + "/model.onnx") }?.code == .cannotWrite)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }

    @Test("models no file can hold are refused before anything is written")
    func unwritableModels() throws {
        let folder = try TemporaryFolder()
        var large = Self.sample()
        large.graph.initializers.append(
            ONNXTensor(name: "huge", elementType: .float32, dimensions: [1 << 29]) { _, _ in }
        )
        let tooLarge = error { try ONNXWriter.write(large, to: folder.path + "/m.onnx") }
        #expect(tooLarge?.code == .cannotWrite && tooLarge?.message.contains("2 GiB") == true)
        var strange = Self.sample()
        strange.graph.nodes[0].attributes["g"] = .unsupported(kind: "GRAPH")
        #expect(error { try ONNXWriter.write(strange, to: folder.path + "/m.onnx") }?.code == .cannotWrite)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("an error of the stream's reader ends the stream")
    func readerFails() throws {
        struct Stop: Error {}
        var calls = 0
        #expect(throws: Stop.self) {
            try ONNXWriter.stream(Self.sample()) { _ in
                calls += 1
                throw Stop()
            }
        }
        #expect(calls == 1)
    }
}

/// Everything a model says, bytes of constants included.
func describe(_ model: ONNXModel) -> String {
    func text(_ tensor: ONNXTensor) -> String {
        "\(tensor.name) \(tensor.elementType) \(tensor.dimensions) \(content(tensor).hashValue)"
    }
    var lines = [
        "\(model.irVersion) \(model.operatorSets.sorted { $0.key < $1.key }) \(model.producerName) \(model.producerVersion)"
    ]
    lines.append(model.graph.name)
    for node in model.graph.nodes {
        lines.append("\(node.name) \(node.operatorType) \(node.domain) \(node.inputs) \(node.outputs)")
        for (name, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
            if case .tensor(let tensor) = attribute {
                lines.append(name + " " + text(tensor))
            } else {
                lines.append("\(name) \(attribute)")
            }
        }
    }
    lines += model.graph.initializers.map(text)
    lines += (model.graph.inputs + model.graph.outputs + model.graph.valueInfos).map { "\($0)" }
    return lines.joined(separator: "\n")
}
