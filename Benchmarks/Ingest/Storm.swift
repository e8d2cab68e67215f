import Crypto
import EdgeprofAPI
import Foundation
import Synchronization

/// All agents come back at once, as after a power cut: token, heartbeat, poll and one run each, on a connection each.
struct Storm: Sendable {
    /// Documents made beforehand; each agent sends one of them as its own.
    private static let templates = 400
    private static let patienceSeconds = 150.0

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
        fflush(nil)
        let bodies = bodies(fleet)
        let tally = Mutex(Tally())
        let start = Fleet.seconds() + 2
        Fleet.threads(fleet.count) { index in
            let at = start + withinSeconds * Double(index) / Double(fleet.count)
            let wait = at - Fleet.seconds()
            if wait > 0 { usleep(UInt32(wait * 1e6)) }
            let id = UUIDv7.make(at: Fleet.now())
            var agent = StormAgent(
                agent: fleet[index],
                template: bodies[index % bodies.count],
                id: id,
                server: server,
                note: { what in tally.withLock { $0.statuses[what, default: 0] += 1 } }
            )
            // A real agent never gives up; this one does after a while, to say so.
            let wasStored = agent.work(until: at + Self.patienceSeconds)
            let elapsed = Fleet.seconds() - at
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
            for index in stride(from: part, to: min(Self.templates, fleet.count), by: 4) {
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
        return made.withLock { made in (0..<Self.templates).compactMap { made[$0] } }
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
