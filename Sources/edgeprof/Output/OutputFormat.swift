import ArgumentParser

/// How results are written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, csv, markdown
}

/// The `--format` option every printing command takes.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("table, json, csv or markdown; table on a terminal, json otherwise.", valueName: "format")
    )
    var format: OutputFormat?

    /// The format asked for, or the one that suits where the output goes.
    var resolved: OutputFormat { format ?? (Terminal.outputIsTerminal ? .table : .json) }

    /// Whether a table has to do without the columns that matter less.
    var isNarrow: Bool { resolved == .table && Terminal.width < 100 }
}
