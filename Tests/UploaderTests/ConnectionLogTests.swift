import HTTPTransport
import Logging
import Testing
import Uploader

@Suite struct ConnectionLogTests {
    private let lines = LogLines()
    private var log: ConnectionLog { ConnectionLog(logger: Logger(label: "test") { [lines] _ in lines }) }
    private let unreachable = CollectorError(code: .unreachable(.timedOut), message: "no answer")
    private let busy = CollectorError(code: .unavailable(503), message: "busy")
    private let refused = CollectorError(code: .unauthorized, message: "wrong token")

    @Test func anOutageIsTwoLinesHoweverManyTriesFail() {
        let log = log
        for _ in 0..<5 {
            for channel in [ConnectionLog.Channel.jobs, .runs, .heartbeat] { log.failed(channel, unreachable) }
        }
        #expect(lines.lines == ["no answer; finished runs are kept, trying again until it answers"])
        log.succeeded(.heartbeat)
        #expect(lines.lines.last == "the collector answers again" && lines.lines.count == 2)
        log.succeeded(.jobs)
        #expect(lines.lines.count == 2)
    }

    @Test func oneChannelInTroubleBesideOthersThatWorkIsOneLine() {
        let log = log
        for _ in 0..<5 {
            log.failed(.runs, busy)
            log.succeeded(.heartbeat)
            log.succeeded(.jobs)
        }
        #expect(lines.lines.count == 1)
        log.succeeded(.runs)
        #expect(lines.lines.count == 2)
    }

    @Test func aRefusedTokenIsWorseThanAnOutage() {
        let log = log
        log.failed(.jobs, unreachable)
        log.failed(.runs, refused)
        log.failed(.jobs, refused)
        #expect(lines.lines.count == 2 && lines.lines.last?.contains("enroll --force") == true)
    }

    @Test func requestsGivenUpAreNoTrouble() {
        let log = log
        log.failed(.jobs, CollectorError(code: .cancelled, message: "given up"))
        log.succeeded(.jobs)
        #expect(lines.lines.isEmpty)
    }
}
