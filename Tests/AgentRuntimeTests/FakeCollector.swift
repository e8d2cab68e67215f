import EdgeprofAPI
import Foundation
import HTTPTestServer
import Synchronization

/// A collector in memory: hands out assignments and keeps runs as the real one promises to.
final class FakeCollector: Sendable {
    struct State {
        var assignments: [Assignment] = []
        var runs: [String: Run] = [:]
        /// Files by SHA-256.
        var models: [String: [UInt8]] = [:]
        var uploads = 0
        var heartbeats: [Heartbeat] = []
        var polls = 0
        var enrollments: [EnrollRequest] = []
        var rejects: Set<String> = []
        var acceptsToken = true
        var status = AgentStatus.active
        /// Signed requests for a token that were answered, whatever with.
        var tokenRequests = 0
        var tokenLifetimeSeconds = 3600
        /// Answers every request so while it is set.
        var fault: HTTPTestServer.Reply?

        var open: [Assignment] {
            let done = Set(runs.values.compactMap(\.assignmentId))
            return assignments.filter { !done.contains($0.id) }
        }
    }

    final class Box: Sendable {
        let state = Mutex(State())
    }

    private let box = Box()
    let server: HTTPTestServer

    init(port: Int = 0) throws {
        let box = box
        server = try HTTPTestServer(port: port) { Self.reply($0, box) }
    }

    var url: String { server.url }

    func with<Value: Sendable>(_ body: @Sendable (inout State) -> Value) -> Value { box.state.withLock { body(&$0) } }

    var runs: [Run] { with { Array($0.runs.values) } }

    /// Hands out work for a model.
    func assign(_ id: String, model: String = "resnet18", settings: JobSettings = JobSettings()) {
        with { $0.assignments.append(Assignment(id: id, jobId: "job-1", model: model, settings: settings)) }
    }

    private static func reply(_ request: HTTPTestServer.Request, _ box: Box) -> HTTPTestServer.Reply {
        if let fault = box.state.withLock({ $0.fault }) { return fault }
        guard box.state.withLock({ $0.acceptsToken }) else {
            return .json(401, #"{"status":401,"title":"Unknown token"}"#, type: "application/problem+json")
        }
        let isBearer = request.headers["authorization"] == "Bearer agent-token"
        if request.target.hasPrefix("/v1/agents/agent-1/"), !request.target.hasSuffix("/token"), !isBearer {
            return .json(401, #"{"status":401,"title":"No token"}"#, type: "application/problem+json")
        }
        switch (request.method, request.target.prefix { $0 != "?" }) {
        case ("POST", "/v1/agents/agent-1/token"): return token(request, box)
        case ("POST", "/v1/enroll"): return enroll(request, box)
        case ("GET", "/v1/agents/agent-1/jobs"): return jobs(request, box)
        case ("POST", "/v1/agents/agent-1/heartbeat"): return heartbeat(request, box)
        case ("POST", "/v1/runs"): return store(request, box)
        case ("GET", let path) where path.hasPrefix("/v1/models/"):
            let file = box.state.withLock { $0.models[String(path.dropFirst("/v1/models/".count))] }
            return file.map { .answer(200, body: $0) }
                ?? .json(404, #"{"status":404,"title":"Not found"}"#, type: "application/problem+json")
        default: return .answer(404)
        }
    }

    private static func enroll(_ request: HTTPTestServer.Request, _ box: Box) -> HTTPTestServer.Reply {
        guard request.headers["authorization"] == "Bearer enrol-me",
            let body = try? JSONDecoder().decode(EnrollRequest.self, from: Data(request.body))
        else { return .json(401, #"{"status":401,"title":"Wrong token"}"#, type: "application/problem+json") }
        box.state.withLock { $0.enrollments.append(body) }
        return json(201, EnrollResponse(agentId: "agent-1", status: box.state.withLock { $0.status }))
    }

    /// The signature itself is checked by the tests of the real collector.
    private static func token(_ request: HTTPTestServer.Request, _ box: Box) -> HTTPTestServer.Reply {
        guard let body = try? JSONDecoder().decode(AccessTokenRequest.self, from: Data(request.body)),
            body.challenge == "sign-me", Data(base64Encoded: body.signature)?.count == 64
        else {
            let text = #"{"status":401,"title":"Sign","challenge":"sign-me"}"#
            return .json(401, text, type: "application/problem+json")
        }
        let (status, lifetime) = box.state.withLock { state in
            state.tokenRequests += 1
            return (state.status, state.tokenLifetimeSeconds)
        }
        guard status == .active else {
            let text = #"{"status":403,"title":"No","code":"\#(status.rawValue)"}"#
            return .answer(
                403,
                headers: ["Content-Type": "application/problem+json", "Retry-After": "1"],
                body: Array(text.utf8)
            )
        }
        let expiry = Timestamp(millisecondsSinceEpoch: 0)
        return json(
            200,
            AccessTokenGrant(accessToken: "agent-token", expiresAt: expiry, expiresInSeconds: lifetime)
        )
    }

    private static func jobs(_ request: HTTPTestServer.Request, _ box: Box) -> HTTPTestServer.Reply {
        box.state.withLock { $0.polls += 1 }
        let wait = request.target.split(separator: "=").last.flatMap { Double($0) } ?? 0
        let deadline = Date().addingTimeInterval(wait)
        while Date() < deadline, box.state.withLock({ $0.open.isEmpty && $0.fault == nil }) {
            Thread.sleep(forTimeInterval: 0.005)
        }
        return json(200, AssignmentList(assignments: box.state.withLock { $0.open }))
    }

    private static func heartbeat(_ request: HTTPTestServer.Request, _ box: Box) -> HTTPTestServer.Reply {
        guard let body = try? JSONDecoder().decode(Heartbeat.self, from: Data(request.body)) else {
            return .answer(400)
        }
        box.state.withLock { $0.heartbeats.append(body) }
        return .answer(204)
    }

    private static func store(_ request: HTTPTestServer.Request, _ box: Box) -> HTTPTestServer.Reply {
        guard request.headers["authorization"] == "Bearer agent-token",
            let batch = try? JSONDecoder().decode(RunBatch.self, from: Data(request.body))
        else { return .json(400, #"{"status":400,"title":"Not runs"}"#, type: "application/problem+json") }
        let results = box.state.withLock { state in
            state.uploads += 1
            return batch.runs.map { run in
                if state.rejects.contains(run.model.name) {
                    return RunResult(id: run.id, status: .rejected, reason: "not wanted")
                }
                let isNew = state.runs.updateValue(run, forKey: run.id) == nil
                return RunResult(id: run.id, status: isNew ? .stored : .duplicate)
            }
        }
        return json(200, RunBatchResult(results: results))
    }

    private static func json(_ status: Int, _ value: some Encodable) -> HTTPTestServer.Reply {
        .json(status, (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "")
    }
}
