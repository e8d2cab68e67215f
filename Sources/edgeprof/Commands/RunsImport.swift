import ArgumentParser
import EdgeprofAPI
import Foundation
import HTTPTransport

/// The command `edgeprof runs import`.
struct RunsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Give the collector runs of another one, as `edgeprof runs export` wrote them in jsonl.",
        discussion: """
            Needs an administrator's token. Runs that are there already are left alone, so it may be run again. Agents that the \
            collector does not know are listed as revoked; jobs are left behind. For the same ranking import the tiers too.

            Example: edgeprof runs import runs.jsonl
            """
    )

    /// Lines and bytes sent at a time.
    private static let batch = (lines: 200, bytes: 4 << 20)

    @Argument(help: ArgumentHelp("A file of `edgeprof runs export --format jsonl`.", valueName: "file.jsonl"))
    var file: String

    func run() async throws {
        let client = try CollectorConnection.saved()
        guard let lines = LineReader(path: file) else {
            throw InputError("\(file): \(String(cString: strerror(errno)))")
        }
        var counts: [RunResult.Status: Int] = [:]
        var reasons: [String] = []
        var batch: [[UInt8]] = []
        func send() async throws {
            guard !batch.isEmpty else { return }
            let body = Array(#"{"runs":["#.utf8) + batch.joined(separator: [UInt8(ascii: ",")]) + Array("]}".utf8)
            batch = []
            for result in try await client.importRuns(body: body).results {
                counts[result.status, default: 0] += 1
                if let reason = result.reason, reasons.count < 5 { reasons.append("\(result.id): \(reason)") }
            }
            Terminal.progress("\(counts.values.reduce(0, +)) runs sent")
        }
        var number = 0
        while let line = try lines.next() {
            number += 1
            guard !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) else { continue }
            // Read here, so that a damaged line is told by its number.
            guard (try? JSONDecoder().decode(Run.self, from: Data(line))) != nil else {
                throw InputError(
                    "\(file): line \(number) is no run; give what `edgeprof runs export --format jsonl` wrote"
                )
            }
            if !batch.isEmpty, batch.reduce(line.count, { $0 + $1.count }) > Self.batch.bytes { try await send() }
            batch.append(line)
            if batch.count == Self.batch.lines { try await send() }
        }
        try await send()
        Terminal.progress("")
        let count = { counts[$0, default: 0] }
        Terminal.complain(
            "\(count(.stored)) runs stored, \(count(.duplicate)) were there, \(count(.rejected)) rejected"
        )
        for reason in reasons { Terminal.complain("rejected \(reason)") }
        if count(.rejected) > 0 { throw ExitCode(1) }
    }
}

/// Lines of a file, one in memory at a time.
private final class LineReader {
    private static let longest = 16 << 20
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    private let path: String

    init?(path: String) {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        (self.handle, self.path) = (handle, path)
    }

    /// The next line without its end; nil after the last.
    func next() throws -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            guard !isAtEnd else {
                defer { start = buffer.count }
                return start < buffer.count ? Array(buffer[start...]) : nil
            }
            buffer.removeFirst(start)
            (searched, start) = (buffer.count, 0)
            guard buffer.count <= Self.longest else { throw InputError("\(path): a line of more than 16 MiB") }
            let piece = try handle.read(upToCount: 1 << 20) ?? Data()
            isAtEnd = piece.isEmpty
            buffer += piece
        }
    }
}
