import Foundation
import ONNXFormat
import Testing

@Suite("external data")
struct ExternalDataTests {
    let outer: TemporaryFolder
    let folder: String

    /// A model's folder with one data file in it, and a file outside that no model may read.
    init() throws {
        outer = try TemporaryFolder()
        folder = outer.path + "/model"
        try FileManager.default.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
        _ = try outer.file("secret", [1, 2, 3, 4])
        _ = try outer.file("model/data", [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    }

    private func read(_ entries: KeyValuePairs<String, String>) throws -> [Float] {
        let path = try outer.file("model/m.onnx", Wire.model(dims: [1], type: 1, Wire.external(entries)))
        return try ONNXFile.read(path: path).graph.initializers[0].floats()
    }

    private func refused(_ entries: KeyValuePairs<String, String>) -> Bool {
        error { _ = try read(entries) }?.code == .external
    }

    @Test("offset and length may be given or not")
    func reads() throws {
        #expect(try read(["location": "data"]) == [1])
        #expect(try read(["location": "data", "offset": "4", "length": "4", "checksum": "?"]) == [2])
        #expect(try read(["location": "./data", "offset": "4"]) == [2])
    }

    @Test("paths that are not within the model's folder are refused")
    func outside() throws {
        for path in [
            "../secret", "sub/../../secret", "sub/../data", "..", outer.path + "/secret", folder + "/data", "", ".",
            "/", "sub",
            "data\0", "data/", String(repeating: "a", count: 5000),
        ] {
            #expect(refused(["location": path]), "\(path.prefix(40))")
        }
    }

    @Test("symbolic links may stay in the folder, and are refused when they leave it")
    func links() throws {
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: folder + "/inside", withDestinationPath: "data")
        try manager.createSymbolicLink(atPath: folder + "/outside", withDestinationPath: "../secret")
        try manager.createSymbolicLink(atPath: folder + "/up", withDestinationPath: "..")
        try manager.createSymbolicLink(atPath: folder + "/loop", withDestinationPath: "loop")
        #expect(try read(["location": "inside"]) == [1])
        for path in ["outside", "up/secret", "loop"] { #expect(refused(["location": path]), "\(path)") }
        // A folder whose name merely begins like the model's is another folder.
        try manager.createDirectory(atPath: folder + "-other", withIntermediateDirectories: true)
        _ = try outer.file("model-other/data", [0, 0, 0, 0])
        try manager.createSymbolicLink(atPath: folder + "/sibling", withDestinationPath: "../model-other/data")
        #expect(refused(["location": "sibling"]))
    }

    @Test("missing, short and absurd")
    func short() throws {
        #expect(refused(["location": "none"]))
        #expect(refused([:]))
        #expect(refused(["location": "data", "offset": "5"]))
        #expect(refused(["location": "data", "offset": "9223372036854775807"]))
        #expect(refused(["location": "data", "offset": "99999999999999999999"]))
        #expect(refused(["location": "data", "offset": "-4"]))
        #expect(refused(["location": "data", "length": "8"]))
        #expect(refused(["location": "data", "length": "x"]))
        #expect(mkfifo(folder + "/pipe", 0o600) == 0)
        #expect(refused(["location": "pipe"]))
    }

    @Test("a model named without a folder looks in the current one")
    func relative() throws {
        // Not changed here, for other tests run beside this one: the path is only made relative.
        let here = FileManager.default.currentDirectoryPath
        let up = String(repeating: "../", count: here.split(separator: "/").count)
        _ = try read(["location": "data"])
        let model = try ONNXFile.read(path: up + folder.dropFirst() + "/m.onnx")
        #expect(try model.graph.initializers[0].floats() == [1])
    }

    @Test("more files than anyone needs")
    func manyFiles() throws {
        var graph: [UInt8] = []
        for index in 0..<300 {
            _ = try outer.file("model/d\(index)", [0, 0, 0, 0])
            graph += Wire.bytes(5, Wire.int(1, 1) + Wire.int(2, 1) + Wire.external(["location": "d\(index)"]))
        }
        let path = try outer.file("model/m.onnx", Wire.model(graph: graph))
        #expect(error { _ = try ONNXFile.read(path: path) }?.code == .external)
    }
}
