import EdgeprofAPI
import Foundation
import HTTPTestServer
import HTTPTransport
import Logging
import Spool
import Synchronization
import Testing
import Uploader

/// The driver: real spool, real HTTP, a server that misbehaves.
@Suite struct UploaderTests {
    private final class Rig {
        let folder = FileManager.default.temporaryDirectory.appending(path: "edgeprof-uploader-\(UUID())").path
        let spool: Spool
        let wake = Uploader.Wake()
        let turns = TurnLock()
        let log = LogLines()
        private var task: Task<Void, Never>?

        init() throws { spool = try Spool(folder: folder) }

        deinit {
            task?.cancel()
            try? FileManager.default.removeItem(atPath: folder)
        }

        func add(_ id: String) throws {
            try spool.append(id: id, payload: Array(#"{"id":"\#(id)"}"#.utf8))
            wake()
        }

        func start(_ url: String) throws {
            let transport = HTTPTransport(userAgent: "edgeprof-test/1")
            let client = try CollectorClient(baseURL: url, transport: transport) { "token" }
            let logger = Logger(label: "test") { [log] _ in log }
            let uploader = Uploader(
                spool: spool,
                wake: wake,
                turns: turns,
                connection: ConnectionLog(logger: logger),
                backoff: Backoff(base: .milliseconds(5), cap: .milliseconds(20)),
                logger: logger
            ) { runs throws(CollectorError) in try await client.upload(encodedRuns: runs) }
            task = Task { await uploader.run() }
        }

        func drained(within seconds: Double = 10) async throws -> Bool {
            try await eventually(within: seconds) { spool.statistics.records == 0 }
        }

        func stop() async {
            task?.cancel()
            await task?.value
        }
    }

    /// An honest collector's answer to a batch.
    private static func store(_ request: HTTPTestServer.Request) -> HTTPTestServer.Reply {
        let ids = request.text.split(separator: #""id":""#).dropFirst().map { $0.prefix { $0 != "\"" } }
        return .json(
            200,
            #"{"results":["# + ids.map { #"{"id":"\#($0)","status":"stored"}"# }.joined(separator: ",") + "]}"
        )
    }

    /// A batch without the moment it was sent, which every batch must tell.
    private static func untimed(_ request: HTTPTestServer.Request) -> String {
        let time = #/,"sentAt":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/#
        #expect(request.text.contains(time))
        return request.text.replacing(time, with: "")
    }

    @Test func sendsWhatIsThereAndWhatComes() async throws {
        let rig = try Rig()
        let server = try HTTPTestServer { Self.store($0) }
        defer { server.stop() }
        try rig.add("a")
        try rig.start(server.url)
        #expect(try await rig.drained())
        try rig.add("b")
        #expect(try await rig.drained())
        await rig.stop()
        #expect(server.requests.map(Self.untimed) == [#"{"runs":[{"id":"a"}]}"#, #"{"runs":[{"id":"b"}]}"#])
        #expect(rig.log.lines.isEmpty)
    }

    @Test(arguments: [
        HTTPTestServer.Reply.answer(429, headers: ["Retry-After": "0"]), .answer(500), .answer(503), .answer(302),
        .answer(400, body: Array("<html>proxy</html>".utf8)), .json(400, #"{"status":400,"title":"proxy"}"#),
        .answer(404), .json(200, "garbage"), .json(200, #"{"results":[]}"#), .raw([]),
        .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"results\":".utf8)),
        .raw(Array("SSH-2.0\r\n".utf8)),
    ])
    func triesAgainUntilTheAnswerIsGood(bad: HTTPTestServer.Reply) async throws {
        let rig = try Rig()
        let count = Mutex(0)
        let server = try HTTPTestServer { request in
            let isBad = count.withLock { count in
                count += 1
                return count <= 4
            }
            return isBad ? bad : Self.store(request)
        }
        defer { server.stop() }
        try rig.add("a")
        try rig.add("b")
        try rig.start(server.url)
        #expect(try await rig.drained())
        await rig.stop()
        #expect(server.requests.count >= 5)
        // One line for the trouble, one for its end: not one a try.
        #expect(rig.log.lines.count <= 2, "\(rig.log.lines)")
    }

    @Test func rejectedRecordsAreSetAsideAndDoNotBlock() async throws {
        let rig = try Rig()
        let server = try HTTPTestServer { _ in
            .json(
                200,
                #"{"results":[{"id":"a","status":"rejected","reason":"no such job"},{"id":"b","status":"duplicate"}]}"#
            )
        }
        defer { server.stop() }
        try rig.add("a")
        try rig.add("b")
        try rig.start(server.url)
        #expect(try await rig.drained())
        await rig.stop()
        let reasons = try FileManager.default.contentsOfDirectory(atPath: rig.folder + "/rejected").filter {
            $0.hasSuffix(".reason")
        }
        #expect(reasons.count == 1)
        #expect(rig.log.lines.count == 1 && rig.log.lines[0].contains("no such job"))
    }

    @Test func aRecordTheCollectorCannotReadIsSetAsideByItsOwnWordOnly() async throws {
        let rig = try Rig()
        let server = try HTTPTestServer { request in
            request.text.contains("bad")
                ? .json(400, #"{"status":400,"title":"Not a run"}"#, type: "application/problem+json")
                : Self.store(request)
        }
        defer { server.stop() }
        for id in ["a", "bad", "c", "d"] { try rig.add(id) }
        try rig.start(server.url)
        #expect(try await rig.drained())
        await rig.stop()
        #expect(try FileManager.default.contentsOfDirectory(atPath: rig.folder + "/rejected").count == 2)
    }

    /// A collector that reads no assignment from a body cannot end it; a run that says so does.
    @Test(arguments: [400, 413, 422], [false, true])
    func anAssignmentWhoseRunIsRefusedAsAWholeEnds(status: Int, refusesAll: Bool) async throws {
        let rig = try Rig()
        let server = try HTTPTestServer { request in
            let isSubstitute = request.text.contains("the collector refuses")
            return isSubstitute && !refusesAll
                ? Self.store(request)
                : .json(status, #"{"status":\#(status),"title":"No"}"#, type: "application/problem+json")
        }
        defer { server.stop() }
        let run = Run(
            id: "first",
            agentId: "agent",
            jobId: "job",
            assignmentId: "task",
            startedAt: Timestamp(millisecondsSinceEpoch: 1_790_000_000_000),
            host: HostFacts(
                hostname: "attic",
                architecture: "x86_64",
                cpuModel: "Test CPU",
                kernel: "6.1",
                operatingSystem: "Debian",
                usableCpus: 4,
                onlineCpus: 4,
                memoryBytes: 8 << 30,
                isa: "portable"
            ),
            outcome: .ok,
            model: Run.ModelReference(name: "resnet18", sha256: "wrong"),
            threads: 1,
            instances: 1,
            isa: "portable",
            plan: .fused,
            scenario: .singleStream,
            producer: "test"
        )
        try rig.spool.append(id: "first", reference: "task", payload: try CollectorClient.json(run))
        try rig.start(server.url)
        #expect(try await rig.drained())
        await rig.stop()
        #expect(rig.spool.isAnswered("task"))
        let sent = try server.requests.map { try JSONDecoder().decode(RunBatch.self, from: Data($0.body)).runs[0] }
        #expect(sent.count == 2 && sent[0].id == "first")
        let substitute = try #require(sent.last)
        #expect(UUIDv7.isValid(substitute.id) && substitute.assignmentId == "task" && substitute.outcome == .refused)
        #expect(substitute.model.sha256.isEmpty && substitute.outcomeReason?.contains("the collector refuses") == true)
        let rejected = try FileManager.default.contentsOfDirectory(atPath: rig.folder + "/rejected")
        #expect(rejected.filter { $0.hasSuffix(".reason") }.count == (refusesAll ? 2 : 1))
    }

    @Test(arguments: [401, 403]) func aRefusedTokenKeepsEverythingAndSaysSo(status: Int) async throws {
        let rig = try Rig()
        let server = try HTTPTestServer { _ in .answer(status) }
        defer { server.stop() }
        try rig.add("a")
        try rig.start(server.url)
        #expect(try await eventually { !rig.log.lines.isEmpty })
        try await Task.sleep(for: .milliseconds(100))
        await rig.stop()
        #expect(server.requests.count == 1)
        #expect(rig.spool.statistics.records == 1)
        #expect(rig.log.lines.count == 1 && rig.log.lines[0].contains("enroll --force"))
    }

    @Test func aCollectorThatIsGoneAndComesBackGetsEverythingOnce() async throws {
        let rig = try Rig()
        let gone = try HTTPTestServer { _ in .hang }
        gone.stop()
        for index in 0..<150 { try rig.add("\(index)") }
        try rig.start(gone.url)
        #expect(try await eventually { !rig.log.lines.isEmpty })
        #expect(rig.spool.statistics.records == 150)
        let server = try HTTPTestServer(port: gone.port) { Self.store($0) }
        defer { server.stop() }
        #expect(try await rig.drained())
        await rig.stop()
        let sent = server.requests.flatMap {
            $0.text.split(separator: #""id":""#).dropFirst().map { $0.prefix { $0 != "\"" } }
        }
        #expect(sent.count == 150 && Set(sent).count == 150)
        #expect(rig.log.lines.count == 2, "\(rig.log.lines)")
    }

    @Test func nothingIsSentWhileAMeasurementHoldsTheTurn() async throws {
        let rig = try Rig()
        let server = try HTTPTestServer { Self.store($0) }
        defer { server.stop() }
        try rig.start(server.url)
        try await rig.turns.withTurn {
            try rig.add("a")
            try await Task.sleep(for: .milliseconds(150))
            #expect(server.requests.isEmpty)
        }
        #expect(try await rig.drained())
        await rig.stop()
    }

    @Test func endsAtOnceWhileTheServerHangs() async throws {
        let rig = try Rig()
        let server = try HTTPTestServer { _ in .hang }
        defer { server.stop() }
        try rig.add("a")
        try rig.start(server.url)
        #expect(try await eventually { !server.requests.isEmpty })
        let started = ContinuousClock.now
        await rig.stop()
        #expect(ContinuousClock.now - started < .seconds(15))
        #expect(rig.spool.statistics.records == 1)
        #expect(rig.log.lines.isEmpty)
    }

    @Test func aDamagedRecordDoesNotBlockTheOthers() async throws {
        let rig = try Rig()
        let server = try HTTPTestServer { Self.store($0) }
        defer { server.stop() }
        try rig.add("a")
        try rig.add("b")
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: rig.folder + "/0000000000000001.record"))
        try rig.start(server.url)
        #expect(try await rig.drained())
        await rig.stop()
        #expect(server.requests.map(Self.untimed) == [#"{"runs":[{"id":"b"}]}"#])
    }
}

/// Waits until something holds; false when it does not in time.
func eventually(within seconds: Double = 60, _ holds: () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !holds() {
        if ContinuousClock.now > deadline { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}
