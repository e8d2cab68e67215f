import ArgumentParser
import EdgeprofAPI
import Foundation
import KernelDispatch
import Measurement

/// The command `edgeprof profile`.
struct Profile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure models on this box, each in a process of its own.",
        discussion: """
            single-stream runs one query at a time; offline keeps --instances of them busy and gives throughput and \
            latency from the same run. One measurement runs at a time on a host; others wait.

            Examples:
              edgeprof profile resnet18 densenet121
              edgeprof profile resnet50 --scenario offline --instances 4
              edgeprof profile resnet50 --isa avx2 --memory-limit 512MiB
              edgeprof profile mine-int8.onnx --layers
            """
    )

    @Argument(help: ArgumentHelp("Zoo models (see edgeprof models) or int8 ONNX files.", valueName: "model"))
    var models: [String]

    @Option(help: ArgumentHelp("Threads of each instance.", valueName: "n"))
    var threads = 1

    @Option(help: ArgumentHelp("Instances side by side (offline); one a CPU unless given.", valueName: "n"))
    var instances: Int?

    @Option(help: ArgumentHelp("Highest instruction set used; the best there is unless given.", valueName: "isa"))
    var isa: String?

    @Option(help: "naive or fused.")
    var plan: PlanKind = .fused

    @Option(help: "single-stream or offline.")
    var scenario: Scenario = .singleStream

    @Option(help: ArgumentHelp("Timed queries of each model, for example 10s.", valueName: "duration"))
    var duration = DurationArgument(seconds: 10)

    @ArgumentParser.Flag(help: "Time each layer as well, in a pass of its own.")
    var layers = false

    @Option(help: ArgumentHelp("Address space the measured process may use, for example 512MiB.", valueName: "size"))
    var memoryLimit: BytesArgument?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let problem = jobSettings.resolved(usableCpus: 1).problems().first { throw ValidationError(problem) }
    }

    private var jobSettings: JobSettings {
        JobSettings(
            scenario: scenario,
            threads: threads,
            instances: instances,
            isa: isa,
            plan: plan,
            durationSeconds: duration.seconds
        )
    }

    func run() async throws {
        let sources = models.map(ModelSource.init)
        for source in sources { try source.check() }
        _ = try KernelDispatch.report(cap: isa)
        let measurer = try Measurer(
            cacheDirectory: try UserDirectories.cache() + "/plans",
            limits: memoryLimit.map { HostLimits(memoryBytes: $0.bytes) }
        )
        let settings = jobSettings.resolved(usableCpus: measurer.hostFacts.usableCpus)
        var runs: [Run] = []
        for (index, source) in sources.enumerated() {
            let place = models.count > 1 ? " (\(index + 1) of \(models.count))" : ""
            runs.append(
                try await measurer.run(model: source, settings: settings, layers: layers) { progress in
                    Terminal.progress("\(source.name)\(place): \(progress.words)")
                }
            )
        }
        Terminal.progress("")
        try write(runs)
        let failed = runs.filter { $0.outcome != .ok }
        guard !failed.isEmpty else { return }
        // A table says so itself.
        if output.resolved != .table {
            for run in failed { Terminal.complain("edgeprof: " + ProfileTable.failure(run)) }
        }
        throw ExitCode(1)
    }

    private func write(_ runs: [Run]) throws {
        let format = output.resolved
        guard format != .json else { return Terminal.write(try JSONOutput.text(RunListJSON(runs))) }
        Terminal.write(ProfileTable.table(runs, showsSettings: format != .table).rendered(as: format))
        if layers {
            for run in runs {
                Terminal.write("\n\(run.model.name)\n" + ProfileTable.layers(run).rendered(as: format))
                if format == .table { Terminal.write(ProfileTable.sections(run)) }
            }
        }
        guard format == .table, let first = runs.first else { return }
        Terminal.write("\n" + ProfileTable.settings(first) + ProfileTable.notes(runs, width: Terminal.width))
    }
}

extension Measurer.Progress {
    /// What to tell a person who waits.
    fileprivate var words: String {
        switch self {
        case .waitingForOtherMeasurement: "waiting for another measurement on this host"
        case .preparing: "building and packing"
        case .measuring: "measuring"
        }
    }
}
