import Crypto
import EdgeprofAPI
import Foundation
import Synchronization

/// All agents come back at once, as after a power cut: token, heartbeat, poll and one run each, on a connection each.
struct Storm: Sendable {
    var server: Server
    var admin: String
    var agents: Int
    var withinSeconds: Double
    var report: String

    private struct Tally {
        var statuses: [String: Int] = [:]
        var stored: [String] = []
        var failed: [String] = []
        var seconds: [Double] = []
    }

    func run() {
        let fleet = Fleet.enroll(agents, server: server, admin: admin)
        print("enrolled \(fleet.count)")
        let bodies = bodies(fleet)
        let tally = Mutex(Tally())
        let start = Fleet.seconds() + 2
        Fleet.threads(fleet.count) { index in
            let at = start + withinSeconds * Double(index) / Double(fleet.count)
            let wait = at - Fleet.seconds()
            if wait > 0 { usleep(UInt32(wait * 1e6)) }
            let id = UUIDv7.make(at: Fleet.now())
            var isStored = false
            // A real agent never gives up; this one does after a minute, to say so.
            while !isStored, Fleet.seconds() - at < 60 {
                do {
                    isStored = try session(fleet[index], bodies[index % bodies.count], id, tally)
                } catch {
                    tally.withLock { $0.statuses["\(error)", default: 0] += 1 }
                    usleep(1_000_000)
                }
            }
            let elapsed = Fleet.seconds() - at
            let wasStored = isStored
            tally.withLock { tally in
                if wasStored { tally.stored.append(id) } else { tally.failed.append(id) }
                tally.seconds.append(elapsed)
            }
        }
        tell(tally.withLock { $0 }, elapsed: Fleet.seconds() - start)
    }

    private func bodies(_ fleet: [FleetAgent]) -> [RunTemplate] {
        let made = Mutex<[Int: RunTemplate]>([:])
        Fleet.threads(4) { part in
            var samples = SampleRuns(seed: UInt64(part) + 77)
            for index in stride(from: part, to: fleet.count, by: 4) {
                let template = RunTemplate(
                    agent: index,
                    agentId: fleet[index].id,
                    model: index % SampleRuns.models,
                    host: index % SampleRuns.hosts,
                    samples: &samples
                )
                made.withLock { $0[index] = template }
            }
        }
        return made.withLock { made in (0..<fleet.count).compactMap { made[$0] } }
    }

    /// One connection's worth of an agent's work; false where it is told to come again.
    private func session(
        _ agent: FleetAgent,
        _ template: RunTemplate,
        _ id: String,
        _ tally: borrowing Mutex<Tally>
    ) throws -> Bool {
        var connection = try Connection(server)
        func note(_ step: String, _ answer: Connection.Answer) -> Bool {
            let isLost = answer.status == 503 && answer.retryAfterSeconds == nil
            let what = "\(step) \(answer.status)" + (isLost ? " without Retry-After" : "")
            tally.withLock { $0.statuses[what, default: 0] += 1 }
            if answer.status == 503 { sleep(UInt32(answer.retryAfterSeconds ?? 60)) }
            return answer.status < 300
        }
        let challenge = try connection.send("POST", "/v1/agents/\(agent.id)/token", token: nil)
        tally.withLock { $0.statuses["challenge \(challenge.status)", default: 0] += 1 }
        guard let problem = try? JSONDecoder().decode(Problem.self, from: Data(challenge.body)),
            let text = problem.challenge
        else { return false }
        let signed = AccessTokenRequest.signedText(agentId: agent.id, challenge: text)
        let signature = try agent.key.signature(for: Data(signed.utf8)).base64EncodedString()
        let request = AccessTokenRequest(challenge: text, signature: signature)
        let answer = try connection.send("POST", "/v1/agents/\(agent.id)/token", token: nil, body: Fleet.json(request))
        guard note("token", answer),
            let grant = try? JSONDecoder().decode(AccessTokenGrant.self, from: Data(answer.body))
        else { return false }
        let token = grant.accessToken
        let heartbeat = Heartbeat(
            version: "0.1.0",
            host: SampleRuns.host(0),
            spoolRecords: 1,
            spoolBytes: 20_000,
            droppedRecords: 0,
            rssBytes: 9 << 20,
            cpuSeconds: 1
        )
        let beat = try connection.send(
            "POST",
            "/v1/agents/\(agent.id)/heartbeat",
            token: token,
            body: Fleet.json(heartbeat)
        )
        guard note("heartbeat", beat) else { return false }
        guard note("poll", try connection.send("GET", "/v1/agents/\(agent.id)/jobs", token: token)) else {
            return false
        }
        let body = template.body(id: id, at: Fleet.now())
        let upload = try connection.send("POST", "/v1/runs", token: token, body: body)
        guard note("run", upload) else { return false }
        let result = String(decoding: upload.body, as: UTF8.self)
        // A second try whose first was stored and not answered is a duplicate, which is what it should be.
        return result.contains(#""status":"stored""#) || result.contains(#""status":"duplicate""#)
    }

    private func tell(_ tally: Tally, elapsed: Double) {
        let figures = LoadReport(
            acknowledged: tally.stored.count,
            seconds: elapsed,
            latencies: tally.seconds,
            others: tally.statuses
        )
        print("stored \(tally.stored.count) of \(agents), given up \(tally.failed.count)")
        figures.say()
        Fleet.write(figures, ids: tally.stored, to: report)
    }
}
