import AgentRuntime
import ArgumentParser
import EdgeprofAPI
import FoundationEssentials
import Glibc
import HTTPTransport
import Measurement

/// `edgeprof-agent measure`: takes one run for the daemon, which starts it; see `MeasuringWorker`.
struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Take one run for the daemon that starts this.",
        shouldDisplay: false
    )

    /// Longest time for all but the timed queries: building and packing on a slow box, warm-up, the host's ceilings.
    private static let graceSeconds = 900.0
    /// Longest time that other measurements on this box are waited for.
    private static let patienceSeconds = 6 * 3600.0

    func run() async throws {
        do {
            let bytes = try WorkerSide.begin()
            guard let order = try? JSONDecoder().decode(WorkOrder.self, from: Data(bytes)) else {
                throw AgentError(code: .state, message: "the order cannot be read")
            }
            var measurer = try Measurer(cacheDirectory: order.cacheDirectory, limits: order.limits)
            measurer.packingNice = 5
            let seconds = Self.seconds(order.settings)
            WorkerSide.limit(seconds: seconds)
            let run = try measurer.measure(
                model: order.source,
                settings: order.settings,
                cancellation: WorkerSide.cancellation
            ) { progress in
                // The wait for others is not this run's time.
                WorkerSide.limit(seconds: progress == .waitingForOtherMeasurement ? 0 : seconds)
                if progress == .waitingForOtherMeasurement {
                    EdgeprofAgent.complain("waiting for another measurement on this box to end")
                }
            }
            try WorkerSide.answer(try CollectorClient.json(run))
        } catch {
            EdgeprofAgent.complain("\(error)")
            Glibc.exit(MeasuringWorker.cannotMeasureExitCode)
        }
    }

    /// How long a run of these settings may take, seconds, once its turn has come.
    private static func seconds(_ settings: MeasurementSettings) -> Double {
        graceSeconds + 4 * settings.durationSeconds + 2 * (settings.idleSeconds ?? 5) + (settings.settleSeconds ?? 0)
    }

    /// Takes runs by starting this command, plans packed in a folder.
    ///
    /// - Throws: `MeasurementError` when the agent's helper is missing.
    static func measure(cacheDirectory: String) throws -> Measure {
        let worker = try MeasuringWorker(arguments: ["measure"])
        return { order in
            let work = WorkOrder(
                model: order.assignment.model,
                modelPath: order.modelPath,
                modelSha256: order.assignment.modelSha256,
                settings: order.settings,
                limits: order.host.limits,
                cacheDirectory: cacheDirectory
            )
            let answer = try await worker.run(
                order: try CollectorClient.json(work),
                model: work.source,
                settings: order.settings,
                host: order.host,
                timeoutSeconds: patienceSeconds + seconds(order.settings)
            )
            switch answer {
            case .told(let bytes): return try JSONDecoder().decode(Run.self, from: Data(bytes))
            case .ended(let run): return run
            }
        }
    }
}

/// What the daemon asks of `edgeprof-agent measure`.
private struct WorkOrder: Codable {
    /// Zoo name, or what the file is called.
    var model: String
    /// The file, where the model is one.
    var modelPath: String?
    var modelSha256: String?
    var settings: MeasurementSettings
    var limits: HostLimits?
    var cacheDirectory: String

    var source: ModelSource {
        guard let modelPath, let modelSha256 else { return .zoo(model) }
        return .stored(path: modelPath, name: model, sha256: modelSha256)
    }
}
