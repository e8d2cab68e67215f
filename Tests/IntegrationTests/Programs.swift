import Foundation
import ProcessTestSupport
import Testing

/// The programs just built, run as a person or a service manager would run them.
enum Programs {
    /// Where the build put them: beside the test bundle.
    static let directory: String = {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return (own as NSString).deletingLastPathComponent
    }()

    /// How a finished program ended.
    struct Result {
        var status: Int32
        var output: String
        var errors: String

        /// Lines written to standard error.
        var errorLines: [String] { errors.split(whereSeparator: \.isNewline).map(String.init) }
    }

    /// Runs a program to its end.
    static func run(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        // Files, not pipes: a full pipe would stop the program.
        let folder = try TemporaryFolder()
        let output = try folder.newFile("output")
        let errors = try folder.newFile("errors")
        let process = try TestProcess(
            directory + "/" + name,
            arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            output: .file(output),
            errors: .file(errors)
        )
        return Result(
            status: process.wait(),
            output: try String(contentsOfFile: folder.path("output"), encoding: .utf8),
            errors: try String(contentsOfFile: folder.path("errors"), encoding: .utf8)
        )
    }

    /// The SHA-256 of a file, by a program that is not ours.
    static func sha256sum(_ path: String) throws -> String {
        let (output, code) = try TestProcess.run("/usr/bin/sha256sum", [path])
        try #require(code == 0)
        return String(decoding: output.prefix(64), as: UTF8.self)
    }

    /// Starts a program that goes on running; its output goes to a file.
    static func start(_ name: String, _ arguments: [String], log: FileHandle) throws -> TestProcess {
        try TestProcess(directory + "/" + name, arguments, output: .file(log), errors: .file(log))
    }
}

/// A folder that goes when nobody holds it any more.
final class TemporaryFolder {
    private let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("edgeprof-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    /// The path of an entry.
    func path(_ name: String) -> String { root.appendingPathComponent(name).path }

    /// Writes a text file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    /// Makes an empty file open for writing.
    func newFile(_ name: String) throws -> FileHandle {
        _ = try write("", to: name)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path(name)))
    }
}
