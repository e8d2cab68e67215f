import ArgumentParser
import EdgeprofAPI
import Foundation
import HostInfo
import HostProbes
import KernelDispatch
import Measurement

/// The command `edgeprof profile`.
struct Profile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure models on this box, each in a process of its own.",
        discussion: """
            single-stream runs one query at a time; offline keeps --instances of them busy and gives throughput and \
            latency from the same run; server lets queries arrive at random at a --rate, or at a share of what an offline \
            run reached (--utilisation). --search tries all instances x threads that suit this box. One measurement runs at a time on a host; others wait.

            Examples:
              edgeprof profile resnet18 densenet121
              edgeprof profile resnet50 --scenario offline --instances 4
              edgeprof profile resnet50 --scenario offline --search --within 50ms
              edgeprof profile resnet50 --scenario server --utilisation 0.7
              edgeprof profile resnet50 --repeat 5 --cool-down 10s
              edgeprof profile resnet50 --scenario offline --settle 10m
              edgeprof profile resnet50 --isa avx2 --memory-limit 512MiB
              edgeprof profile mine-int8.onnx --layers
              edgeprof profile resnet50 densenet121 --report why.html --trace why.json
            """
    )

    @Argument(help: ArgumentHelp("Zoo models (see edgeprof models) or int8 ONNX files.", valueName: "model"))
    var models: [String]

    @Option(help: ArgumentHelp("Threads of each instance; 1 unless given.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Instances side by side (offline, server); one a CPU unless given.", valueName: "n"))
    var instances: Int?

    @Option(help: ArgumentHelp("Highest instruction set used; the best there is unless given.", valueName: "isa"))
    var isa: String?

    @Option(help: "naive or fused.")
    var plan: PlanKind = .fused

    @Option(help: "single-stream, offline or server.")
    var scenario: Scenario = .singleStream

    @Option(help: ArgumentHelp("Queries that arrive a second (server).", valueName: "r"))
    var rate: Double?

    @Option(help: ArgumentHelp("The rate as a share of an offline run's, taken first (server).", valueName: "share"))
    var utilisation: Double?

    @ArgumentParser.Flag(help: "Find the instances x threads that serve most (offline).")
    var search = false

    @Option(
        help: ArgumentHelp("What the 99th percentile must not exceed (--search), for example 50ms.", valueName: "time")
    )
    var within: DurationArgument?

    @Option(help: ArgumentHelp("Timed queries of each model, for example 10s.", valueName: "duration"))
    var duration = DurationArgument(seconds: 10)

    @Option(
        help: ArgumentHelp(
            "Run on until clock and heat are steady, for so long at most, for example 10m; then time queries.",
            valueName: "duration"
        )
    )
    var settle: DurationArgument?

    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp("Runs of each model, each a fresh process.", valueName: "n")
    )
    var repetitions = 1

    @Option(help: ArgumentHelp("Pause before every run but the first, for example 30s.", valueName: "duration"))
    var coolDown: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Idle power before and after each run, where energy can be measured: 5s to 10m, 0s for none.",
            valueName: "duration"
        )
    )
    var idle = DurationArgument(seconds: 5)

    @Option(
        help: ArgumentHelp(
            "Energy instrument, for example ina3221:VDD_IN; the one that covers most unless given.",
            valueName: "name"
        )
    )
    var energyInstrument: String?

    @ArgumentParser.Flag(help: "Time each layer as well, in a pass of its own.")
    var layers = false

    @ArgumentParser.Flag(name: .customLong("no-counters"), help: "Count nothing, to see what counting costs.")
    var countsNothing = false

    @Option(
        help: ArgumentHelp("Write a page that explains the runs: roofline, layers, counters.", valueName: "file.html")
    )
    var report: String?

    @Option(
        help: ArgumentHelp("Write the layers as a Chrome trace, which Perfetto opens.", valueName: "file.json")
    )
    var trace: String?

    @Option(
        help: ArgumentHelp("Memory the measured process may use, for example 512MiB.", valueName: "size")
    )
    var memoryLimit: BytesArgument?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let utilisation {
            guard scenario == .server, rate == nil else {
                throw ValidationError("--utilisation goes with --scenario server, in place of --rate")
            }
            guard (0.01...0.99).contains(utilisation) else { throw ValidationError("--utilisation is 0.01 to 0.99") }
        }
        try validateSearch()
        guard (1...1000).contains(repetitions) else { throw ValidationError("--repeat is 1 to 1000") }
        // The rate that follows from a utilisation is not known yet; any stands for it.
        let settings = jobSettings(rate: utilisation == nil ? rate : 1).resolved(usableCpus: 1)
        if let problem = settings.problems().first { throw ValidationError(problem) }
        try checkEnergyInstrument()
    }

    func jobSettings(_ scenario: Scenario? = nil, rate: Double?) -> JobSettings {
        JobSettings(
            scenario: scenario ?? self.scenario,
            threads: threads ?? 1,
            instances: instances,
            isa: isa,
            plan: plan,
            durationSeconds: duration.seconds,
            ratePerSecond: rate,
            idleSeconds: idle.seconds,
            settleSeconds: settle?.seconds
        )
    }

    func run() async throws {
        let sources = models.map(ModelSource.init)
        for source in sources { try source.check() }
        for path in [report, trace].compactMap(\.self) { try OutputFile.check(path) }
        _ = try KernelDispatch.report(cap: isa)
        var measurer = try Measurer(
            cacheDirectory: try UserDirectories.cache() + "/plans",
            limits: memoryLimit.map { HostLimits(memoryBytes: $0.bytes) }
        )
        measurer.energyInstrument = energyInstrument
        if search { return try await runSearch(sources[0], measurer) }
        var runs: [Run] = []
        for repetition in 1...repetitions {
            // All models in turn, then again: what drifts meanwhile meets them alike.
            for (index, source) in sources.enumerated() {
                if let coolDown, !runs.isEmpty { try await Task.sleep(for: .seconds(coolDown.seconds)) }
                var place = models.count > 1 ? " (\(index + 1) of \(models.count))" : ""
                if repetitions > 1 { place += ", run \(repetition) of \(repetitions)" }
                runs += try await measure(source, measurer, place)
            }
        }
        Terminal.progress("")
        try write(runs)
        try writeFiles(runs)
        let failed = runs.filter { $0.outcome != .ok }
        guard !failed.isEmpty else { return }
        // A table says so itself.
        if output.resolved != .table {
            for run in failed { Terminal.complain("edgeprof: " + ProfileTable.failure(run)) }
        }
        throw ExitCode(1)
    }

    /// Refuses an instrument that cannot be read, naming those there are.
    private func checkEnergyInstrument() throws {
        guard let energyInstrument else { return }
        let why = EnergyInstrument.best(named: energyInstrument).availability
        guard !why.isOK else { return }
        let names = EnergyInstrument.all().map(\.name)
        let remedy = why.remedy.map { "; mend with: \($0)" } ?? ""
        throw ValidationError(
            "--energy-instrument: \(why.reason ?? "it cannot be read")\(remedy); there "
                + (names.isEmpty ? "is none here" : "are " + names.joined(separator: ", "))
        )
    }

    /// One run; before a `server` run at a utilisation, the offline run it is a share of.
    private func measure(_ source: ModelSource, _ measurer: Measurer, _ place: String) async throws -> [Run] {
        func run(_ settings: JobSettings) async throws -> Run {
            let settings = settings.resolved(usableCpus: measurer.hostFacts.usableCpus)
            return try await measurer.run(
                model: source,
                settings: settings,
                layers: timesLayers,
                counters: !countsNothing
            ) { progress in
                Terminal.progress("\(source.name)\(place): \(progress.words)")
            }
        }
        guard let utilisation else { return [try await run(jobSettings(rate: rate))] }
        var offlineSettings = jobSettings(.offline, rate: nil)
        // It only has to tell the rate; whether the queries at that rate are too many is known after it.
        offlineSettings.durationSeconds = min(offlineSettings.durationSeconds, 60)
        let offline = try await run(offlineSettings)
        guard let throughput = offline.throughputPerSecond else { return [offline] }
        return [offline, try await run(jobSettings(rate: utilisation * throughput))]
    }

    /// Reports and traces are made of layers.
    private var timesLayers: Bool { layers || report != nil || trace != nil }

    private func writeFiles(_ runs: [Run]) throws {
        if let report { try OutputFile.write(ProfilePage.html(runs), to: report) }
        if let trace { try OutputFile.write(JSONOutput.text(ChromeTrace(runs)), to: trace) }
    }

    private func write(_ runs: [Run]) throws {
        let format = output.resolved
        guard format != .json else {
            return Terminal.write(try JSONOutput.text(RunListJSON(runs, repetitions: Repetitions.of(runs))))
        }
        Terminal.write(ProfileTable.table(runs, showsSettings: format != .table).rendered(as: format))
        if layers {
            let width = format == .table ? Terminal.width : .max
            for run in runs {
                Terminal.write("\n\(run.model.name)\n" + LayerTable.table(run, width: width).rendered(as: format))
                if format == .table { Terminal.write(ProfileTable.sections(run)) }
            }
        }
        guard format == .table, let last = runs.last else { return }
        Terminal.write(CounterWords.paragraphs(runs, width: Terminal.width))
        Terminal.write(RepetitionTable.text(runs))
        Terminal.write(LatencyWords.lines(runs, width: Terminal.width))
        Terminal.write("\n" + ProfileTable.settings(last) + ProfileTable.notes(runs, width: Terminal.width))
    }
}

extension Measurer.Progress {
    /// What to tell a person who waits.
    var words: String {
        switch self {
        case .waitingForOtherMeasurement: "waiting for another measurement on this host"
        case .preparing: "building and packing"
        case .idling: "measuring idle power"
        case .measuring: "measuring"
        }
    }
}
