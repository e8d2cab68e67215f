import Crypto
import EdgeprofAPI
import Foundation
import Synchronization

/// An agent that comes back: token, heartbeat, poll, its run; what it has done it does not do again.
struct StormAgent {
    let agent: FleetAgent
    let template: RunTemplate
    let id: String
    let server: Server
    /// Told of each answer.
    let note: (String) -> Void

    private var token: String?
    private var isReported = false
    private var hasPolled = false
    private var attempts = 0

    /// An answer that is no success; the seconds the server asks to wait.
    private struct Refused: Error { var retryAfterSeconds: Int? }

    init(agent: FleetAgent, template: RunTemplate, id: String, server: Server, note: @escaping (String) -> Void) {
        (self.agent, self.template, self.id, self.server, self.note) = (agent, template, id, server, note)
    }

    /// Works until the run is acknowledged, as the agent does: capped exponential backoff with full jitter, never less than
    /// Retry-After.
    ///
    /// - Returns: Whether it was before the deadline.
    mutating func work(until deadline: Double) -> Bool {
        while Fleet.seconds() < deadline {
            var least = 0
            do {
                try session()
                return true
            } catch let refused as Refused {
                least = refused.retryAfterSeconds ?? 0
            } catch {
                note("\(error)")
            }
            attempts += 1
            let most = Double(min(60, 1 << min(attempts, 6)))
            usleep(UInt32(1e6 * (Double(least) + Double.random(in: 0...most))))
        }
        return false
    }

    /// One connection's worth of work.
    private mutating func session() throws {
        var connection = try Connection(server)
        if token == nil { token = try newToken(&connection) }
        if !isReported {
            let heartbeat = Heartbeat(
                version: "0.1.0",
                host: SampleRuns.host(0),
                spoolRecords: 1,
                spoolBytes: 20_000,
                droppedRecords: 0,
                rssBytes: 9 << 20,
                cpuSeconds: 1
            )
            try send("POST", "heartbeat", Fleet.json(heartbeat), &connection)
            isReported = true
        }
        if !hasPolled {
            try send("GET", "jobs", [], &connection)
            hasPolled = true
        }
        let body = template.body(id: id, at: Fleet.now(), agentId: agent.id)
        let answer = try connection.send("POST", "/v1/runs", token: token, body: body)
        try require("run", answer)
        let result = String(decoding: answer.body, as: UTF8.self)
        // A second try whose first was stored and not answered is a duplicate, which is what it should be.
        guard result.contains(#""status":"stored""#) || result.contains(#""status":"duplicate""#) else {
            note("run: \(result.prefix(120))")
            throw Refused()
        }
    }

    private func send(_ method: String, _ what: String, _ body: [UInt8], _ connection: inout Connection) throws {
        let path = "/v1/agents/\(agent.id)/\(what)"
        try require(what, try connection.send(method, path, token: token, body: body))
    }

    private func newToken(_ connection: inout Connection) throws -> String {
        let path = "/v1/agents/\(agent.id)/token"
        let challenge = try connection.send("POST", path, token: nil)
        guard challenge.status == 401,
            let problem = try? JSONDecoder().decode(Problem.self, from: Data(challenge.body)),
            let text = problem.challenge
        else {
            try require("challenge", challenge)
            throw Refused()
        }
        note("challenge 401")
        let signed = AccessTokenRequest.signedText(agentId: agent.id, challenge: text)
        let signature = try agent.key.signature(for: Data(signed.utf8)).base64EncodedString()
        let request = AccessTokenRequest(challenge: text, signature: signature)
        let answer = try connection.send("POST", path, token: nil, body: Fleet.json(request))
        try require("token", answer)
        return try JSONDecoder().decode(AccessTokenGrant.self, from: Data(answer.body)).accessToken
    }

    private func require(_ step: String, _ answer: Connection.Answer) throws {
        let isLost = answer.status == 503 && answer.retryAfterSeconds == nil
        note("\(step) \(answer.status)" + (isLost ? " without Retry-After" : ""))
        guard answer.status < 300 else { throw Refused(retryAfterSeconds: answer.retryAfterSeconds) }
    }
}
