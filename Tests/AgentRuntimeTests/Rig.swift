import EdgeprofAPI
import Foundation
import HTTPTransport
import Logging
import Spool
import Synchronization
import Uploader

@testable import AgentRuntime

/// A state directory that goes with the test, and agents on it.
final class Rig {
    let folder = FileManager.default.temporaryDirectory.appending(path: "edgeprof-agent-\(UUID())").path
    let log = LogLines()
    let transport = HTTPTransport(userAgent: "edgeprof-test/1")
    private var task: Task<Void, any Error>?

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    deinit {
        task?.cancel()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var state: String { folder + "/state" }

    static let host = HostFacts(
        hostname: "attic",
        architecture: "x86_64",
        cpuModel: "Test CPU",
        kernel: "6.1",
        operatingSystem: "Debian",
        usableCpus: 4,
        onlineCpus: 4,
        memoryBytes: 8 << 30,
        isa: "avx512vnni"
    )

    /// The box as limits leave it.
    static func host(_ limits: HostLimits?) -> HostFacts {
        var host = host
        host.limits = limits
        if let cpus = limits?.cpus { host.usableCpus = cpus.count }
        return host
    }

    func write(_ text: String, _ name: String, mode: Int = 0o600) throws -> String {
        let path = folder + "/" + name
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    @discardableResult
    func enroll(
        _ url: String,
        limits: HostLimits? = nil,
        force: Bool = false,
        token: String = "enrol-me"
    ) async throws -> Enrollment.Outcome {
        try await Enrollment(
            directory: try StateDirectory(state, create: true),
            collector: url,
            token: token,
            name: "box",
            labels: ["site": "attic"],
            host: Self.host(limits),
            replacesIdentity: force
        ).run(transport: transport)
    }

    /// Opens the spool as soon as nobody else has it open: the last user of an agent that has ended may be a thread that
    /// is just about to let go of it.
    func openSpool() async throws -> Spool {
        let directory = try StateDirectory(state, create: false)
        for _ in 0..<200 {
            do throws(AgentError) { return try directory.openSpool(byteCap: 64 << 20) } catch {
                guard error.code == .inUse else { throw error }
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return try directory.openSpool(byteCap: 64 << 20)
    }

    /// Starts an agent with waits made short.
    func start(measure: @escaping Measure = Rig.measureAtOnce) async throws {
        _ = try await openSpool()
        var configuration = Agent.Configuration()
        configuration.startupJitter = .zero
        configuration.heartbeatInterval = .milliseconds(50)
        configuration.pace = JobLoop.Pace(
            pollSeconds: 60,
            leastInterval: .zero,
            backoff: Backoff(base: .milliseconds(5), cap: .milliseconds(20)),
            unauthorizedWait: .milliseconds(20),
            troubleWait: .milliseconds(20)
        )
        let agent = try Agent(
            directory: try StateDirectory(state, create: false),
            configuration: configuration,
            transport: { [transport] _ in transport },
            logger: Logger(label: "test") { [log] _ in log },
            host: { Self.host($0) },
            measure: measure
        )
        task = Task { try await agent.run(gracefulShutdownSignals: []) }
    }

    /// Ends the agent and waits for its end.
    func stop() async {
        task?.cancel()
        _ = await task?.result
        task = nil
    }

    /// A run that took no time.
    static let measureAtOnce: Measure = { run(for: $0) }

    static func run(for order: MeasurementOrder, outcome: Run.Outcome = .ok) -> Run {
        Run(
            id: UUIDv7.make(at: Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))),
            startedAt: Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000)),
            host: order.host,
            outcome: outcome,
            model: Run.ModelReference(name: order.assignment.model, sha256: String(repeating: "a", count: 64)),
            threads: order.settings.threads,
            instances: order.settings.instances,
            isa: order.settings.isa ?? "portable",
            plan: order.settings.plan,
            scenario: order.settings.scenario,
            producer: "test"
        )
    }
}

/// Waits until something holds; false when it does not in time.
func eventually(within seconds: Double = 60, _ holds: () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !holds() {
        if ContinuousClock.now > deadline { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}
