import CollectorStore
import EdgeprofAPI
import Foundation
import PostgreSQLTestServer

/// What a store is kept in; one suite serves all.
enum StoreKind: String, Sendable, CaseIterable {
    case sqlite, postgresql

    /// Those that are installed here.
    static let available = PostgreSQLTestServer.shared == nil ? [StoreKind.sqlite] : allCases
}

/// A store in a temporary folder that goes away with the value.
final class TemporaryStore: Sendable {
    static let publicKey = Data(repeating: 7, count: 32).base64EncodedString()
    static let now = Timestamp(millisecondsSinceEpoch: 1_795_365_000_000)

    /// The folder of a store in SQLite.
    let directory: StoreDirectory
    let location: StoreLocation
    let store: SQLStore
    let adminSecret = TokenSecret(role: .admin)

    init() throws {
        directory = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-store-" + UUIDv7.make(at: Self.now))
        try SQLStore.create(
            in: directory,
            firstToken: NewToken(hash: adminSecret.hash, role: .admin),
            at: Self.now
        )
        store = try SQLStore(openingIn: directory)
        location = .directory(directory)
    }

    init(_ kind: StoreKind) async throws {
        directory = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-store-" + UUIDv7.make(at: Self.now))
        location = try Self.emptyLocation(kind, directory)
        try await SQLStore.create(
            at: location,
            firstToken: NewToken(hash: adminSecret.hash, role: .admin),
            at: Self.now
        )
        store = try await SQLStore.open(at: location)
    }

    /// A place for a store where there is none yet.
    static func emptyLocation(_ kind: StoreKind, _ directory: StoreDirectory) throws -> StoreLocation {
        guard kind == .postgresql else { return .directory(directory) }
        guard let server = PostgreSQLTestServer.shared else { throw StoreError(.failed, "no PostgreSQL") }
        return .postgresql(try PostgreSQLLocation(url: try server.makeDatabase()))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory.path) }

    /// Enrols an agent and returns its id.
    func enroll(_ name: String, labels: [String: String] = [:]) async throws -> String {
        let secret = TokenSecret(role: .enrollment)
        let token = NewToken(hash: secret.hash, role: .enrollment, usesLeft: 1)
        let tokenId = try await store.createToken(token, at: Self.now)
        let request = EnrollRequest(
            name: name,
            labels: labels,
            host: .sample,
            version: "0.1.0",
            publicKey: Self.publicKey
        )
        let agentToken = NewToken(hash: TokenSecret(role: .agent).hash, role: .agent)
        let agent = try await store.enroll(request, enrollmentTokenId: tokenId, agentToken: agentToken, at: Self.now)
        guard let agent else { throw StoreError(.failed, "not enrolled") }
        return agent.id
    }
}

extension Store {
    /// Makes a job that agents take up.
    func createSampleJob(
        models: [String] = ["resnet18"],
        labels: [String: String] = [:],
        repetitions: Int = 1,
        at now: Timestamp = TemporaryStore.now
    ) async throws -> JobRecord {
        let request = JobRequest(models: models, settings: JobSettings(), labels: labels, repetitions: repetitions)
        guard case .created(let job, _) = try await createJob(request, at: now) else {
            throw StoreError(.failed, "no job")
        }
        return job
    }
}

extension HostFacts {
    static let sample = HostFacts(
        hostname: "edge-1",
        architecture: "x86_64",
        cpuModel: "Test CPU",
        kernel: "6.1",
        operatingSystem: "Debian 12",
        usableCpus: 4,
        onlineCpus: 4,
        memoryBytes: 8 << 30,
        isa: "avx2"
    )
}

extension Run {
    static func sample(
        id: String? = nil,
        agentId: String?,
        assignment: Assignment? = nil,
        startedAt: Timestamp = TemporaryStore.now,
        outcome: Outcome = .ok,
        model: String = "resnet18"
    ) -> Run {
        Run(
            id: id ?? UUIDv7.make(at: startedAt),
            agentId: agentId,
            jobId: assignment?.jobId,
            assignmentId: assignment?.id,
            startedAt: startedAt,
            host: .sample,
            outcome: outcome,
            model: ModelReference(name: model, sha256: String(repeating: "a", count: 64)),
            threads: 1,
            instances: 1,
            isa: "avx2",
            plan: .fused,
            scenario: .offline,
            latencyNanoseconds: Latency(
                p50: 10,
                p90: 20,
                p99: 20,
                min: 10,
                max: 20,
                mean: 15,
                count: 2,
                histogram: [[10, 1], [20, 1]]
            ),
            throughputPerSecond: 100,
            producer: "test"
        )
    }
}
