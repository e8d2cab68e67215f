import ArgumentParser
import KernelDispatch

/// The command `edgeprof kernels`.
struct Kernels: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Kernels compiled in, usable here, chosen.",
        discussion: "EDGEPROF_ISA or --isa caps the instruction set, so that a box can stand in for a lesser one."
    )

    @Option(help: ArgumentHelp("Highest instruction set used.", valueName: "isa"))
    var isa: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let report = try KernelDispatch.report(cap: isa)
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
