import Foundation
import HTTPTestServer
import HTTPTransport
import Synchronization
import Testing

/// Bodies that do not go through memory, against a real server on loopback.
@Suite struct StreamingTests {
    let transport = HTTPTransport(userAgent: "edgeprof-test/1")

    /// Keeps what comes, up to a limit.
    final class Sink: HTTPBodySink {
        struct Refusal: Error {}
        let limit: UInt64
        let refuses: Bool
        let heads = Mutex<[HTTPResponse]>([])
        let body = Mutex<[UInt8]>([])

        init(limit: UInt64 = .max, refuses: Bool = false) {
            self.limit = limit
            self.refuses = refuses
        }

        func begin(_ head: HTTPResponse) throws -> UInt64 {
            heads.withLock { $0.append(head) }
            return limit
        }

        func take(_ bytes: UnsafeRawBufferPointer) throws {
            if refuses { throw Refusal() }
            body.withLock { $0 += bytes }
        }
    }

    private func get(_ url: String, _ sink: Sink) throws(HTTPTransportError) -> HTTPResponse {
        try transport.perform(HTTPRequest(url: url), streaming: HTTPStreaming(sink: sink))
    }

    @Test(arguments: [200, 206])
    func aBodyGoesToTheSink(status: Int) throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let server = try HTTPTestServer { _ in .answer(status, headers: ["X-Told": "before"], body: body) }
        defer { server.stop() }
        let sink = Sink(limit: 3_000_000)
        let answer = try get(server.url, sink)
        #expect(answer.status == status && answer.body.isEmpty)
        #expect(sink.body.withLock { $0 } == body)
        let heads = sink.heads.withLock { $0 }
        #expect(heads.count == 1 && heads.first?.status == status && heads.first?.header("x-told") == "before")
    }

    @Test(arguments: [201, 404, 416, 500])
    func otherAnswersAreReadAsUsual(status: Int) throws {
        let server = try HTTPTestServer { _ in .answer(status, body: Array("why".utf8)) }
        defer { server.stop() }
        let sink = Sink()
        #expect(try get(server.url, sink).body == Array("why".utf8))
        #expect(sink.heads.withLock { $0.isEmpty } && sink.body.withLock { $0.isEmpty })
    }

    @Test func aBodyThatSaysItIsTooLongIsNotBegun() throws {
        let server = try HTTPTestServer { _ in .answer(200, body: [UInt8](repeating: 1, count: 1001)) }
        defer { server.stop() }
        let sink = Sink(limit: 1000)
        #expect { try get(server.url, sink) } throws: { ($0 as? HTTPTransportError)?.code == .responseTooLarge }
        #expect(sink.body.withLock { $0.isEmpty })
    }

    @Test func aBodyWithoutALengthIsCutOffAtTheLimit() throws {
        var raw = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        for _ in 0..<100 { raw += Array("3e8\r\n".utf8) + [UInt8](repeating: 1, count: 1000) + Array("\r\n".utf8) }
        let server = try HTTPTestServer { [raw] _ in .raw(raw) }
        defer { server.stop() }
        let sink = Sink(limit: 50_000)
        #expect { try get(server.url, sink) } throws: { ($0 as? HTTPTransportError)?.code == .responseTooLarge }
        #expect(sink.body.withLock { $0.count } <= 50_000)
    }

    @Test func aSinkThatFailsEndsTheExchange() throws {
        let server = try HTTPTestServer { _ in .answer(200, body: [1, 2, 3]) }
        defer { server.stop() }
        #expect { try get(server.url, Sink(refuses: true)) } throws: {
            ($0 as? HTTPTransportError)?.code == .sinkFailed
        }
        // The connection is of use afterwards.
        #expect(try transport.perform(HTTPRequest(url: server.url)).body == [1, 2, 3])
    }

    @Test func whatCameBeforeAConnectionBrokeIsKept() throws {
        let server = try HTTPTestServer { _ in .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour".utf8)) }
        defer { server.stop() }
        let sink = Sink()
        #expect { try get(server.url, sink) } throws: { ($0 as? HTTPTransportError)?.code == .connectionLost }
        #expect(sink.body.withLock { $0 } == Array("four".utf8))
    }

    @Test func aStallIsNoticed() throws {
        let server = try HTTPTestServer { _ in .hang }
        defer { server.stop() }
        let request = HTTPRequest(url: server.url, timeoutSeconds: 60, stallSeconds: 1)
        let began = ContinuousClock.now
        #expect { try transport.perform(request) } throws: { ($0 as? HTTPTransportError)?.code == .timedOut }
        #expect(ContinuousClock.now - began < .seconds(30))
    }

    @Test(arguments: [0, 1, 100_000, 3_000_000])
    func aFileIsSent(count: Int) throws {
        let server = try HTTPTestServer { _ in .answer(201) }
        defer { server.stop() }
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 11) }
        let file = try TemporaryFile(body)
        let told = Mutex<[UInt64]>([])
        let source = HTTPFileSource(descriptor: file.descriptor, bytes: UInt64(count)) { sent in
            told.withLock { $0.append(sent) }
        }
        let request = HTTPRequest(method: .put, url: server.url)
        #expect(try transport.perform(request, streaming: HTTPStreaming(source: source)).status == 201)
        let received = try #require(server.requests.last)
        #expect(received.method == "PUT" && received.body == body)
        #expect(received.headers["content-length"] == "\(count)" && received.headers["expect"] == nil)
        #expect(told.withLock { $0 == $0.sorted() && $0.last ?? 0 == UInt64(count) })
    }

    @Test func aFileThatBecameShorterIsNotSent() throws {
        let server = try HTTPTestServer { _ in .answer(201) }
        defer { server.stop() }
        let file = try TemporaryFile([1, 2, 3])
        let source = HTTPFileSource(descriptor: file.descriptor, bytes: 4)
        let request = HTTPRequest(method: .put, url: server.url)
        #expect { try transport.perform(request, streaming: HTTPStreaming(source: source)) } throws: {
            ($0 as? HTTPTransportError)?.code == .sourceFailed
        }
    }
}

/// A file without a name.
private final class TemporaryFile {
    let descriptor: Int32

    init(_ bytes: [UInt8]) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "edgeprof-\(UUID())").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        descriptor = open(path, O_RDONLY)
        unlink(path)
    }

    deinit { close(descriptor) }
}
