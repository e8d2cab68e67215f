import HTTPTestServer
import HTTPTransport
import Testing

/// What the network and bad servers do, each with its code and a sentence that names the place.
@Suite struct HTTPTransportFailureTests {
    let transport = HTTPTransport(userAgent: "edgeprof-test/1")

    private func failure(_ request: HTTPRequest) async -> HTTPTransportError? {
        do {
            let answer = try await transport.send(request)
            Issue.record("answered \(answer.status)")
            return nil
        } catch { return error }
    }

    @Test func nothingListening() async throws {
        let server = try HTTPTestServer { _ in .hang }
        server.stop()
        let error = await failure(HTTPRequest(url: server.url + "/secret?token=1"))
        #expect(error?.code == .connectionRefused)
        #expect(
            error?.message
                == "nothing listens at 127.0.0.1:\(server.port) (connection refused): start it there or check the address"
        )
    }

    @Test func unknownName() async {
        let error = await failure(HTTPRequest(url: "http://no-such-host.invalid:1/"))
        #expect(error?.code == .unresolved)
        #expect(error?.message.contains("no-such-host.invalid") == true)
    }

    @Test func noAnswerInTime() async throws {
        let server = try HTTPTestServer { _ in .hang }
        defer { server.stop() }
        let error = await failure(HTTPRequest(url: server.url, timeoutSeconds: 0.2))
        #expect(error?.code == .timedOut)
    }

    @Test func connectionClosedMidBody() async throws {
        let server = try HTTPTestServer { _ in .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".utf8)) }
        defer { server.stop() }
        #expect(await failure(HTTPRequest(url: server.url))?.code == .connectionLost)
    }

    @Test func connectionClosedBeforeAnyAnswer() async throws {
        let server = try HTTPTestServer { _ in .raw([]) }
        defer { server.stop() }
        #expect(await failure(HTTPRequest(url: server.url))?.code == .connectionLost)
    }

    @Test(arguments: ["\u{0}\u{1}garbage\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n"])
    func answerThatIsNotHTTP(text: String) async throws {
        let server = try HTTPTestServer { _ in .raw(Array(text.utf8)) }
        defer { server.stop() }
        #expect(await failure(HTTPRequest(url: server.url))?.code == .badResponse)
    }

    @Test func answerLargerThanAllowed() async throws {
        let server = try HTTPTestServer { _ in .answer(200, body: [UInt8](repeating: 1, count: 1001)) }
        defer { server.stop() }
        let error = await failure(HTTPRequest(url: server.url, maximumResponseBytes: 1000))
        #expect(error?.code == .responseTooLarge)
        let answer = try await transport.send(HTTPRequest(url: server.url, maximumResponseBytes: 1001))
        #expect(answer.body.count == 1001)
    }

    @Test func headerLargerThanAllowed() async throws {
        let server = try HTTPTestServer { _ in
            let lines = (0..<5000).map { "X-Field-\($0): \(String(repeating: "v", count: 80))\r\n" }.joined()
            return .raw(Array("HTTP/1.1 200 OK\r\n\(lines)\r\n".utf8))
        }
        defer { server.stop() }
        #expect(await failure(HTTPRequest(url: server.url))?.code == .responseTooLarge)
    }

    @Test(arguments: [
        "", "nonsense", "/path", "ftp://example.com/", "file:///etc/passwd", "http://", "http://user:pw@example.com/",
        "http://example.com:99999/", "http://exa mple.com/", "http://example.com/\u{0}", "http://[::1/",
    ])
    func unusableURL(url: String) async {
        #expect(await failure(HTTPRequest(url: url))?.code == .badRequest)
    }

    @Test(arguments: [("X-Bad", "a\r\nX-Other: b"), ("X Bad", "a"), ("", "a"), ("X:", "a")])
    func headerFieldThatWouldBreakTheMessage(name: String, value: String) async {
        let request = HTTPRequest(url: "http://127.0.0.1:1", headers: [HTTPField(name: name, value: value)])
        #expect(await failure(request)?.code == .badRequest)
    }

    @Test func cancellingTheTaskEndsALongPollAtOnce() async throws {
        let server = try HTTPTestServer { _ in .hang }
        defer { server.stop() }
        let task = Task { await failure(HTTPRequest(url: server.url, timeoutSeconds: 60)) }
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        let clock = ContinuousClock()
        let started = clock.now
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        #expect(clock.now - started < .seconds(15))
    }

    @Test func aFlagSetBeforehandSendsNothing() throws {
        let server = try HTTPTestServer { _ in .answer(200) }
        defer { server.stop() }
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: HTTPTransportError.self) {
            try transport.perform(HTTPRequest(url: server.url), cancellation: cancellation)
        }
        #expect(server.requests.isEmpty)
    }

    @Test func theTransportWorksOnAfterAFailure() async throws {
        let server = try HTTPTestServer { $0.target == "/hang" ? .hang : .answer(200) }
        defer { server.stop() }
        for _ in 0..<3 {
            #expect(await failure(HTTPRequest(url: server.url + "/hang", timeoutSeconds: 0.05))?.code == .timedOut)
            #expect(try await transport.send(HTTPRequest(url: server.url)).status == 200)
        }
    }
}
