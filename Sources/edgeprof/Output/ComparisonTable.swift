import EdgeprofAPI

/// A comparison of runs as a page or a table.
enum ComparisonTable {
    /// One line a figure.
    static func table(_ comparison: RunComparison, isNarrow: Bool = false) -> Table {
        let rows = comparison.groups.flatMap { group in group.figures.map { (group, $0) } }
        let fields: [Table.Field<(RunComparison.Group, RunComparison.Figure)>] = [
            (.text("model"), false, { $0.0.model }),
            (.text("settings"), true, { $0.0.settings }),
            (.text("figure"), false, { $0.1.name.rawValue }),
            (.number("A"), false, { value($0.1.a, $0.1) }),
            (.number("B"), false, { value($0.1.b, $0.1) }),
            (.number("change %"), false, { percent($0.1.ratio?.value) }),
            (.number("95 % interval"), false, { interval($0.1.ratio?.interval) }),
            (.number("p"), true, { $0.1.pValue.map(HumanUnits.number) ?? "-" }),
            (.number("p, Holm"), true, { $0.1.adjustedPValue.map(HumanUnits.number) ?? "-" }),
            (.number("runs"), true, { "\($0.0.a.compared) : \($0.0.b.compared)" }),
            (.text("verdict"), false, { $0.1.verdict.rawValue.split(separator: "-").joined(separator: " ") }),
        ]
        return Table(rows, fields: fields, showsOptional: !isNarrow)
    }

    /// The conclusion, the table, gates and what to know.
    static func page(_ comparison: RunComparison, width: Int) -> String {
        var page = TextLayout.paragraph(comparison.headline, width: width) + "\n"
        page += table(comparison, isNarrow: true).rendered(as: .table, width: width)
        for group in comparison.groups {
            let hosts = group.hosts.count > 3 ? "\(group.hosts.count) hosts" : group.hosts.joined(separator: ", ")
            page += TextLayout.paragraph(
                "\n\(group.model): \(group.settings); \(hosts); A \(count(group.a)), B \(count(group.b))",
                width: width
            )
            if let undecided = group.undecided {
                page += TextLayout.paragraph("Undecided: \(undecided).", width: width)
            }
        }
        let gates = gateLines(comparison)
        if !gates.isEmpty {
            page += "\n" + gates.map { TextLayout.paragraph($0, width: width, indent: 2) }.joined()
        }
        for line in comparison.differences { page += TextLayout.paragraph("Differs: \(line)", width: width, indent: 2) }
        for line in comparison.warnings { page += TextLayout.paragraph("Note: \(line)", width: width, indent: 2) }
        return page
    }

    /// One line a gate.
    static func gateLines(_ comparison: RunComparison) -> [String] {
        comparison.groups.flatMap { group in
            group.gates.map { gate in
                "\(gate.passed ? "passed" : "NOT PASSED"): \(group.model): \(gate.kind) \(gate.expression): \(gate.reason)"
            }
        }
    }

    private static func count(_ runs: RunComparison.RunCount) -> String {
        var parts = ["\(runs.compared) runs"]
        if runs.failed > 0 { parts.append("\(runs.failed) failed") }
        if runs.disturbed > 0 { parts.append("\(runs.disturbed) disturbed and left out") }
        return parts.joined(separator: ", ")
    }

    private static func value(_ estimate: RunComparison.Estimate?, _ figure: RunComparison.Figure) -> String {
        guard let value = estimate?.value else { return "-" }
        switch figure.name {
        case .p50, .p90, .p99: return HumanUnits.nanoseconds(value)
        case .throughput: return HumanUnits.number(value) + " /s"
        case .rss: return HumanUnits.bytes(UInt64(exactly: value.rounded()) ?? 0)
        }
    }

    private static func percent(_ ratio: Double?) -> String {
        guard let ratio else { return "-" }
        return (ratio < 1 ? "" : "+") + HumanUnits.number((ratio - 1) * 100)
    }

    private static func interval(_ ends: [Double]?) -> String {
        guard let ends, ends.count == 2 else { return "-" }
        return "\(percent(ends[0])) to \(percent(ends[1]))"
    }
}
