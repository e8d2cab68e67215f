import EdgeprofAPI

/// The layers of a run, one line each, in the order they run.
enum LayerTable {
    /// A column that a table narrower than `width` leaves out.
    private typealias Field = (width: Int, column: Table.Column, cell: (Run.Layer) -> String)

    /// Every column for a format without a width; for a terminal those that fit.
    static func table(_ run: Run, width: Int = .max) -> Table {
        let layers = run.layers ?? []
        let fields = (fields(of: layers) + counts(in: layers)).filter { $0.width <= width }
        return Table(columns: fields.map(\.column), rows: layers.map { layer in fields.map { $0.cell(layer) } })
    }

    private static func fields(of layers: [Run.Layer]) -> [Field] {
        let total = max(1, layers.reduce(0) { $0 + Double($1.nanoseconds) })
        return [
            (0, .path("layer"), \.name),
            (110, .text("operation"), \.operation),
            // Where counters need the room, the name has to do.
            (layers.contains { $0.counters != nil } ? 110 : 0, .text("output"), \.shape),
            (0, .number("time"), { HumanUnits.nanoseconds(Double($0.nanoseconds)) }),
            (0, .number("%"), { HumanUnits.number(100 * Double($0.nanoseconds) / total) }),
            (125, .number("MACs"), { $0.macs == 0 ? "" : HumanUnits.count(Double($0.macs)) }),
            (
                0, .number("GOP/s"),
                { $0.macs == 0 ? "" : HumanUnits.number(2 * Double($0.macs) / max(1, Double($0.nanoseconds))) }
            ),
            (110, .number("bytes"), { HumanUnits.bytes($0.memoryAccessBytes) }),
            // Multiply-accumulates for each byte that must be moved at least once: ideal, docs/measurement.md.
            (0, .number("MAC/B"), intensity),
            (0, .number("roofline"), { $0.rooflineShare.map(RunTable.share) ?? "-" }),
            (0, .text("bound"), { $0.boundBy?.rawValue ?? "-" }),
        ]
    }

    private static func intensity(_ layer: Run.Layer) -> String {
        guard layer.macs > 0, layer.memoryAccessBytes > 0 else { return "" }
        return HumanUnits.number(Double(layer.macs) / Double(layer.memoryAccessBytes))
    }

    /// Columns of counters that any layer has.
    private static func counts(in layers: [Run.Layer]) -> [Field] {
        func isCounted(_ name: String) -> Bool { layers.contains { $0.counters?[name] != nil } }
        var fields: [Field] = []
        if isCounted("instructions") { fields.append((110, .number("instr"), count("instructions"))) }
        if isCounted("instructions"), isCounted("cycles") {
            fields.append(
                (
                    0, .number("IPC"),
                    { layer in
                        guard let instructions = layer.counters?["instructions"],
                            let cycles = layer.counters?["cycles"],
                            cycles > 0
                        else { return "-" }
                        return HumanUnits.number(Double(instructions) / Double(cycles))
                    }
                )
            )
        }
        for (name, title) in [("L1-dcache-load-misses", "L1D"), ("LLC-load-misses", "LLC")] where isCounted(name) {
            fields.append((0, .number(title), count(name)))
        }
        return fields
    }

    private static func count(_ name: String) -> (Run.Layer) -> String {
        { $0.counters?[name].map { HumanUnits.count(Double($0)) } ?? "-" }
    }
}
