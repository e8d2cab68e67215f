import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization

@testable import CollectorAPI

/// A collector over a store in a temporary folder, with a clock that stands still and a log that is kept.
final class Harness: Sendable {
    static let start = Timestamp(millisecondsSinceEpoch: 1_795_365_000_000)

    let directory: StoreDirectory
    let location: StoreLocation
    let store: SQLStore
    let admin = TokenSecret(role: .admin)
    let viewer = TokenSecret(role: .viewer)
    let log = LogCapture()
    let api: CollectorAPI
    private let clock: MutableClock

    /// Makes a collector of its own, or a further one of a store that is there.
    init(
        packages: AgentPackages = .none,
        publicURL: String? = nil,
        modelLimitBytes: UInt64 = 512 << 20,
        limits: ServerLimits = ServerLimits(),
        metricsOnLoopback: Bool = false,
        at place: StoreLocation? = nil,
        isFurther: Bool = false
    ) async throws {
        directory = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-api-" + UUID().uuidString)
        let token = NewToken(hash: admin.hash, role: .admin)
        location = place ?? .directory(directory)
        if isFurther {
            store = try await SQLStore.open(at: location)
            _ = try await store.createToken(token, at: Self.start)
        } else {
            try await SQLStore.create(at: location, firstToken: token, at: Self.start)
            store = try await SQLStore.open(at: location)
        }
        let clock = MutableClock()
        self.clock = clock
        api = CollectorAPI(
            store: store,
            packages: packages,
            publicURL: publicURL,
            modelLimitBytes: modelLimitBytes,
            limits: limits,
            metricsOnLoopback: metricsOnLoopback
        ) { clock.now }
        _ = try await store.createToken(NewToken(hash: viewer.hash, role: .viewer), at: Self.start)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory.path) }

    func advance(seconds: Int64) { clock.advance(seconds: seconds) }

    /// How many long polls wait now.
    var pollCount: Int { api.bell.listenerCount }

    func application() -> some ApplicationProtocol {
        var logger = Logger(label: "test") { [log] _ in log }
        logger.logLevel = .trace
        return Application(
            responder: api.responder(),
            server: api.server(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            logger: logger
        )
    }

    /// Runs requests without a socket.
    func requests<Value>(_ body: @Sendable (Client) async throws -> Value) async throws -> Value {
        try await application().test(.router) { try await body(Client(client: $0, harness: self)) }
    }

    /// Makes an agent by way of the store.
    func enroll(
        _ name: String = "a",
        labels: [String: String] = [:],
        host: HostFacts = .sample,
        publicKey: String = EnrollRequest.sample.publicKey,
        autoAccept: Bool = true
    ) async throws -> (id: String, token: String) {
        let now = clock.now
        let enrollment = NewToken(
            hash: TokenSecret(role: .enrollment).hash,
            role: .enrollment,
            autoAccept: autoAccept
        )
        let secret = TokenSecret(role: .agent)
        let agent = try await store.enroll(
            EnrollRequest(name: name, labels: labels, host: host, version: "0.1.0", publicKey: publicKey),
            enrollmentTokenId: try await store.createToken(enrollment, at: now),
            agentToken: NewToken(hash: secret.hash, role: .agent),
            at: now
        )
        return (agent?.id ?? "", secret.text)
    }
}

/// A clock that is moved by hand.
final class MutableClock: Sendable {
    private let moment = Mutex(Harness.start)

    var now: Timestamp { moment.withLock { $0 } }

    func advance(seconds: Int64) {
        moment.withLock { $0 = Timestamp(millisecondsSinceEpoch: $0.millisecondsSinceEpoch + seconds * 1000) }
    }
}

/// Sends requests as someone.
struct Client: Sendable {
    let client: any TestClientProtocol
    let harness: Harness

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        as token: String? = nil,
        body: Data? = nil,
        type: String? = "application/json"
    ) async throws -> Answer {
        var headers: HTTPFields = [:]
        if let token { headers[.authorization] = "Bearer \(token)" }
        if body != nil { headers[.contentType] = type }
        let buffer = body.map { ByteBuffer(bytes: $0) }
        let response = try await client.execute(uri: path, method: method, headers: headers, body: buffer)
        return Answer(response: response)
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        as token: String? = nil,
        json: some Encodable
    ) async throws -> Answer {
        try await send(method, path, as: token, body: try JSONEncoder().encode(json))
    }

    func get(_ path: String) async throws -> Answer { try await send(.get, path, as: harness.viewer.text) }
}

/// What came back.
struct Answer: Sendable {
    let response: TestResponse

    var status: Int { response.status.code }
    var data: Data { Data(response.body.readableBytesView) }

    func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: data)
    }

    /// The problem document, checked for its form.
    func problem() throws -> Problem {
        let problem = try decode(Problem.self)
        guard response.headers[.contentType] == "application/problem+json", problem.status == status else {
            throw Problem(status: 0, title: "not a problem document", detail: "\(response)")
        }
        return problem
    }
}

/// Keeps all that is logged.
final class LogCapture: LogHandler, Sendable {
    private let lines = Mutex("")

    var text: String { lines.withLock { $0 } }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set { record("\(newValue)") }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { key == "hb.request.id" ? "test-request" : nil }
        set { record("\(key)=\(newValue.map { "\($0)" } ?? "")") }
    }

    func log(event: LogEvent) {
        record("\(event.level) \(event.message) \(event.metadata ?? [:])")
    }

    private func record(_ line: String) { lines.withLock { $0 += line + "\n" } }
}
