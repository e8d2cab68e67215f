import EdgeprofAPI
import HTTPTestServer
import HTTPTransport
import Testing

@Suite struct CollectorClientTests {
    private func client(_ url: String, token: String? = "secret") throws -> CollectorClient {
        try CollectorClient(baseURL: url, transport: HTTPTransport(userAgent: "edgeprof-test/1")) { token }
    }

    private func failure<Value>(_ body: () async throws -> Value) async -> CollectorError? {
        do {
            _ = try await body()
            Issue.record("no error")
            return nil
        } catch { return error as? CollectorError }
    }

    @Test func asksWithTokenPathAndQuery() async throws {
        let server = try HTTPTestServer { _ in .json(200, #"{"runs":[]}"#) }
        defer { server.stop() }
        let page = try await client(server.url + "/base/").runs(
            RunFilter(model: "a b&c", outcome: .oom),
            limit: 5,
            cursor: "x/y"
        )
        #expect(page.runs.isEmpty && page.nextCursor == nil)
        let request = try #require(server.requests.first)
        #expect(request.target == "/base/v1/runs?model=a%20b%26c&outcome=oom&limit=5&cursor=x%2Fy")
        #expect(request.headers["authorization"] == "Bearer secret")
    }

    @Test func anIdentifierCannotLeaveItsPathSegment() async throws {
        let server = try HTTPTestServer { _ in .answer(204) }
        defer { server.stop() }
        try await client(server.url).revokeToken("../jobs?x=1#y")
        #expect(server.requests.first?.target == "/v1/tokens/..%2Fjobs%3Fx%3D1%23y")
    }

    @Test func largeBodiesGoAsGzipUntilTheyAreRefused() async throws {
        let server = try HTTPTestServer { request in
            request.headers["content-encoding"] == nil
                ? .json(200, #"{"results":[]}"#) : .json(415, #"{"status":415,"title":"no"}"#)
        }
        defer { server.stop() }
        let client = try client(server.url)
        let run = Array(#"{"id":""#.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 5000) + Array(#""}"#.utf8)
        for _ in 0..<2 { #expect(try await client.upload(encodedRuns: [run]).isEmpty) }
        #expect(server.requests.map { $0.headers["content-encoding"] } == ["gzip", nil, nil])
        // All but the time of sending.
        #expect(server.requests.allSatisfy { $0.body.prefix(5000) == server.requests[0].body.prefix(5000) })
        #expect(server.requests.map { $0.headers["content-length"] }[0].flatMap { Int($0) } ?? .max < 200)
        // What fits one packet is sent as it is.
        _ = try await client.upload(encodedRuns: [Array("{}".utf8)])
        #expect(server.requests.last?.headers["content-encoding"] == nil)
    }

    @Test func whatIsSentIsCounted() async throws {
        let server = try HTTPTestServer { _ in .answer(204) }
        defer { server.stop() }
        let transport = HTTPTransport(userAgent: "edgeprof-test/1")
        let request = HTTPRequest(method: .post, url: server.url, body: [UInt8](repeating: 7, count: 100_000))
        for count in 1...3 as ClosedRange<UInt64> {
            _ = try transport.perform(request)
            #expect((100_050 * count...100_400 * count).contains(transport.sentBytes), "\(transport.sentBytes)")
        }
        server.stop()
        let before = transport.sentBytes
        #expect(throws: HTTPTransportError.self) { try transport.perform(request) }
        #expect(transport.sentBytes - before < 100_400)
    }

    @Test func sendsJSON() async throws {
        let server = try HTTPTestServer { _ in .json(201, #"{"agentId":"a1","status":"pending"}"#) }
        defer { server.stop() }
        let host = HostFacts(
            hostname: "h",
            architecture: "arm64",
            cpuModel: "c",
            kernel: "6",
            operatingSystem: "Debian",
            usableCpus: 4,
            onlineCpus: 4,
            memoryBytes: 1,
            isa: "neon"
        )
        let request = EnrollRequest(name: "n", labels: ["k": "v"], host: host, version: "1", publicKey: "k")
        #expect(try await client(server.url).enroll(request) == EnrollResponse(agentId: "a1", status: .pending))
        let sent = try #require(server.requests.first)
        #expect(sent.method == "POST" && sent.target == "/v1/enroll")
        #expect(sent.headers["content-type"] == "application/json")
        #expect(sent.text.contains(#""labels":{"k":"v"}"#))
    }

    @Test func sendsRunsAsTheyAreStored() async throws {
        let server = try HTTPTestServer { _ in
            .json(200, #"{"results":[{"id":"1","status":"stored"},{"id":"2","status":"rejected","reason":"r"}]}"#)
        }
        defer { server.stop() }
        let results = try await client(server.url).upload(encodedRuns: [Array(#"{"id":"1"}"#.utf8), Array("2".utf8)])
        #expect(results.map(\.status) == [.stored, .rejected])
        // The runs as they are, and when they were sent.
        let text = try #require(server.requests.first?.text)
        #expect(text.hasPrefix(#"{"runs":[{"id":"1"},2],"sentAt":"20"#) && text.hasSuffix(#"Z"}"#))
    }

    @Test func aProblemDocumentBecomesASentence() async throws {
        let server = try HTTPTestServer { _ in
            .json(
                401,
                #"{"status":401,"title":"Unknown token","detail":"log in\u001b[2J again"}"#,
                type: "application/problem+json"
            )
        }
        defer { server.stop() }
        let error = await failure { try await client(server.url).agents() }
        #expect(error?.code == .unauthorized)
        #expect(error?.problem?.title == "Unknown token")
        #expect(error?.message == "collector \(server.url) says (401): Unknown token: log in [2J again")
    }

    @Test(arguments: [
        (403, CollectorError.Code.forbidden), (404, .notFound), (409, .refused(409)), (429, .unavailable(429)),
        (503, .unavailable(503)), (302, .unexpectedAnswer),
    ])
    func statusWithoutAProblemDocument(status: Int, code: CollectorError.Code) async throws {
        let server = try HTTPTestServer { _ in
            .answer(status, headers: ["Retry-After": "3", "Location": "https://other/"], body: Array("{}".utf8))
        }
        defer { server.stop() }
        let error = await failure { try await client(server.url, token: nil).agents() }
        #expect(error?.code == code)
        #expect(error?.problem == nil)
        if status == 302 { #expect(error?.message.contains("https://other/") == true) }
        if status == 503 { #expect(error?.retryAfterSeconds == 3) }
        #expect(server.requests.first?.headers["authorization"] == nil)
    }

    @Test(arguments: ["", "<html>", "{", "[]", #"{"agents":{}}"#, #"{"agents":[{"id":7}]}"#, "\u{0}\u{1}"])
    func anAnswerThatIsNotACollectors(body: String) async throws {
        let server = try HTTPTestServer { _ in .json(200, body) }
        defer { server.stop() }
        let error = await failure { try await client(server.url).agents() }
        #expect(error?.code == .unexpectedAnswer)
        #expect(error?.message.contains("is that a collector's URL?") == true)
    }

    @Test func deeplyNestedJSONIsRefusedWithoutATrap() async throws {
        let server = try HTTPTestServer { _ in .json(200, String(repeating: "[", count: 1_000_000)) }
        defer { server.stop() }
        #expect(await failure { try await client(server.url).agents() }?.code == .unexpectedAnswer)
    }

    @Test(arguments: ["", "collector:8640", "ftp://c", "http://c/?q=1", "http://c/#f", "http://u:p@c"])
    func anUnusableURLIsRefusedBeforeAnythingIsSent(url: String) {
        #expect(throws: CollectorError.self) { try client(url) }
    }

    @Test func noCollectorThere() async throws {
        let server = try HTTPTestServer { _ in .hang }
        server.stop()
        let error = await failure { try await client(server.url).jobs() }
        #expect(error?.code == .unreachable(.connectionRefused))
    }
}
