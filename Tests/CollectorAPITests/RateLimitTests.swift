import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CollectorAPI

/// Who asks too much, and whether there is room.
@Suite struct RateLimitTests {
    @Test func bucketsFillAgainAndTheTableIsBounded() {
        let limiter = RateLimiter<Int>(.init(perSecond: 2, burst: 3), capacity: 100)
        let start = ContinuousClock.now
        for _ in 0..<3 { #expect(limiter.take(1, at: start) == nil) }
        #expect(limiter.take(1, at: start) == 0.5)
        #expect(limiter.take(2, at: start) == nil)
        #expect(limiter.take(1, at: start + .milliseconds(500)) == nil)
        #expect(limiter.take(1, at: start + .milliseconds(500)) == 0.5)
        // A clock that goes back takes nothing away.
        #expect(limiter.take(1, at: start) != nil)
        for client in 10..<10_000 { _ = limiter.take(client, at: start) }
        #expect(limiter.count <= 100)
    }

    private static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.limitsLoopback = true
        limits.addressRate = .init(perSecond: 0.01, burst: 8)
        limits.publicRate = .init(perSecond: 0.01, burst: 3)
        limits.tokenRate = .init(perSecond: 0.01, burst: 5)
        return limits
    }

    private func statuses(
        _ limits: ServerLimits,
        _ count: Int,
        _ path: String,
        method: HTTPRequest.Method = .get,
        token: (Harness) -> String?
    ) async throws -> [Int] {
        let harness = try await Harness(limits: limits)
        let token = token(harness)
        return try await harness.application().test(.live) { client in
            var statuses: [Int] = []
            for _ in 0..<count {
                let answer = try await Client(client: client, harness: harness).send(method, path, as: token)
                statuses.append(answer.status)
                guard answer.status == 429 else { continue }
                #expect(answer.response.headers[.retryAfter].flatMap(Int.init).map { $0 > 0 } == true)
                #expect(try answer.problem().title == "Too many requests")
            }
            return statuses
        }
    }

    @Test func aTokenHasSoManyRequests() async throws {
        let statuses = try await statuses(Self.limits, 7, "/v1/tiers") { $0.viewer.text }
        #expect(statuses == [200, 200, 200, 200, 200, 429, 429])
    }

    @Test func anAddressHasSoManyRequests() async throws {
        let statuses = try await statuses(Self.limits, 10, "/install.sh") { _ in nil }
        #expect(statuses == Array(repeating: 404, count: 8) + [429, 429])
    }

    @Test func requestsWithoutAGoodTokenAreFewer() async throws {
        #expect(try await statuses(Self.limits, 5, "/v1/tiers") { _ in "x" } == [401, 401, 401, 429, 429])
        let signed = try await statuses(Self.limits, 5, "/v1/agents/x/token", method: .post) { _ in nil }
        #expect(signed == [401, 401, 401, 429, 429])
    }

    @Test func thisMachineIsNotLimitedUnlessAskedFor() async throws {
        var limits = Self.limits
        limits.limitsLoopback = false
        #expect(try await statuses(limits, 12, "/v1/tiers") { $0.viewer.text } == Array(repeating: 200, count: 12))
    }

    @Test func probesAreNeverRefused() async throws {
        var limits = Self.limits
        limits.requestsInFlight = 0
        #expect(try await statuses(limits, 12, "/readyz") { _ in nil } == Array(repeating: 200, count: 12))
        #expect(try await statuses(limits, 1, "/v1/tiers") { $0.viewer.text } == [503])
    }

    @Test func heldPollsAreNotCountedAsWork() async throws {
        var limits = ServerLimits()
        limits.requestsInFlight = 1
        let harness = try await Harness(limits: limits)
        let gate = harness.api.gate
        let agents = [try await harness.enroll("a"), try await harness.enroll("b"), try await harness.enroll("c")]
        try await harness.application().test(.live) { client in
            let port = try #require(client.port)
            var sockets: [RawSocket] = []
            for agent in agents {
                let socket = try RawSocket(port: port)
                let head = "GET /v1/agents/\(agent.id)/jobs?wait=30 HTTP/1.1\r\nHost: x\r\n"
                await socket.send(head + "Authorization: Bearer \(agent.token)\r\n\r\n")
                sockets.append(socket)
                try await wait { gate.heldRequests == sockets.count }
            }
            #expect(gate.heldRequests == 3 && gate.requestsInFlight == 0)
            #expect(try await Client(client: client, harness: harness).get("/v1/tiers").status == 200)
            for agent in agents { _ = try await harness.store.revokeAgent(id: agent.id) }
            harness.api.bell.ring(for: agents.map(\.id))
            for socket in sockets {
                #expect(await socket.read(until: #"{"assignments":[]}"#)?.hasPrefix("HTTP/1.1 200") == true)
            }
            try await wait { gate.heldRequests == 0 }
            #expect(gate.heldRequests == 0)
        }
    }

    /// Waits until something is so, for 10 s at most.
    private func wait(until isSo: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while !isSo(), .now < deadline { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func bodiesInMemoryAreBounded() throws {
        var limits = ServerLimits()
        limits.bodyBytesInFlight = 100
        let gate = Gate(limits: limits)
        try gate.reserveMemory(bytes: 60)
        #expect(throws: HTTPProblem.self) { try gate.reserveMemory(bytes: 60) }
        gate.returnMemory(bytes: 60)
        try gate.reserveMemory(bytes: 100)
    }

    @Test func onlyTrustedProxiesNameTheClient() throws {
        let gate = Gate(trustedProxies: ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].compactMap(AddressRange.init))
        func client(_ peer: String, _ fields: String...) -> String? {
            gate.client(peer: ClientAddress(peer), forwardedFor: fields)?.description
        }
        #expect(client("192.0.2.1", "198.51.100.7") == "192.0.2.1")
        #expect(client("127.0.0.1", "198.51.100.7") == "198.51.100.7")
        #expect(client("127.0.0.1", "1.1.1.1, 198.51.100.7, 10.2.3.4") == "198.51.100.7")
        #expect(client("127.0.0.1", "1.1.1.1", "198.51.100.7,10.2.3.4") == "198.51.100.7")
        #expect(client("fd12::1", "2001:db8::5") == "2001:db8::5")
        #expect(client("127.0.0.1", "198.51.100.7, rubbish") == "127.0.0.1")
        #expect(client("127.0.0.1") == "127.0.0.1")
        #expect(client("::ffff:10.0.0.1", "198.51.100.7") == "198.51.100.7")
        for text in ["", "10.0.0.0/33", "10.0.0.0/", "x", "10.0.0.0/8/8", "::/129", "10.0.0/8x"] {
            #expect(AddressRange(text) == nil)
        }
    }
}
