import ArgumentParser
import CollectorAPI
import CollectorStore
import Foundation
import Glibc
import Hummingbird
import Logging
import ServiceLifecycle
import Systemd
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the store over HTTP until SIGTERM or SIGINT.",
        discussion: """
            Prints `listening on http://HOST:PORT` when it does, with https where it has a certificate. SIGHUP has it read \
            certificate and key again. On a signal it finishes the requests under way, for \
            30 seconds at most, and exits with 0.
            """
    )

    /// Time for requests under way to finish after a signal.
    private static let grace = Duration.seconds(30)

    @OptionGroup var data: DataDirectoryOption

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = 8640

    @OptionGroup var gate: GateOptions

    @Flag(help: "Allow an address that other machines reach. Tokens then cross the network in clear text.")
    var insecureListen = false

    @Option(help: ArgumentHelp("Folder of agent packages to hand out, with /install.sh.", valueName: "folder"))
    var packages: String?

    @Option(
        help: ArgumentHelp(
            "Where agents reach this collector, as in https://edgeprof.example; for /install.sh. (default: as asked for)",
            valueName: "url"
        )
    )
    var publicUrl: String?

    @Option(
        help: ArgumentHelp(
            "How long an agent's access token works; 3600 unless there is a reason, such as a test.",
            valueName: "seconds"
        )
    )
    var accessTokenSeconds = 3600

    @OptionGroup var retention: RetentionOptions

    @Option(
        help: ArgumentHelp(
            "How long to go on serving after SIGTERM while /readyz says 503, so that a proxy sends nothing more.",
            valueName: "seconds"
        )
    )
    var drainSeconds = 0

    @Option(help: ArgumentHelp("Largest model's file that may be pushed.", valueName: "size"))
    var modelLimit = ByteSize(bytes: 512 << 20)

    @Option(
        help: "What goes to standard error: trace, debug, info, notice, warning, error or critical.",
        transform: oneOf(Logger.Level.allCases)
    )
    var logLevel = Logger.Level.info

    @Option(help: "How it is written: text for people, or json, an object a line.")
    var logFormat = LogFormat.text

    func validate() throws {
        guard (1...86_400).contains(accessTokenSeconds) else {
            throw ValidationError("--access-token-seconds must be 1 to 86400")
        }
        guard (0...300).contains(drainSeconds) else { throw ValidationError("--drain-seconds must be 0 to 300") }
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        // It becomes part of a shell script.
        if let publicUrl, !publicUrl.contains(#/^https?:\/\/[A-Za-z0-9.:\-\[\]]{1,255}(\/[A-Za-z0-9._~\-\/]{0,255})?$/#)
        {
            throw ValidationError("--public-url is not an address such as https://edgeprof.example")
        }
    }

    func run() async throws {
        let address = try ListenAddress(host: host, port: port)
        guard address.isLoopback || insecureListen || gate.tlsCertificate != nil else {
            throw ValidationError(
                "\(host) is not a loopback address: tokens would cross the network in clear text; pass "
                    + "--tls-certificate and --tls-key, put a TLS proxy on this machine in front, or pass --insecure-listen"
            )
        }
        let packages = try agentPackages()
        let certificate = try gate.certificate()
        raiseFileLimit()
        let location = try data.location()
        let lock: ServingLock? = if case .directory(let folder) = location { try folder.lockForServing() } else { nil }
        defer { withExtendedLifetime(lock) {} }
        let store = try await SQLStore.open(at: location)
        try address.tryBinding()
        try await AbandonedUploads.discard(in: store, at: now())
        try await serve(store, packages, certificate, at: address)
        try store.close()
    }

    private func agentPackages() throws -> AgentPackages {
        guard let packages else { return .none }
        do {
            return try AgentPackages(folder: packages)
        } catch {
            throw Failure(message: "--packages \(packages): \(error.localizedDescription)")
        }
    }

    private func serve(
        _ store: SQLStore,
        _ packages: AgentPackages,
        _ certificate: TLSCertificate?,
        at address: ListenAddress
    ) async throws {
        LoggingSystem.bootstrap(logFormat.handler)
        var logger = Logger(label: "edgeprof-collector")
        logger.logLevel = logLevel
        // A reader of standard output that goes away must not end the server.
        signal(SIGPIPE, SIG_IGN)
        // Nor must a quota: a write beyond it fails, and the store says so.
        signal(SIGXFSZ, SIG_IGN)
        let (listening, listens) = AsyncStream<Void>.makeStream()
        let api = CollectorAPI(
            store: store,
            packages: packages,
            publicURL: publicUrl,
            tokenLifetimeSeconds: accessTokenSeconds,
            modelLimitBytes: modelLimit.bytes,
            certificate: certificate,
            limits: gate.limits,
            trustedProxies: gate.trustedProxy,
            metricsOnLoopback: gate.metricsOnLoopback,
            clock: now
        )
        if let warning = try await store.durabilityWarning() { logger.warning("\(warning)") }
        let place = try data.location().description
        let application = Application(
            responder: api.responder(),
            server: api.server(),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                try? say(
                    "listening on "
                        + address.url(
                            scheme: certificate == nil ? "http" : "https",
                            port: channel.localAddress?.port ?? address.port
                        )
                )
                listens.finish()
            },
            logger: logger
        )
        let notify = ServiceNotifier().map { notifier in
            NotifyService(notifier, status: "serves \(place)") { for await _ in listening {} }
                as any Service
        }
        var configuration = ServiceGroupConfiguration(
            services: [notify].compactMap(\.self) + [
                ReloadService(certificate: certificate, logger: logger), api.wakeRelay, application,
                api.jobTicker(logger: logger), api.summaryWarmUp,
                RetentionService(store: store, policy: retention.policy, clock: now, logger: logger),
            ],
            gracefulShutdownSignals: drainSeconds == 0 ? [.sigterm, .sigint] : [],
            logger: logger
        )
        if drainSeconds > 0 {
            configuration.services.append(
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: DrainService(drain: api.drain, seconds: drainSeconds, logger: logger),
                    successTerminationBehavior: .gracefullyShutdownGroup
                )
            )
        }
        configuration.maximumGracefulShutdownDuration = Self.grace
        try await ServiceGroup(configuration: configuration).run()
    }
}
