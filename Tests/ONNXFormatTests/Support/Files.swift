import Foundation
import ONNXFormat
import Testing

/// A folder that is removed with its last reference.
final class TemporaryFolder {
    let path: String

    init() throws {
        // In memory where there is such a place: thousands of files are written.
        let parent = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        path = parent + "/edgeprof-onnx-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }

    /// Reads a model from bytes.
    func read(_ bytes: [UInt8]) throws -> ONNXModel { try ONNXFile.read(path: file("model.onnx", bytes)) }
}

/// Path of a fixture, made by Fixtures/make-fixtures.py.
func fixture(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures/" + name
}

func fixtureBytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture(name))))
}

/// The error a call throws, nil when it throws none or another.
func error(_ body: () throws -> Void) -> ONNXError? {
    do {
        try body()
        return nil
    } catch {
        return error as? ONNXError
    }
}
