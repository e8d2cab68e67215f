import ArgumentParser
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof summary`.
struct Summary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Model x tier: latency, throughput, memory, runs, hosts.",
        discussion: """
            Its JSON is what `edgeprof rank --measurements` reads. With --changes: whose median latency changed, since when \
            and by how much, with at most 5 % of what is shown false on average (docs/comparing.md).

            Examples:
              edgeprof summary --format json >measurements.json
              edgeprof summary --changes
              edgeprof summary --predict
            """
    )

    @ArgumentParser.Flag(help: "What changed on the fleet, instead of what was measured.")
    var changes = false

    @ArgumentParser.Flag(help: "Also models on tiers they were not run on, by their rooflines (docs/economics.md).")
    var predict = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if changes && predict { throw ValidationError("--changes and --predict are questions of their own") }
    }

    func run() async throws {
        if changes { return try ChangesTable.write(try await CollectorConnection.saved().changes(), output) }
        let set = try await CollectorConnection.saved().summary()
        let isNarrow = output.isNarrow
        let predictions = predict ? Predictions(set, try await CollectorConnection.saved().tiers()) : nil
        try output.write(
            WithPredictions(result: set, predictions: predictions?.set),
            as: Self.table(set.measurements, isNarrow: isNarrow)
        )
        if output.resolved == .table, let predictions { Terminal.write(predictions.page(width: Terminal.width)) }
        if isNarrow, set.measurements.contains(where: { $0.basis != .measured }) {
            Terminal.write("* a stand-in or estimate, not measured on such a box\n")
        }
        FirstSteps.say(FirstSteps.nothingMeasured, where: set.measurements.isEmpty)
    }

    private static func table(_ measurements: [TierMeasurement], isNarrow: Bool) -> Table {
        let milliseconds = { (value: Double?) in value.map(HumanUnits.number) ?? "-" }
        let fields: [Table.Field<TierMeasurement>] = [
            (.text("model"), false, { $0.model }),
            (.text("tier"), false, { $0.tier + (isNarrow && $0.basis != .measured ? " *" : "") }),
            (.number("k x t"), false, { "\($0.instances) x \($0.settings?.threads.map(String.init) ?? "?")" }),
            (.number("p50 ms"), false, { milliseconds($0.latencyMilliseconds?.p50) }),
            (.number("p90 ms"), true, { milliseconds($0.latencyMilliseconds?.p90) }),
            (.number("p99 ms"), false, { milliseconds($0.latencyMilliseconds?.p99) }),
            (.number("per s"), false, { HumanUnits.number($0.throughputPerSecond) }),
            (.number("RSS MiB"), false, { $0.peakRssMib.map(HumanUnits.number) ?? "-" }),
            (.number("roofline"), false, { $0.rooflineShare.map(RunTable.share) ?? "-" }),
            (.number("runs"), true, { String($0.hosts.reduce(0) { $0 + $1.runs.count }) }),
            (.number("hosts"), true, { String($0.hosts.count) }),
            (.text("basis"), true, { $0.basis.rawValue }),
        ]
        return Table(measurements, fields: fields, showsOptional: !isNarrow)
    }
}
