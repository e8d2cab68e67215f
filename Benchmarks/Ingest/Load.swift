import EdgeprofAPI
import Foundation
import Gzip
import Synchronization

/// Runs as fast as they are taken, or at a rate, over connections that stay open.
struct Load: Sendable {
    var server: Server
    var admin: String
    var connections: Int
    var seconds: Double
    var rate: Double
    var isGzip: Bool
    var report: String

    private struct Outcome {
        var latencies: [Double] = []
        var stored: [String] = []
        var others: [String: Int] = [:]
    }

    func run() {
        let agents = Fleet.enroll(SampleRuns.hosts, server: server, admin: admin)
        let templates = templates(agents)
        // Of gzip whole bodies are packed beforehand, for a run's id lies within; more than can be sent.
        let packed = isGzip ? packed(templates, count: Int(seconds * (rate > 0 ? rate : 2500))) : []
        print(
            "prepared \(templates.count) documents of \(templates[0].body(id: UUIDv7.make(at: Fleet.now()), at: Fleet.now()).count) bytes"
        )
        let outcomes = Mutex<[Outcome]>([])
        let next = Atomic<Int>(0)
        let start = Fleet.seconds()
        Fleet.threads(connections) { _ in
            var outcome = Outcome()
            do {
                var connection = try Connection(server)
                while true {
                    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    if rate > 0 {
                        let wait = start + Double(index) / rate - Fleet.seconds()
                        if wait > 0 { usleep(UInt32(wait * 1e6)) }
                    }
                    if Fleet.seconds() - start >= seconds || isGzip && index >= packed.count { break }
                    let template = templates[index % templates.count]
                    let now = Fleet.now()
                    let id = isGzip ? packed[index].id : UUIDv7.make(at: now)
                    let body = isGzip ? packed[index].body : template.body(id: id, at: now)
                    let sent = Fleet.seconds()
                    let answer = try connection.send(
                        "POST",
                        "/v1/runs",
                        token: agents[template.agent].token,
                        body: body,
                        isGzip: isGzip
                    )
                    outcome.latencies.append(Fleet.seconds() - sent)
                    let text = String(decoding: answer.body, as: UTF8.self)
                    if answer.status == 200, text.contains(#""status":"stored""#), text.contains(id) {
                        outcome.stored.append(id)
                    } else {
                        outcome.others["\(answer.status) \(text.prefix(120))", default: 0] += 1
                        if answer.status == 503 { sleep(UInt32(answer.retryAfterSeconds ?? 1)) }
                    }
                }
            } catch {
                outcome.others["\(error)", default: 0] += 1
            }
            outcomes.withLock { $0.append(outcome) }
        }
        tell(outcomes.withLock { $0 }, elapsed: Fleet.seconds() - start)
    }

    private func templates(_ agents: [FleetAgent]) -> [RunTemplate] {
        let made = Mutex<[Int: RunTemplate]>([:])
        Fleet.threads(4) { part in
            var samples = SampleRuns(seed: UInt64(part) + 1)
            for host in stride(from: part, to: SampleRuns.hosts, by: 4) {
                for model in 0..<SampleRuns.models {
                    let template = RunTemplate(
                        agent: host,
                        agentId: agents[host].id,
                        model: model,
                        host: host,
                        samples: &samples
                    )
                    // Spread so that neighbours in time are of other hosts and models.
                    let place = (host * SampleRuns.models + model) * 7919 % (SampleRuns.hosts * SampleRuns.models)
                    made.withLock { $0[place] = template }
                }
            }
        }
        return made.withLock { made in made.keys.sorted().compactMap { made[$0] } }
    }

    private func packed(_ templates: [RunTemplate], count: Int) -> [(id: String, body: [UInt8])] {
        let made = Mutex<[Int: (String, [UInt8])]>([:])
        Fleet.threads(4) { part in
            for index in stride(from: part, to: count, by: 4) {
                let now = Fleet.now()
                let id = UUIDv7.make(at: now)
                let body = Gzip.compressed(templates[index % templates.count].body(id: id, at: now)) ?? []
                made.withLock { $0[index] = (id, body) }
            }
        }
        return made.withLock { made in (0..<count).compactMap { made[$0] } }
    }

    private func tell(_ outcomes: [Outcome], elapsed: Double) {
        let ids = outcomes.flatMap(\.stored)
        let figures = LoadReport(
            acknowledged: ids.count,
            seconds: elapsed,
            latencies: outcomes.flatMap(\.latencies),
            others: outcomes.reduce(into: [:]) { $0.merge($1.others, uniquingKeysWith: +) }
        )
        figures.say()
        Fleet.write(figures, ids: ids, to: report)
    }
}
