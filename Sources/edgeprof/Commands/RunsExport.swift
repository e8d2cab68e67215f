import ArgumentParser
import EdgeprofAPI
import Foundation
import HTTPTransport

/// The command `edgeprof runs export`.
struct RunsExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write runs into a file, newest first.",
        discussion: """
            csv has a line a run without layers and histograms, jsonl everything, as `edgeprof runs import` reads it. The file takes \
            its name when it is complete; a broken connection is taken up again where it broke.

            Example: edgeprof runs export --model resnet18 --format jsonl -o resnet18.jsonl
            """
    )

    /// How the file is written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, jsonl
    }

    /// Runs asked for at a time: what a broken connection costs.
    private static let partSize = 10_000
    /// How often a part is tried.
    private static let tries = 5

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String
    @Option(help: "csv or jsonl; by the file's name unless given.") var format: Format?
    @OptionGroup var runs: RunFilterOptions

    func validate() throws {
        guard format ?? Self.format(of: output) != nil else {
            throw ValidationError("give --format csv or --format jsonl")
        }
    }

    func run() async throws {
        try OutputFile.check(output)
        let client = try CollectorConnection.saved()
        let file = try PartialFile(path: output)
        defer { file.discard() }
        let format = (self.format ?? Self.format(of: output) ?? .jsonl).rawValue
        var cursor: String?
        repeat {
            cursor = try await part(after: cursor, as: format, of: client, into: file)
        } while cursor != nil
        try file.finish()
        Terminal.progress("")
        let count = file.lines - (format == "csv" ? 1 : 0)
        Terminal.complain("\(max(0, count)) runs in \(output)")
    }

    private func part(
        after cursor: String?,
        as format: String,
        of client: CollectorClient,
        into file: PartialFile
    ) async throws -> String? {
        file.keep()
        var failures = 0
        while true {
            do throws(CollectorError) {
                return try await client.exportRuns(
                    as: format,
                    runs.filter,
                    limit: Self.partSize,
                    cursor: cursor,
                    into: file
                ).nextCursor
            } catch {
                failures += 1
                guard error.mayPass, failures < Self.tries else { throw error }
                try file.rewind()
                Terminal.progress("\(error); trying again")
                try await Task.sleep(for: .seconds(1 << failures))
            }
        }
    }

    private static func format(of path: String) -> Format? {
        Format.allCases.first { path.lowercased().hasSuffix("." + $0.rawValue) }
    }
}

/// A file that is written beside its place and takes its name when it is whole.
private final class PartialFile: HTTPBodySink, @unchecked Sendable {
    // Unchecked: the transfer's thread writes while its one caller waits for it.
    private let path: String
    private let draft: String?
    private let descriptor: Int32
    private var bytes: UInt64 = 0
    private var kept: (bytes: UInt64, lines: Int) = (0, 0)
    private(set) var lines = 0

    init(path: String) throws {
        self.path = path
        var status = stat()
        // A pipe or /dev/stdout is written to as it is: it cannot be replaced.
        let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
        draft = isSpecial ? nil : path + ".part-\(getpid())"
        descriptor = open(
            draft ?? path,
            isSpecial ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
            0o644
        )
        guard descriptor >= 0 else { throw InputError("\(draft ?? path): \(String(cString: strerror(errno)))") }
    }

    func begin(_ head: HTTPResponse) -> UInt64 { .max }

    func take(_ buffer: UnsafeRawBufferPointer) throws {
        var rest = buffer[...]
        while !rest.isEmpty {
            let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw InputError("\(path): \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(written)
        }
        bytes += UInt64(buffer.count)
        for byte in buffer where byte == UInt8(ascii: "\n") { lines += 1 }
        Terminal.progress("\(lines) lines, \(HumanUnits.bytes(bytes))")
    }

    /// What is there stays.
    func keep() { kept = (bytes, lines) }

    /// Back to what stays.
    func rewind() throws {
        guard bytes != kept.bytes else { return }
        guard draft != nil, ftruncate(descriptor, off_t(kept.bytes)) == 0,
            lseek(descriptor, off_t(kept.bytes), SEEK_SET) >= 0
        else { throw InputError("\(path): the connection broke, and what was written cannot be taken back") }
        (bytes, lines) = kept
    }

    func finish() throws {
        guard let draft else { return }
        guard fsync(descriptor) == 0, rename(draft, path) == 0 else {
            throw InputError("\(path): \(String(cString: strerror(errno)))")
        }
    }

    func discard() {
        close(descriptor)
        // Gone already where the file is finished.
        if let draft { unlink(draft) }
    }
}

extension CollectorError {
    /// Whether the same request may succeed a little later.
    fileprivate var mayPass: Bool {
        switch code {
        case .unreachable(let reason): ![.sinkFailed, .badRequest, .cancelled].contains(reason)
        case .unavailable: true
        default: false
        }
    }
}
