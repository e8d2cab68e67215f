import HTTPTestServer
import HTTPTransport
import Testing

/// Against a real server on loopback.
@Suite struct HTTPTransportTests {
    let transport = HTTPTransport(userAgent: "edgeprof-test/1")

    @Test func sendsMethodHeadersAndBodyAndReadsTheAnswer() async throws {
        let server = try HTTPTestServer { request in
            .answer(201, headers: ["X-Reply": " spaced ", "Retry-After": "7"], body: request.body.reversed())
        }
        defer { server.stop() }
        for method in HTTPRequest.Method.allCases {
            let body: [UInt8] = method == .get || method == .delete ? [] : Array("abc".utf8)
            let answer = try await transport.send(
                HTTPRequest(
                    method: method,
                    url: server.url + "/a/b?c=d",
                    headers: [HTTPField(name: "X-Ask", value: "v"), HTTPField(name: "X-Empty", value: "")],
                    body: body
                )
            )
            #expect(answer.status == 201)
            #expect(answer.body == body.reversed())
            #expect(answer.header("x-reply") == "spaced")
            #expect(answer.retryAfterSeconds == 7)
            let request = try #require(server.requests.last)
            #expect(request.method == method.rawValue)
            #expect(request.target == "/a/b?c=d")
            #expect(request.headers["x-ask"] == "v" && request.headers["x-empty"] == "")
            #expect(request.headers["user-agent"] == "edgeprof-test/1")
            #expect(request.headers["content-type"] == nil && request.headers["expect"] == nil)
            #expect(request.body == body)
        }
    }

    @Test func carriesMegabytesBothWays() async throws {
        let server = try HTTPTestServer { .answer(200, body: $0.body) }
        defer { server.stop() }
        let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let answer = try await transport.send(HTTPRequest(method: .post, url: server.url, body: body))
        #expect(answer.body == body)
    }

    @Test func sendsAnEmptyBodyWhereOneIsExpected() throws {
        let server = try HTTPTestServer { _ in .answer(204) }
        defer { server.stop() }
        #expect(try transport.perform(HTTPRequest(method: .post, url: server.url)).status == 204)
        #expect(server.requests.first?.headers["content-length"] == "0")
    }

    @Test func returnsRedirectsInsteadOfFollowingThem() async throws {
        let server = try HTTPTestServer { _ in .answer(302, headers: ["Location": "http://127.0.0.1:1/"]) }
        defer { server.stop() }
        let answer = try await transport.send(HTTPRequest(url: server.url))
        #expect(answer.status == 302)
        #expect(answer.header("location") == "http://127.0.0.1:1/")
    }

    @Test func readsRetryAfterGivenAsADate() async throws {
        let server = try HTTPTestServer { _ in
            .answer(503, headers: ["Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"])
        }
        defer { server.stop() }
        let answer = try await transport.send(HTTPRequest(url: server.url))
        #expect(try #require(answer.retryAfterSeconds) > 1_000_000)
    }

    @Test func manyRequestsAtOnceAreKeptApart() async throws {
        let server = try HTTPTestServer { .answer(200, body: Array($0.target.utf8)) }
        defer { server.stop() }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let answer = try await transport.send(HTTPRequest(url: "\(server.url)/\(index)"))
                    return String(decoding: answer.body, as: UTF8.self) == "/\(index)"
                }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
    }
}
