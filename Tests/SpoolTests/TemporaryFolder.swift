import Foundation

/// A folder that goes with the test.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory.appending(path: "edgeprof-spool-\(UUID())").path

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var spool: String { path + "/spool" }

    func bytes(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: "\(spool)/\(name)").map { [UInt8]($0) } ?? []
    }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(spool)/\(name)"))
    }

    func names(_ subfolder: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(spool)/\(subfolder)")) ?? []).sorted()
    }
}
