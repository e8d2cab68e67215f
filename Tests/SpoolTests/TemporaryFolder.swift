import Foundation
import Glibc

/// A folder that goes with the test.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory.appending(path: "edgeprof-spool-\(UUID())").path

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var spool: String { path + "/spool" }

    /// Bytes of the file system's block.
    var blockBytes: UInt64 {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? UInt64(status.f_frsize) : 0
    }

    /// What the waiting records take, as the file system counts.
    var recordBlocks: UInt64 {
        names().filter { $0.hasSuffix(".record") }.reduce(0) { sum, name in
            var status = stat()
            return stat("\(spool)/\(name)", &status) == 0 ? sum + UInt64(status.st_blocks) * 512 : sum
        }
    }

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
