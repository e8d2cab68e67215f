import ArgumentParser
import KernelBenchmark
import KernelDispatch

/// The command `edgeprof kernels`.
struct Kernels: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Kernels compiled in, usable here, chosen.",
        discussion:
            "EDGEPROF_ISA or --isa caps the instruction set, so that a box can stand in for a lesser one. Example: edgeprof kernels --isa avx2"
    )

    @Option(help: ArgumentHelp("Highest instruction set used.", valueName: "isa"))
    var isa: String?

    @Flag(help: "Time every usable kernel against what this core can do.")
    var bench = false

    @Option(help: ArgumentHelp("Rounds each figure is the median of, with --bench; 15.", valueName: "n"))
    var rounds: Int?

    @Option(
        help: ArgumentHelp("Only this family, with --bench; may be repeated.", valueName: "family"),
        transform: { name in
            if let family = KernelFamily(rawValue: name) { return family }
            throw ValidationError("families are \(KernelFamily.allCases.map(\.rawValue).joined(separator: ", "))")
        }
    )
    var family: [KernelFamily] = []

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !bench, rounds != nil || !family.isEmpty {
            throw ValidationError("--rounds and --family go with --bench")
        }
        if let rounds, !(1...10_000).contains(rounds) { throw ValidationError("--rounds is 1 to 10000") }
    }

    func run() throws {
        let report = try KernelDispatch.report(cap: isa)
        guard !bench else { return try time(report) }
        let listed = Listed(report)
        try output.write(
            listed,
            as: Table(
                columns: [.text("kernel"), .text("isa"), .text("usable"), .text("chosen"), .text("reason")],
                rows: listed.kernels.map {
                    [$0.name, $0.isa, $0.usable ? "yes" : "no", $0.chosen ? "*" : "", $0.reason.value ?? ""]
                }
            )
        )
        if output.resolved == .table { Terminal.write("\n\(report.selected): \(report.reason)\n") }
    }

    /// Times what the report lists as usable.
    private func time(_ report: KernelReport) throws {
        var sets = report.kernels.filter(\.usable).map(\.instructionSet)
        sets = sets.enumerated().filter { sets.firstIndex(of: $1) == $0 }.map(\.element)
        let families = family.isEmpty ? Set(KernelFamily.allCases) : Set(family)
        try output.write(KernelBenchmark(instructionSets: sets, families: families, rounds: rounds ?? 15))
    }

    /// The JSON form.
    private struct Listed: Encodable {
        struct Entry: Encodable {
            var name: String
            var isa: String
            var usable: Bool
            var chosen: Bool
            var reason: NullOr<String>
        }
        var selected: String
        var kernels: [Entry]

        init(_ report: KernelReport) {
            selected = report.selected
            kernels = report.kernels.map {
                Entry(
                    name: $0.name,
                    isa: $0.instructionSet,
                    usable: $0.usable,
                    chosen: $0.selected,
                    reason: NullOr($0.reason)
                )
            }
        }
    }
}
