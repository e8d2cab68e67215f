import AgentRuntime
import ArgumentParser
import EdgeprofAPI
import FoundationEssentials
import Glibc
import HTTPTransport
import Logging
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
    /// Memory that a worker is given on a box that says it has hardly any.
    private static let leastMemoryBytes: UInt64 = 128 << 20

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
                // Packing reads what others wrote; the measuring process has limits of its own.
                WorkerSide.limitMemory(to: progress == .preparing ? order.memoryBytes : nil)
                if progress == .waitingForOtherMeasurement {
                    WorkerSide.note("waiting for another measurement on this box to end")
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
    /// - Parameters:
    ///   - cacheDirectory: the folder.
    ///   - memoryLimit: bytes the worker may take to build and pack a model; nil for three quarters of the box's.
    ///   - logger: told what the worker waits for.
    /// - Returns: what takes runs.
    /// - Throws: `MeasurementError` when the agent's helper is missing.
    static func measure(cacheDirectory: String, memoryLimit: UInt64?, logger: Logger) throws -> Measure {
        let worker = try MeasuringWorker(arguments: ["measure"])
        return { order in
            let work = WorkOrder(
                model: order.assignment.model,
                modelPath: order.modelPath,
                modelSha256: order.assignment.modelSha256,
                settings: order.settings,
                memoryBytes: memoryLimit ?? max(leastMemoryBytes, order.host.memoryBytes / 4 * 3),
                limits: order.host.limits,
                cacheDirectory: cacheDirectory
            )
            let answer = try await worker.run(
                order: try CollectorClient.json(work),
                model: work.source,
                settings: order.settings,
                host: order.host,
                timeoutSeconds: patienceSeconds + seconds(order.settings),
                isAnswer: { (try? JSONDecoder().decode(Run.self, from: Data($0))) != nil },
                onNote: { logger.notice("\($0)") }
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
    /// What building and packing may take.
    var memoryBytes: UInt64?
    var limits: HostLimits?
    var cacheDirectory: String

    var source: ModelSource {
        guard let modelPath, let modelSha256 else { return .zoo(model) }
        return .stored(path: modelPath, name: model, sha256: modelSha256)
    }
}
