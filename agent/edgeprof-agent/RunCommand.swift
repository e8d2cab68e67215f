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
        abstract: "Take jobs from the collector, measure, hand over the runs; for ever.",
        discussion: """
            Goes on while the collector cannot be reached. SIGTERM ends it at once and in good order: a measurement \
            under way is given up and taken again later, finished runs are kept.
            """
    )

    @OptionGroup var state: StateOptions

    @Option(help: ArgumentHelp("Disk space for unsent runs; the oldest are dropped beyond it.", valueName: "size"))
    var spoolLimit = "64MiB"

    @Option(
        help: ArgumentHelp(
            "Start after a random part of this time, so that a fleet does not come as one.",
            valueName: "seconds"
        )
    )
    var startupJitter = 1.0

    func run() async throws {
        Memory.keepSmall()
        var configuration = Agent.Configuration()
        configuration.spoolByteCap = try Arguments.byteSize(spoolLimit)
        guard configuration.spoolByteCap >= 1 << 20 else {
            throw AgentError(code: .badArgument, message: "spool limit '\(spoolLimit)' is less than 1MiB")
        }
        guard (0...3600).contains(startupJitter) else {
            throw AgentError(code: .badArgument, message: "startup jitter \(startupJitter) is not 0 to 3600 seconds")
        }
        configuration.startupJitter = .seconds(startupJitter)
        let logger = Logger(label: "edgeprof-agent") { ServiceLogHandler(label: $0) }
        let agent = try Agent(
            directory: try StateDirectory(state.stateDir, create: false),
            configuration: configuration,
            transport: HTTPTransport(userAgent: "edgeprof-agent/\(Edgeprof.version)"),
            logger: logger,
            host: { HostFacts(.current(), limits: $0) },
            measure: try measurement(logger)
        )
        try await agent.run()
    }
    /// How runs are taken: by `edgeprof-measure`, packed plans kept in the state directory.
    private func measurement(_ logger: Logger) throws -> Measure {
        let cache = state.stateDir + "/cache"
        // Said now rather than at the first job: without its helper the agent is of no use.
        _ = try Measurer(cacheDirectory: cache)
        return { order in
            let measurer = try Measurer(cacheDirectory: cache, limits: order.host.limits)
            return try await measurer.run(model: .zoo(order.assignment.model), settings: order.settings) { progress in
                if progress == .waitingForOtherMeasurement {
                    logger.info("waiting for another measurement on this box to end")
                }
            }
        }
    }
}
