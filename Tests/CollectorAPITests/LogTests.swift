import EdgeprofAPI
import Foundation
import Logging
import Synchronization
import Testing

@testable import CollectorAPI

/// What the collector writes to its log.
@Suite struct LogTests {
    private struct Line: Decodable {
        var time: String
        var level: String
        var logger: String
        var message: String
        var requestId: String?
        var status: Int?
        var milliseconds: Double?
        var route: String?
        var role: String?
        var agent: String?
        var note: String?
    }

    private final class Lines: Sendable {
        private let text = Mutex<[UInt8]>([])
        func take(_ bytes: [UInt8]) { text.withLock { $0 += bytes } }
        func decoded() throws -> [Line] {
            try text.withLock(\.self).split(separator: UInt8(ascii: "\n")).map {
                try JSONDecoder().decode(Line.self, from: Data($0))
            }
        }
    }

    private func logger(_ lines: Lines) -> Logger {
        Logger(label: "test") {
            JSONLogHandler(label: $0, clock: { Timestamp(millisecondsSinceEpoch: 1_000) }, write: lines.take)
        }
    }

    @Test func anEventIsOneObjectOnOneLine() throws {
        let lines = Lines()
        var logger = logger(lines)
        logger[metadataKey: "hb.request.id"] = "abc"
        logger.warning("asked", metadata: ["status": .stringConvertible(503), "milliseconds": .stringConvertible(1.5)])
        logger.debug("not written")
        let written = try lines.decoded()
        #expect(written.count == 1)
        let line = try #require(written.first)
        #expect(line.time == "1970-01-01T00:00:01.000Z" && line.level == "warning" && line.logger == "test")
        #expect(line.message == "asked" && line.requestId == "abc" && line.status == 503 && line.milliseconds == 1.5)
    }

    @Test func noValueForgesALine() throws {
        let lines = Lines()
        let forged =
            "x\"}\n{\"level\":\"critical\",\"time\":\"\",\"logger\":\"\",\"message\":\"forged\"}\r\u{2028}\u{0}"
        logger(lines).info(
            "\(forged)",
            metadata: [
                "note": "\(forged)", "level": "critical", "message": .array(["a"]), "n": .stringConvertible(Double.nan),
            ]
        )
        let written = try lines.decoded()
        #expect(written.count == 1)
        #expect(written.first?.message == forged && written.first?.note == forged && written.first?.level == "info")
    }

    @Test func aServingCollectorTellsWhoAskedWhatAndNoSecret() async throws {
        let folder = try ProgramTests.Folder()
        let token = try Program.run("init", "--data-dir", folder.data).standardOutput
            .trimmingCharacters(in: .newlines)
        let log = folder.path + "/log"
        let server = try ServingProcess(
            arguments: ["--data-dir", folder.data, "--log-format", "json", "--log-level", "info"],
            standardErrorFile: log
        )
        let (status, _) = try await server.caller.send("GET", "/v1/runs/none?model=secret-query", token: token)
        #expect(status == 400 || status == 404)
        #expect(server.end(SIGTERM) == 0)
        let text = try String(contentsOfFile: log, encoding: .utf8)
        #expect(!text.contains(token) && !text.contains("secret-query"))
        let lines = try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        let asked = try #require(lines.first { $0.message == "GET /v1/runs/none" })
        #expect(asked.route == "/v1/runs/{id}" && asked.role == "admin" && asked.status == status && asked.agent == nil)
        #expect(asked.requestId?.isEmpty == false && (asked.milliseconds ?? -1) >= 0)
    }
}
