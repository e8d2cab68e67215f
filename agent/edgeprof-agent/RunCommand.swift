import AgentRuntime
import ArgumentParser
import EdgeprofAPI
import HTTPTransport
import HostInfo
import Logging
import Measurement
import Systemd

/// `edgeprof-agent run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Take jobs from the collector, measure, hand over the runs; for ever, or once.",
        discussion: """
            Goes on while the collector cannot be reached. SIGTERM ends it at once and in good order: a measurement \
            under way is given up and taken again later, finished runs are kept.

            With --once it carries out what is open, hands over all finished runs and ends: with exit code 0 when \
            nothing is left, 1 when runs wait or the collector cannot be reached.
            """
    )

    @OptionGroup var state: StateOptions

    @Option(
        help: ArgumentHelp(
            "File of settings, key = value. (default: \(ConfigurationFile.standardPath), if there)",
            valueName: "file"
        )
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Disk space for unsent runs; those worth least are dropped beyond it. (default: 64MiB)",
            valueName: "size"
        )
    )
    var spoolLimit: String?

    @Option(
        help: ArgumentHelp(
            "Disk space for models fetched from the collector; those unused for longest go. (default: 1GiB)",
            valueName: "size"
        )
    )
    var modelCacheLimit: String?

    @Option(
        help: ArgumentHelp(
            "Start after a random part of this time, so that a fleet does not come as one. (default: 1, once: 0)",
            valueName: "seconds"
        )
    )
    var startupJitter: Double?

    @Option(
        help: ArgumentHelp(
            "Memory to build and pack a model in; one that needs more is 'oom'. (default: three quarters of the box's)",
            valueName: "size"
        )
    )
    var workerMemoryLimit: String?

    @ArgumentParser.Flag(help: "Do one round of work and end, for cron and CI.")
    var once = false

    @Option(
        help: ArgumentHelp(
            "With --once: give up when nothing has gone forward for this long. (default: 600)",
            valueName: "seconds"
        )
    )
    var onceTimeout: Double?

    @Option(
        help: ArgumentHelp(
            "What goes to standard error: trace, debug, info, notice, warning, error, critical. (default: info)",
            valueName: "level"
        )
    )
    var logLevel: String?

    /// The command line's word, else the file's.
    private func settings() throws -> (Agent.Configuration, Logger.Level, workerMemory: UInt64?) {
        let file = try ConfigurationFile(path: config ?? ConfigurationFile.standardPath, isOptional: config == nil)
        var configuration = Agent.Configuration()
        if let text = spoolLimit ?? file.values[.spoolLimit] {
            configuration.spoolByteCap = try Arguments.byteSize(text)
            guard configuration.spoolByteCap >= 1 << 20 else { throw bad("spool limit '\(text)' is less than 1MiB") }
        }
        if let text = modelCacheLimit ?? file.values[.modelCacheLimit] {
            configuration.modelByteCap = try Arguments.byteSize(text)
        }
        let jitter = startupJitter.map { "\($0)" } ?? (once ? "0" : file.values[.startupJitter] ?? "1")
        guard let seconds = Double(jitter), (0...3600).contains(seconds) else {
            throw bad("startup jitter '\(jitter)' is not 0 to 3600 seconds")
        }
        configuration.startupJitter = .seconds(seconds)
        if once {
            let patience = onceTimeout ?? 600
            guard (0...86_400).contains(patience) else {
                throw bad("once timeout '\(patience)' is not 0 to 86400 seconds")
            }
            configuration.workOnce(givingUpAfter: patience)
        } else if onceTimeout != nil {
            throw bad("--once-timeout is of use with --once only")
        }
        let name = logLevel ?? file.values[.logLevel] ?? Logger.Level.info.rawValue
        guard let level = Logger.Level(rawValue: name) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw bad("log level '\(name)' is none of \(levels)")
        }
        let workerMemory = try (workerMemoryLimit ?? file.values[.workerMemoryLimit]).map(Arguments.byteSize)
        if let workerMemory, workerMemory < 64 << 20 { throw bad("worker memory limit is less than 64MiB") }
        return (configuration, level, workerMemory)
    }

    private func bad(_ message: String) -> AgentError { AgentError(code: .badArgument, message: message) }

    func run() async throws {
        Memory.keepSmall()
        let (configuration, level, workerMemory) = try settings()
        var logger = Logger(label: "edgeprof-agent") { ServiceLogHandler(label: $0) }
        logger.logLevel = level
        let agent = try Agent(
            directory: try StateDirectory(state.stateDir, create: false),
            configuration: configuration,
            transport: { HTTPTransport(userAgent: "edgeprof-agent/\(Edgeprof.version)", trust: $0) },
            logger: logger,
            host: { HostFacts(.current(), limits: $0) },
            // Said now rather than at the first job: without its helper the agent is of no use.
            measure: try MeasureCommand.measure(
                cacheDirectory: state.stateDir + "/cache",
                memoryLimit: workerMemory,
                logger: logger
            )
        )
        try await agent.run()
    }
}
