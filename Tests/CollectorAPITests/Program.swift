import EdgeprofAPI
import Foundation
import FoundationNetworking
import ProcessTestSupport

/// Runs of the built program.
struct Program {
    /// What a finished run left.
    struct Output {
        var standardOutput: String
        var standardError: String
        var code: Int32
    }

    /// The program stands beside the test bundle.
    static var path: String {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (bundle as NSString).deletingLastPathComponent + "/edgeprof-collector"
    }

    static func run(_ arguments: String...) throws -> Output {
        let (output, errors) = (Pipe(), Pipe())
        let process = try TestProcess(path, arguments, output: .pipe(output), errors: .pipe(errors))
        let text = try String(decoding: output.fileHandleForReading.dataToEnd(), as: UTF8.self)
        let errorText = try String(decoding: errors.fileHandleForReading.dataToEnd(), as: UTF8.self)
        return Output(standardOutput: text, standardError: errorText, code: process.wait())
    }
}

/// A serving collector process.
final class ServingProcess {
    let caller: Caller
    private let process: TestProcess
    private let output = Pipe()

    convenience init(dataDirectory: String, _ options: String...) throws {
        try self.init(arguments: ["--data-dir", dataDirectory] + options)
    }

    init(arguments: [String], standardErrorFile: String? = nil) throws {
        var errors = TestProcess.Stream.null
        if let standardErrorFile {
            _ = FileManager.default.createFile(atPath: standardErrorFile, contents: nil)
            errors = .file(try FileHandle(forWritingTo: URL(fileURLWithPath: standardErrorFile)))
        }
        process = try TestProcess(
            Program.path,
            ["serve", "--port", "0", "--log-level", "error"] + arguments,
            output: .pipe(output),
            errors: errors
        )
        var line = ""
        while !line.contains("\n") {
            let data = try output.fileHandleForReading.nextData()
            guard !data.isEmpty else { break }
            line += String(decoding: data, as: UTF8.self)
        }
        let address = line.trimmingCharacters(in: .newlines).replacing("listening on ", with: "")
        caller = Caller(address: address)
    }

    deinit { process.signal(SIGKILL) }

    /// Sends a signal.
    func signal(_ signal: Int32) { process.signal(signal) }

    /// Sends a signal and waits for the end; the exit code, or the signal's number negated.
    func end(_ signal: Int32) -> Int32 { process.end(signal) }
}

/// Sends requests to a serving process.
struct Caller: Sendable {
    let address: String

    func send(_ method: String, _ path: String, token: String, body: Data? = nil) async throws -> (Int, Data) {
        guard let url = URL(string: address + path) else { throw Problem(status: 0, title: "bad URL \(address)") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, data)
    }
}
