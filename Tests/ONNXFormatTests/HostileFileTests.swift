import Foundation
import ONNXFormat
import Testing

@Suite("damaged and hostile files")
struct HostileFileTests {
    /// Reads a model and all its constants; the only failure allowed is an `ONNXError`.
    static func readWhole(_ path: String) throws {
        do {
            let model = try ONNXFile.read(path: path)
            for tensor in model.graph.initializers {
                _ = content(tensor)
                _ = try? tensor.floats()
                _ = try? tensor.int64s()
            }
            try ONNXWriter.stream(model) { _ in }
        } catch let error as ONNXError {
            #expect(!error.message.contains("\n") && error.message.utf8.count < 4096)
        }
    }

    @Test("cut off at every byte", arguments: ["small.onnx", "typed.onnx", "external.onnx"])
    func truncated(_ name: String) throws {
        let folder = try TemporaryFolder()
        let bytes = try fixtureBytes(name)
        for count in 0..<bytes.count { try Self.readWhole(folder.file("model.onnx", Array(bytes.prefix(count)))) }
    }

    @Test("every bit flipped", arguments: ["small.onnx", "typed.onnx", "external.onnx"])
    func flipped(_ name: String) throws {
        let folder = try TemporaryFolder()
        let bytes = try fixtureBytes(name)
        for position in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[position] ^= 1 << bit
                try Self.readWhole(folder.file("model.onnx", changed))
            }
        }
    }

    @Test(
        "what is no ONNX file",
        arguments: [[], [0], [0xFF], Array("hello, world\n".utf8), [UInt8](repeating: 0x80, count: 40)]
    )
    func garbage(_ bytes: [UInt8]) throws {
        let folder = try TemporaryFolder()
        let error = error { _ = try folder.read(bytes) }
        #expect(error?.code == (bytes.isEmpty ? .cannotRead : .malformed))
    }

    @Test("no file, a folder, a pipe")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        #expect(error { _ = try ONNXFile.read(path: folder.path + "/none.onnx") }?.code == .cannotRead)
        #expect(error { _ = try ONNXFile.read(path: folder.path) }?.code == .cannotRead)
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        #expect(error { _ = try ONNXFile.read(path: folder.path + "/pipe") }?.code == .cannotRead)
        #expect(error { _ = try ONNXFile.read(path: "/proc/self/status") }?.code == .cannotRead)
    }

    @Test("a file of more than 2 GiB, without reading it")
    func tooLarge() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("model.onnx", [0])
        #expect(truncate(path, 1 << 31) == 0)
        #expect(error { _ = try ONNXFile.read(path: path) }?.code == .cannotRead)
    }

    @Test(
        "extents that cannot be",
        arguments: [
            [-1], [Int64.min], [1 << 40], [1 << 62, 4], [1 << 32, 1 << 32], [0, 1 << 62, 1 << 62], [.max, .max],
            [3], [1, 1], [2, 2], Array(repeating: 1, count: 65), [1 << 47], [-1, 0], [-2, -1],
        ] as [[Int64]]
    )
    func extents(_ dims: [Int64]) throws {
        let folder = try TemporaryFolder()
        // Two floats, as raw data and as typed data.
        for field in [9, 4] as [UInt64] {
            let bytes = Wire.model(dims: dims, type: 1, Wire.bytes(field, [UInt8](repeating: 0, count: 8)))
            #expect(error { _ = try folder.read(bytes) }?.code == .malformed)
        }
    }

    @Test("tensors whose data is missing, doubled, of another type or out of range")
    func wrongData() throws {
        let folder = try TemporaryFolder()
        func code(_ dims: [Int64], type: Int64, _ rest: [UInt8]) -> ONNXError.Code? {
            error { _ = try folder.read(Wire.model(dims: dims, type: type, rest)) }?.code
        }
        let four = Wire.bytes(9, [0, 0, 0, 0])
        #expect(code([1], type: 1, four) == nil)
        #expect(code([1], type: 1, []) == .malformed)
        #expect(code([1], type: 1, four + Wire.bytes(4, [0, 0, 0, 0])) == .malformed)
        #expect(code([1], type: 1, Wire.bytes(7, [0])) == .malformed)
        #expect(code([1], type: 3, Wire.bytes(5, Wire.varint(300))) == .malformed)
        #expect(code([2], type: 7, Wire.bytes(7, [1, 2, 3])) == .malformed)
        #expect(code([1], type: 7, Wire.bytes(7, [0x80])) == .malformed)
        #expect(code([1], type: 0, four) == .unsupportedModel)
        #expect(code([1], type: 22, four) == .unsupportedModel)
        #expect(code([1], type: 8, Wire.bytes(6, [65])) == .unsupportedModel)
        #expect(code([1], type: 1, Wire.int(9, 0)) == .malformed)
        #expect(code([1], type: 1, four + Wire.int(14, 7)) == .malformed)
        #expect(code([1], type: 1, four + Wire.bytes(3, [])) == .unsupportedModel)
    }

    @Test("typed data one element at a time, and in several parts")
    func scattered() throws {
        let folder = try TemporaryFolder()
        let float = Wire.varint(4 << 3 | 5) + [0, 0, 0x80, 0x3F]
        let parts = float + Wire.bytes(4, [0, 0, 0, 0x40]) + float
        let model = try folder.read(Wire.model(dims: [3], type: 1, parts))
        #expect(try model.graph.initializers[0].floats() == [1, 2, 1])
        let integers = try folder.read(Wire.model(dims: [3], type: 3, Wire.int(5, -1) + Wire.bytes(5, [1, 2])))
        #expect(try integers.graph.initializers[0].int64s() == [-1, 1, 2])
    }

    @Test("a private field of the stripped copy means nothing in a file")
    func payloadField() throws {
        let bytes = Wire.model(dims: [0], type: 1, Wire.int(0x1FFF_FFFF, 1 << 20))
        #expect(try TemporaryFolder().read(bytes).graph.initializers[0].elementCount == 0)
    }

    @Test("lengths and nesting that reach out of the file")
    func lengthBombs() throws {
        let folder = try TemporaryFolder()
        for length in [1, 127, 1 << 31, 1 << 62, UInt64.max] {
            let bomb = Wire.varint(7 << 3 | 2) + Wire.varint(length)
            #expect(error { _ = try folder.read(bomb) }?.code == .malformed)
            #expect(error { _ = try folder.read(Wire.bytes(7, bomb)) }?.code == .malformed)
        }
        // A hundred thousand graphs, each in an attribute of the one around it, are skipped, not followed.
        var graph = Wire.text(2, "innermost")
        for _ in 0..<2000 {
            graph = Wire.bytes(1, Wire.bytes(5, Wire.text(1, "a") + Wire.int(20, 5) + Wire.bytes(6, graph)))
        }
        #expect(try folder.read(Wire.model(graph: graph)).graph.nodes.count == 1)
        // Groups, which nest without lengths, are no part of the format.
        #expect(error { _ = try folder.read([UInt8](repeating: 0x0B, count: 1000)) }?.code == .malformed)
    }

    @Test("a small file cannot become a large model")
    func amplification() throws {
        let folder = try TemporaryFolder()
        // Five million empty nodes, ten megabytes.
        let nodes = [[UInt8]](repeating: [0x0A, 0], count: 5_000_000).flatMap { $0 }
        let error = error { _ = try folder.read(Wire.model(graph: nodes)) }
        #expect(error?.code == .cannotRead)
        let name = Wire.text(2, String(repeating: "a", count: 40 << 20))
        #expect(codeOf(folder, Wire.model(graph: name)) == .cannotRead)
    }

    private func codeOf(_ folder: TemporaryFolder, _ bytes: [UInt8]) -> ONNXError.Code? {
        error { _ = try folder.read(bytes) }?.code
    }

    @Test("names that would break a line or a terminal are escaped and cut")
    func names() throws {
        let name = "a\u{1B}[2J\n\u{202E}" + String(repeating: "b\u{301}", count: 100_000)
        let bytes = Wire.model(graph: Wire.bytes(5, Wire.int(1, 1) + Wire.int(2, 99) + Wire.text(8, name)))
        let message = try #require(error { _ = try TemporaryFolder().read(bytes) }).message
        #expect(message.utf8.count < 2000 && message.contains("a\\u{1b}[2J\\u{a}\\u{202e}b"))
        #expect(ONNXError.quoted("grüße \"x\"") == "\"grüße \\\"x\\\"\"")
    }

    @Test("names that are not UTF-8, doubled attributes, no operator set")
    func malformed() throws {
        let folder = try TemporaryFolder()
        func code(_ bytes: [UInt8]) -> ONNXError.Code? { codeOf(folder, bytes) }
        #expect(code(Wire.model(graph: Wire.bytes(2, [0xFF]))) == .malformed)
        let attribute = Wire.bytes(5, Wire.text(1, "a") + Wire.int(3, 1) + Wire.int(20, 2))
        #expect(code(Wire.model(graph: Wire.bytes(1, attribute + attribute))) == .malformed)
        #expect(code(Wire.bytes(7, [])) == .malformed)
        #expect(code(Wire.bytes(8, Wire.int(2, 17))) == .malformed)
        #expect(code(Wire.model(graph: Wire.int(1, 1))) == .malformed)
        #expect(code(Wire.model(graph: Wire.bytes(15, []))) == .unsupportedModel)
        let axes = Wire.bytes(2, Wire.bytes(1, Wire.bytes(2, (0..<65).flatMap { _ in Wire.bytes(1, []) })))
        #expect(code(Wire.model(graph: Wire.bytes(11, axes))) == .malformed)
    }

    @Test("a file that shrinks while its model is used reads as zeros, and says so")
    func shrinks() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.onnx"
        try ONNXWriter.write(WritingTests.sample(), to: path)
        let model = try ONNXFile.read(path: path)
        let weights = model.graph.initializers[0]
        #expect(try weights.floats() == [1, 2, 3, 4, 5, 6])
        try model.requireUnchangedFiles()
        #expect(truncate(path, 16) == 0)
        #expect(content(weights) == [UInt8](repeating: 0, count: 24))
        #expect(error { _ = try weights.floats() }?.code == .cannotRead)
        #expect(error { try model.requireUnchangedFiles() }?.code == .cannotRead)
        #expect(error { try ONNXWriter.write(model, to: folder.path + "/copy.onnx") }?.code == .cannotRead)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.onnx"])
    }
}
