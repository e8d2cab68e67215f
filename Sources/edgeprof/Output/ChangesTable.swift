import EdgeprofAPI

/// What changed in a fleet, as a table.
enum ChangesTable {
    /// Writes changes in the format asked for.
    static func write(_ fleet: FleetChanges, _ output: OutputOptions) throws {
        guard output.resolved == .table else { return try output.write(fleet, as: table(fleet)) }
        Terminal.write(page(fleet, width: Terminal.width))
    }

    /// One line a change.
    static func table(_ fleet: FleetChanges, isNarrow: Bool = false) -> Table {
        let fields: [Table.Field<FleetChanges.Change>] = [
            (.text("model"), false, { $0.model }),
            (.text("host"), false, { $0.hostname }),
            (.text("settings"), true, { $0.settings }),
            (.text("since"), false, { $0.firstAfter.shortDescription }),
            (.text("last before"), true, { $0.lastBefore.shortDescription }),
            (.number("before ms"), false, { HumanUnits.number($0.millisecondsBefore) }),
            (.number("after ms"), false, { HumanUnits.number($0.millisecondsAfter) }),
            (.number("change %"), false, { percent($0.ratio) }),
            (.number("95 % interval"), false, { interval($0.ratioInterval) }),
            (.number("runs"), true, { "\($0.runsBefore) : \($0.runsAfter)" }),
            (.number("p"), true, { HumanUnits.number($0.pValue) }),
            (.number("p, fleet"), true, { HumanUnits.number($0.adjustedPValue) }),
        ]
        return Table(fleet.changes, fields: fields, showsOptional: !isNarrow)
    }

    /// The conclusion, then the table.
    static func page(_ fleet: FleetChanges, width: Int) -> String {
        let series = "\(fleet.checked) series of a model on a host"
        let short =
            fleet.tooShort == 0
            ? "" : " \(fleet.tooShort) more have too few undisturbed runs to tell a change from chance."
        guard !fleet.changes.isEmpty else {
            return TextLayout.paragraph("No change among the latest runs of \(series).\(short)", width: width)
        }
        let slower = fleet.changes.count { $0.ratio > 1 }
        let conclusion =
            "\(fleet.changes.count) of \(series) changed: \(slower) slower, \(fleet.changes.count - slower) faster; "
            + "at most \(HumanUnits.number(fleet.falseDiscoveryRate * 100)) % of such findings are false on average.\(short)"
        return TextLayout.paragraph(conclusion, width: width) + "\n"
            + table(fleet, isNarrow: width < 120).rendered(as: .table, width: width)
    }

    private static func percent(_ ratio: Double) -> String {
        (ratio < 1 ? "" : "+") + HumanUnits.number((ratio - 1) * 100)
    }

    private static func interval(_ ends: [Double]?) -> String {
        guard let ends, ends.count == 2 else { return "-" }
        return "\(percent(ends[0])) to \(percent(ends[1]))"
    }
}
