import Foundation
import Testing

/// What docs/deciding.md shows of `edgeprof rank` is what it prints.
@Suite struct TranscriptTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The commands and their output: blocks that begin with `$ edgeprof rank`.
    private static func transcripts() throws -> [(command: String, output: String)] {
        let text = try String(contentsOf: root.appendingPathComponent("docs/deciding.md"), encoding: .utf8)
        return text.components(separatedBy: "```").compactMap { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.count > 2, lines[0] == "console", lines[1].hasPrefix("$ edgeprof rank ") else { return nil }
            var command = String(lines[1].dropFirst(2))
            var rest = lines.dropFirst(2)
            while command.hasSuffix("\\"), let more = rest.first {
                command = String(command.dropLast()) + more
                rest = rest.dropFirst()
            }
            return (command, rest.joined(separator: "\n"))
        }
    }

    @Test func theShippedExampleStillSaysWhatTheDocumentShows() throws {
        let transcripts = try Self.transcripts()
        #expect(transcripts.count >= 4)
        for (command, expected) in transcripts {
            let arguments = command.split(separator: " ").dropFirst().map { word in
                word.hasPrefix("examples/") ? Self.root.appendingPathComponent(String(word)).path : String(word)
            }
            let result = try Programs.run("edgeprof", arguments)
            #expect(result.status == 0 && result.output == expected, "\(command)\n\(result.output)\(result.errors)")
        }
    }
}
