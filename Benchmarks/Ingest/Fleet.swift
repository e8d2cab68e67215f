import Crypto
import EdgeprofAPI
import Foundation
import Glibc
import Gzip
import Synchronization

/// An agent as the collector knows it.
struct FleetAgent: Sendable {
    var id: String
    var token: String
    var key: Curve25519.Signing.PrivateKey
}

enum Fleet {
    static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(millisecondsSinceEpoch: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Carries out `body` on threads with small stacks, and waits for them.
    static func threads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        final class Work: Sendable {
            let index: Int
            let body: @Sendable (Int) -> Void
            init(_ index: Int, _ body: @escaping @Sendable (Int) -> Void) { (self.index, self.body) = (index, body) }
        }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 512 << 10)
        var threads: [pthread_t] = []
        for index in 0..<count {
            var thread = pthread_t()
            let work = Unmanaged.passRetained(Work(index, body))
            let failure = pthread_create(
                &thread,
                &attributes,
                { pointer in
                    guard let pointer else { return nil }
                    let work = Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue()
                    work.body(work.index)
                    return nil
                },
                work.toOpaque()
            )
            guard failure == 0 else { fail("cannot make thread \(index): \(failure)") }
            threads.append(thread)
        }
        for thread in threads { pthread_join(thread, nil) }
    }

    static func fail(_ why: String) -> Never {
        FileHandle.standardError.write(Data((why + "\n").utf8))
        exit(1)
    }

    /// Enrols agents with a token that an administrator makes for them.
    static func enroll(_ count: Int, server: Server, admin: String) -> [FleetAgent] {
        let request = TokenRequest(role: .enrollment, maximumUses: count, autoAccept: true)
        guard var connection = try? Connection(server),
            let answer = try? connection.send("POST", "/v1/tokens", token: admin, body: json(request)),
            let created = try? JSONDecoder().decode(TokenCreated.self, from: Data(answer.body))
        else { fail("no enrolment token") }
        let agents = Mutex<[Int: FleetAgent]>([:])
        let next = Atomic<Int>(0)
        threads(min(count, 16)) { _ in
            do {
                var connection = try Connection(server)
                while true {
                    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < count else { return }
                    let key = Curve25519.Signing.PrivateKey()
                    let request = EnrollRequest(
                        name: "agent-\(index)",
                        labels: [:],
                        host: SampleRuns.host(index % SampleRuns.hosts),
                        version: "0.1.0",
                        publicKey: key.publicKey.rawRepresentation.base64EncodedString()
                    )
                    let answer = try connection.send("POST", "/v1/enroll", token: created.token, body: json(request))
                    let enrolled = try JSONDecoder().decode(EnrollResponse.self, from: Data(answer.body))
                    let agent = FleetAgent(id: enrolled.agentId, token: enrolled.accessToken ?? "", key: key)
                    agents.withLock { $0[index] = agent }
                }
            } catch { fail("enrolment: \(error)") }
        }
        return agents.withLock { agents in (0..<count).compactMap { agents[$0] } }
    }

    /// Writes what was counted and the ids of what was acknowledged, for ingest.py.
    static func write(_ report: LoadReport, ids: [String], to path: String) {
        do {
            try Data(json(report)).write(to: URL(fileURLWithPath: path))
            try ids.joined(separator: "\n").write(toFile: path + ".ids", atomically: true, encoding: .utf8)
        } catch { fail("cannot write \(path): \(error)") }
    }

    static func json(_ value: some Encodable) -> [UInt8] { (try? JSONEncoder().encode(value)).map { Array($0) } ?? [] }
}

/// A run's document, whose id and time are put in before it is sent.
struct RunTemplate: Sendable {
    private static let id = "00000000-0000-7000-8000-000000000000"
    private static let time = "2000-01-01T00:00:00.000Z"

    let agent: Int
    private var bytes: [UInt8]
    private let idPlace: Int
    private let agentPlace: Int
    private let timePlace: Int

    init?(agent: Int, agentId: String, model: Int, host: Int, samples: inout SampleRuns) {
        let moment = Timestamp(Self.time) ?? Timestamp(millisecondsSinceEpoch: 0)
        let run = samples.run(model: model, host: host, agentId: agentId, id: Self.id, at: moment)
        let data = Fleet.json(RunBatch(runs: [run]))
        guard let id = Self.find(Self.id, in: data), let time = Self.find(Self.time, in: data),
            let agentPlace = Self.find(agentId, in: data)
        else { return nil }
        (self.agent, bytes, idPlace, timePlace, self.agentPlace) = (agent, data, id, time, agentPlace)
    }

    /// A body with one run, of the template's agent or another.
    func body(id: String, at moment: Timestamp, agentId: String? = nil) -> [UInt8] {
        var body = bytes
        if let agentId { body.replaceSubrange(agentPlace..<(agentPlace + 36), with: agentId.utf8) }
        body.replaceSubrange(idPlace..<(idPlace + 36), with: id.utf8)
        body.replaceSubrange(timePlace..<(timePlace + 24), with: moment.description.utf8)
        return body
    }

    private static func find(_ text: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(text.utf8)
        return (0..<(bytes.count - wanted.count)).first {
            bytes[$0] == wanted[0] && bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
        }
    }
}
