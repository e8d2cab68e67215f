import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

/// Long polls over real sockets.
@Suite struct LongPollTests {
    /// Waits until as many polls wait as are expected.
    private func pollCount(of harness: Harness, becomes count: Int) async throws {
        for _ in 0..<500 where harness.pollCount != count { try await Task.sleep(for: .milliseconds(10)) }
        #expect(harness.pollCount == count)
    }

    private func live<Value: Sendable>(
        _ harness: Harness,
        _ body: @Sendable (Client) async throws -> Value
    ) async throws -> Value {
        try await harness.application().test(.ahc(.http)) { try await body(Client(client: $0, harness: harness)) }
    }

    @Test func aNewJobWakesThoseItIsFor() async throws {
        let harness = try await Harness()
        let lab = try await harness.enroll("lab", labels: ["site": "lab"])
        let shop = try await harness.enroll("shop", labels: ["site": "shop"])
        try await live(harness) { client in
            func poll(_ agent: (id: String, token: String), _ wait: Int) async throws -> [Assignment] {
                let answer = try await client.send(.get, "/v1/agents/\(agent.id)/jobs?wait=\(wait)", as: agent.token)
                return try answer.decode(AssignmentList.self).assignments
            }
            async let labWork = poll(lab, 30)
            async let shopWork = poll(shop, 2)
            try await pollCount(of: harness, becomes: 2)
            let start = ContinuousClock.now
            var request = JobRequest.sample
            request.labels = ["site": "lab"]
            let created = try await client.send(.post, "/v1/jobs", as: harness.admin.text, json: request)
            #expect(created.status == 201)
            #expect(try await labWork.map(\.model) == request.models)
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(try await shopWork.isEmpty)
            try await pollCount(of: harness, becomes: 0)
        }
    }

    @Test func aPollEndsEmptyWhenItsTimeIsOver() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await live(harness) { client in
            let start = ContinuousClock.now
            let answer = try await client.send(.get, "/v1/agents/\(agent.id)/jobs?wait=1", as: agent.token)
            let elapsed = ContinuousClock.now - start
            #expect(answer.status == 200)
            #expect(try answer.decode(AssignmentList.self).assignments.isEmpty)
            #expect(elapsed >= .seconds(1) && elapsed < .seconds(10))
            #expect(try await client.send(.get, "/v1/agents/\(agent.id)/jobs?wait=0", as: agent.token).status == 200)
            #expect(harness.pollCount == 0)
        }
    }

    @Test func aClientThatHangsUpIsLetGo() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await live(harness) { client in
            let poll = Task {
                try await client.send(.get, "/v1/agents/\(agent.id)/jobs?wait=60", as: agent.token)
            }
            try await pollCount(of: harness, becomes: 1)
            poll.cancel()
            try await pollCount(of: harness, becomes: 0)
            _ = await poll.result
        }
    }

    // Six, for the test client keeps eight connections at most.
    @Test func manyAgentsWaitAtOnceAndAllAreWoken() async throws {
        let harness = try await Harness()
        var agents: [(id: String, token: String)] = []
        for index in 0..<6 { agents.append(try await harness.enroll("\(index)")) }
        let waiting = agents
        try await live(harness) { client in
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for agent in waiting {
                    group.addTask {
                        let path = "/v1/agents/\(agent.id)/jobs?wait=30"
                        let answer = try await client.send(.get, path, as: agent.token)
                        return try answer.decode(AssignmentList.self).assignments.count
                    }
                }
                group.addTask {
                    try await pollCount(of: harness, becomes: 6)
                    let created = try await client.send(
                        .post,
                        "/v1/jobs",
                        as: harness.admin.text,
                        json: JobRequest.sample
                    )
                    return created.status
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(counts.sorted() == Array(repeating: 2, count: 6) + [201])
        }
    }
}
