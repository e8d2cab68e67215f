public import EdgeprofAPI
public import HTTPTransport
public import Logging
internal import ServiceLifecycle
internal import Spool
internal import Systemd
public import UnixSignals
internal import Uploader

/// An enrolled agent: job loop, uploader and heartbeat over one spool.
public struct Agent: Sendable {
    /// What an administrator may choose.
    public struct Configuration: Sendable {
        /// Bytes finished runs may take on disk while they wait.
        public var spoolByteCap: UInt64 = 64 << 20
        /// Bytes fetched models may take on disk.
        public var modelByteCap: UInt64 = 1 << 30
        /// The agent starts to talk after a random part of this, so that a fleet switched on at once does not come as one.
        public var startupJitter: Duration = .seconds(1)
        /// Between heartbeats.
        public var heartbeatInterval: Duration = .seconds(30)
        var pace = JobLoop.Pace()

        /// Has the agent do one round of work and end: carry out the open assignments, hand over all runs.
        ///
        /// - Parameter seconds: how long nothing may go forward before the round is given up; 0 or more.
        public mutating func workOnce(givingUpAfter seconds: Double) {
            let patience = Duration.seconds(seconds)
            pace.round = SingleRound(patience: patience)
            pace.troubleWait = min(pace.troubleWait, patience)
        }

        /// Makes the default configuration.
        public init() {}
    }

    private let spool: Spool
    private let identity: AgentIdentity
    private let services: [any Service]
    private let logger: Logger
    private let round: SingleRound?

    /// Opens the spool and makes ready; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - directory: the agent's state.
    ///   - configuration: what an administrator may choose.
    ///   - makeTransport: makes what carries the requests, from what the identity says of TLS.
    ///   - logger: told what happens.
    ///   - host: reads the box as it is now, as these limits leave it.
    ///   - measure: takes runs.
    /// - Throws: `AgentError` when the agent is not enrolled, or runs already.
    public init(
        directory: StateDirectory,
        configuration: Configuration = Configuration(),
        transport makeTransport: (TLSTrust) -> HTTPTransport,
        logger: Logger,
        host: @escaping @Sendable (HostLimits?) -> HostFacts,
        measure: @escaping Measure
    ) throws(AgentError) {
        let identity = try directory.identity()
        let transport = makeTransport(identity.trust ?? .system)
        let spool = try directory.openSpool(byteCap: configuration.spoolByteCap)
        guard let keyPair = AgentKeyPair(privateKey: identity.privateKey) else {
            throw AgentError(code: .state, message: "'\(directory.identityPath)' holds no usable key")
        }
        let client: CollectorClient
        do throws(CollectorError) {
            let tokens = try AccessTokens(identity: identity, keyPair: keyPair, transport: transport)
            client = try CollectorClient(
                baseURL: identity.collector,
                transport: transport,
                credentials: tokens.credentials
            )
        } catch { throw AgentError(code: .state, message: "in '\(directory.identityPath)': \(error)") }
        let turns = TurnLock()
        let wake = Uploader.Wake()
        let connection = ConnectionLog(logger: logger)
        let limitedHost: @Sendable () -> HostFacts = { host(identity.limits) }
        let startupDelay = configuration.startupJitter * Double.random(in: 0...1)
        let uploader = Uploader(
            spool: spool,
            wake: wake,
            turns: turns,
            connection: connection,
            backoff: configuration.pace.backoff,
            logger: logger
        ) { runs throws(CollectorError) in try await client.upload(encodedRuns: runs) }
        let heartbeats = Heartbeats(
            client: client,
            agentId: identity.agentId,
            spool: spool,
            connection: connection,
            sentBytes: { transport.sentBytes },
            host: limitedHost
        )
        // Shut down from the last to the first: no run is taken any more when the uploader ends.
        services = [
            UploadService(uploader: uploader, startupDelay: startupDelay),
            HeartbeatService(
                heartbeats: heartbeats,
                turns: turns,
                interval: configuration.heartbeatInterval,
                startupDelay: startupDelay
            ),
            JobLoop(
                client: client,
                agentId: identity.agentId,
                spool: spool,
                wake: wake,
                turns: turns,
                connection: connection,
                pace: configuration.pace,
                startupDelay: startupDelay,
                heartbeats: heartbeats,
                models: ModelFetcher(
                    client: client,
                    cache: ModelCache(folder: directory.path + "/models", limitBytes: configuration.modelByteCap),
                    connection: connection,
                    backoff: configuration.pace.backoff,
                    logger: logger
                ),
                host: limitedHost,
                measure: measure,
                logger: logger
            ),
        ]
        self.spool = spool
        self.identity = identity
        self.logger = logger
        round = configuration.pace.round
    }

    /// Works until it is told to stop: by a signal, or by cancelling the task; or for one round, when that is asked for.
    ///
    /// - Parameter signals: end the agent in good order.
    /// - Throws: what a service could not go on after; `AgentError` when the one round was not finished.
    public func run(gracefulShutdownSignals signals: [UnixSignal] = [.sigterm, .sigint]) async throws {
        for damaged in spool.damaged {
            logger.error("the spool's \(damaged.name) was set aside: \(damaged.reason)")
        }
        let waiting = spool.statistics.records
        logger.notice(
            "agent \(identity.name) (\(identity.agentId)) works for \(identity.collector); \(waiting) runs wait to be sent"
        )
        // The group's own log would tell of each service by its implementation.
        let notify = ServiceNotifier().map {
            NotifyService($0, status: "works for \(identity.collector)") as any Service
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                // First in, last out: the manager hears of the end when it is one.
                services: ([notify].compactMap(\.self) + services).map { service in
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: service,
                        // The others would go on for ever after the one round.
                        successTerminationBehavior: round != nil && service is JobLoop
                            ? .gracefullyShutdownGroup : .cancelGroup
                    )
                },
                gracefulShutdownSignals: signals,
                logger: Logger(label: "edgeprof-agent.services") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        try await group.run()
        let left = spool.statistics.records
        guard let round else { return logger.notice("stopped; \(left) runs wait to be sent") }
        guard round.isComplete else {
            let why = round.trouble.map { ": \($0)" } ?? ""
            throw AgentError(code: .unfinished, message: "not all was done\(why); \(left) runs wait to be sent")
        }
        logger.notice("all was done and handed over")
    }
}

/// Runs the uploader as a service.
private struct UploadService: Service {
    let uploader: Uploader
    let startupDelay: Duration

    func run() async {
        await cancelWhenGracefulShutdown {
            try? await Task.sleep(for: startupDelay)
            await uploader.run()
        }
    }
}
