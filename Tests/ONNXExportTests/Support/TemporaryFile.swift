import Foundation

/// A path that is removed with its last reference.
final class TemporaryFile {
    let path = NSTemporaryDirectory() + "/edgeprof-export-" + UUID().uuidString + ".onnx"

    init() throws {}

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
