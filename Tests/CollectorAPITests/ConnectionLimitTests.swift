import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CollectorAPI

/// Limits on connections and on what comes over them, tried with bare sockets.
@Suite(.serialized) struct ConnectionLimitTests {
    /// Limits so tight that a test need not wait long.
    private static let tight = {
        var limits = ServerLimits()
        limits.headerSeconds = 0.5
        limits.bodyWindowSeconds = 0.5
        limits.idleSeconds = 1
        limits.connections = 5
        limits.connectionsPerAddress = 3
        limits.limitsLoopback = true
        return limits
    }()

    private func withServer(
        _ limits: ServerLimits,
        _ body: @escaping @Sendable (_ port: Int, Harness) async throws -> Void
    ) async throws {
        let harness = try await Harness(limits: limits)
        try await harness.application().test(.live) { client in
            // The test's own client has a connection, which does not say a word: it is shown out first.
            let gate = harness.api.gate
            let deadline = ContinuousClock.now + .seconds(20)
            while gate.refusals[.slowHeader] == 0 || gate.connections.count > 0, .now < deadline {
                try await Task.sleep(for: .milliseconds(10))
            }
            try await body(try #require(client.port), harness)
        }
    }

    @Test func aHeaderThatDoesNotComeClosesTheConnection() async throws {
        try await withServer(Self.tight) { port, harness in
            let silent = try RawSocket(port: port)
            let slow = try RawSocket(port: port)
            let start = ContinuousClock.now
            #expect(await slow.send("GET /healthz HTTP/1.1\r\nHost: x\r\n"))
            // A byte now and then must not prolong it.
            for _ in 0..<20 {
                guard await slow.send("X") else { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(await slow.read() == "")
            #expect(await silent.read() == "")
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(harness.api.gate.refusals[.slowHeader] == 3)
        }
    }

    @Test func aSecondHeaderThatDoesNotComeClosesTheConnectionToo() async throws {
        try await withServer(Self.tight) { port, harness in
            let socket = try RawSocket(port: port)
            await socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await socket.read(until: #"{"status":"ok"}"#)?.hasPrefix("HTTP/1.1 200") == true)
            await socket.send("GET /healthz HTTP/1.1\r\nX-Slow: ")
            for _ in 0..<40 {
                guard await socket.send("G") else { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(await socket.read() == "")
            #expect(harness.api.gate.refusals[.slowHeader] == 2)
        }
    }

    @Test func aBodyThatTricklesClosesTheConnection() async throws {
        try await withServer(Self.tight) { port, harness in
            let socket = try RawSocket(port: port)
            let token = harness.admin.text
            await socket.send(
                "POST /v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100000\r\n\r\n"
            )
            for _ in 0..<40 {
                guard await socket.send(" ") else { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(await socket.read()?.contains(" 200 ") == false)
            #expect(harness.api.gate.refusals[.slowBody] == 1)
        }
    }

    private static func upload(_ token: String?) -> String {
        "POST /v1/runs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n"
            + (token.map { "Authorization: Bearer \($0)\r\n" } ?? "") + "\r\n"
    }

    /// It came fast enough at first.
    @Test func aBodyThatStopsClosesTheConnection() async throws {
        var limits = Self.tight
        limits.idleSeconds = 20
        try await withServer(limits) { port, harness in
            let socket = try RawSocket(port: port)
            let start = ContinuousClock.now
            await socket.send(Self.upload(harness.admin.text) + String(repeating: " ", count: 5000))
            #expect(await socket.read()?.contains(" 200 ") == false)
            let elapsed = ContinuousClock.now - start
            #expect(elapsed > .milliseconds(500) && elapsed < .seconds(5))
            #expect(harness.api.gate.refusals[.slowBody] == 1)
        }
    }

    /// A refusal does not wait for the body, and the connection does not outlast it for long.
    @Test func aBodyThatStopsAfterItsAnswerClosesTheConnection() async throws {
        var limits = Self.tight
        (limits.bodyWindowSeconds, limits.stalledSeconds) = (20, 0.5)
        limits.idleSeconds = 20
        try await withServer(limits) { port, harness in
            let socket = try RawSocket(port: port)
            let start = ContinuousClock.now
            await socket.send(Self.upload(nil) + "{")
            #expect(await socket.read()?.hasPrefix("HTTP/1.1 401") == true)
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(harness.api.gate.refusals[.stalled] == 1)
        }
    }

    /// Answers are not piled up for a client that asks and never reads.
    @Test func answersLeftUnreadCloseTheConnection() async throws {
        var limits = Self.tight
        limits.stalledSeconds = 0.5
        limits.idleSeconds = 20
        try await withServer(limits) { port, harness in
            let socket = try RawSocket(port: port)
            let question = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
            await socket.send(String(repeating: question, count: 400))
            let deadline = ContinuousClock.now + .seconds(8)
            while harness.api.gate.refusals[.stalled] == 0, .now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(harness.api.gate.refusals[.stalled] == 1)
            let text = await socket.read() ?? ""
            #expect(text.hasPrefix("HTTP/1.1 200") && text.split(separator: "HTTP/1.1 200").count < 400)
        }
    }

    @Test func idleConnectionsAreClosed() async throws {
        try await withServer(Self.tight) { port, _ in
            let socket = try RawSocket(port: port)
            await socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = await socket.read(until: #"{"status":"ok"}"#)
            let start = ContinuousClock.now
            #expect(await socket.read() == "")
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test func connectionsAreCountedByAddressAndGivenBack() async throws {
        try await withServer(Self.tight) { port, harness in
            func answers(_ socket: RawSocket) async -> Bool {
                await socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                return await socket.read(until: #"{"status":"ok"}"#)?.contains(" 200 ") == true
            }
            var sockets = try (0..<3).map { _ in try RawSocket(port: port) }
            for socket in sockets { #expect(await answers(socket)) }
            #expect(await answers(try RawSocket(port: port)) == false)
            #expect(harness.api.gate.refusals[.connectionsPerAddress] == 1)
            sockets.removeAll()
            while harness.api.gate.connections.count > 0 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(await answers(try RawSocket(port: port)))
        }
    }

    @Test func connectionsAreCountedInAll() async throws {
        var limits = Self.tight
        limits.connectionsPerAddress = 100
        try await withServer(limits) { port, harness in
            let sockets = try (0..<6).map { _ in try RawSocket(port: port) }
            var closed = 0
            for socket in sockets where await socket.read() == "" { closed += 1 }
            #expect(closed == 6)
            #expect(harness.api.gate.refusals[.connections] == 1)
        }
    }

    @Test func headersAreBounded() async throws {
        var limits = ServerLimits()
        limits.headerSeconds = 0.5
        limits.headerFields = 10
        limits.headerBytes = 2000
        try await withServer(limits) { port, _ in
            let long = "X-Long: " + String(repeating: "a", count: 3000) + "\r\n"
            let many = (0..<20).map { "X-\($0): a\r\n" }.joined()
            let several = (0..<5).map { _ in "X-Long: " + String(repeating: "a", count: 500) + "\r\n" }.joined()
            for fields in [long, many, several] {
                let socket = try RawSocket(port: port)
                await socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n")
                #expect(await socket.read()?.contains(" 200 ") == false)
            }
        }
    }

    @Test(arguments: [
        "\r\n\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{16}\u{03}\u{01}\u{02}",
        "GET / HTTP/1.1\r\nHost x\r\n\r\n",
        "POST /v1/runs HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/runs HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func garbageLeavesTheServerStanding(text: String) async throws {
        try await withServer(Self.tight) { port, _ in
            let socket = try RawSocket(port: port)
            await socket.send(text)
            #expect(await socket.read()?.contains(" 200 ") == false)
            let next = try RawSocket(port: port)
            await next.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(await next.read()?.contains(" 200 ") == true)
        }
    }
}
