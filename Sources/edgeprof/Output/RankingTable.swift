import EdgeprofAPI
import Foundation

/// Choices in rows: the narrow table of a terminal, and everything for CSV and Markdown.
enum RankingTable {
    /// A choice with its number in the table.
    private typealias Row = (place: String, choice: Choice)

    /// Choices that cannot be told apart side by side, in the order of their first.
    static func grouped(_ choices: [Choice]) -> [Choice] {
        var firstOfGroup: [Int: Int] = [:]
        let keyed = choices.enumerated().map { index, choice -> (group: Int, index: Int) in
            guard let group = choice.tieGroup else { return (index, index) }
            let first = firstOfGroup[group] ?? index
            firstOfGroup[group] = first
            return (first, index)
        }
        return keyed.sorted { ($0.group, $0.index) < ($1.group, $1.index) }.map { choices[$0.index] }
    }

    /// As much as there is room for; what matters least goes first.
    static func narrow(
        _ choices: [Choice],
        by objective: RankingResult.Objective,
        width: Int,
        hasBars: Bool = true
    ) -> Table {
        let rows: [Row] = choices.indices.map { (place(of: $0, in: choices), choices[$0]) }
        let scale = hasBars ? IntervalBar.Scale(choices.compactMap { $0.figure(objective).interval }) : nil
        let dash = "-"
        let main = title(objective)
        // Columns in order, each with how soon it gives way: 0 never.
        let fields: [(column: Table.Column, givesWay: Int, cell: (Row) -> String)] = [
            (.text("#"), 0, { $0.place }),
            (.text("model"), 0, { $0.choice.model }),
            (.text("tier"), 0, { $0.choice.tier + marks($0.choice) }),
            (.number(main.name), 0, { $0.choice.figure(objective).value.map(main.write) ?? dash }),
            (.number("95 %"), 0, { interval($0.choice.figure(objective).interval, main.write) }),
            (
                .text(scale?.title ?? ""), scale == nil ? .max : 8,
                { row in
                    let (value, ends) = row.choice.figure(objective)
                    return scale.map { $0.bar(value, ends) } ?? ""
                }
            ),
            (.number("P(best)"), 2, { $0.choice.pBest.map(share) ?? dash }),
            (.number("P(feas.)"), 6, { $0.choice.pFeasible.map(share) ?? dash }),
            (.number("top-1 %"), 0, { $0.choice.accuracy.map { accuracy($0) } ?? dash }),
            (.number("units"), 3, { $0.choice.unitsPerSite.map(String.init) ?? dash }),
            (.number("TCO USD"), 1, { $0.choice.tcoUsd.map(HumanUnits.count) ?? dash }),
            (.number("ms"), 4, { $0.choice.latencyUnderLoadMilliseconds.map(HumanUnits.number) ?? dash }),
            (.number("hosts"), 7, { String($0.choice.hosts) }),
            (.text("settings"), 9, { $0.choice.settings?.description ?? "" }),
        ]
        var least = Int.max
        while true {
            let kept = fields.filter { $0.givesWay < least }
            let table = Table(columns: kept.map(\.column), rows: rows.map { row in kept.map { $0.cell(row) } })
            guard least > 1, table.leastWidth(textAtMost: 18) > width else { return table }
            least = kept.map(\.givesWay).max() ?? 1
        }
    }

    /// What the marks in the narrow table mean.
    static func legend(_ choices: [Choice]) -> String {
        var lines: [String] = []
        let sources = Set(choices.compactMap { $0.accuracy?.source }).sorted()
        if !sources.isEmpty {
            lines.append("top-1: " + sources.map { "\(letter($0)) \(Self.words($0))" }.joined(separator: ", "))
        }
        let others = Set(choices.map(\.basis).filter { $0 != .measured }.map(\.rawValue)).sorted()
        if !others.isEmpty { lines.append("* \(others.joined(separator: ", ")), not measured on such a box") }
        if choices.contains(where: { $0.engineLimited == true }) {
            let least = Int(100 * Run.Roofline.engineLimitedShare)
            lines.append("~ engine-limited: below \(least) % of what the box allows edgeprof's engine")
        }
        if choices.indices.contains(where: { place(of: $0, in: choices).hasSuffix("=") }) {
            lines.append("= cannot be told apart from the others with this number")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The choice's number: that of its tie group's first, with "=" where others share it.
    private static func place(of index: Int, in choices: [Choice]) -> String {
        guard choices[index].feasible else { return "-" }
        guard let group = choices[index].tieGroup, let first = choices.firstIndex(where: { $0.tieGroup == group }),
            choices.filter({ $0.tieGroup == group }).count > 1
        else { return String(index + 1) }
        return "\(first + 1)="
    }

    private static func marks(_ choice: Choice) -> String {
        let marks = (choice.basis == .measured ? "" : "*") + (choice.engineLimited == true ? "~" : "")
        return marks.isEmpty ? "" : " " + marks
    }

    /// What is ranked by, its name in a title and how it is written.
    private static func title(_ objective: RankingResult.Objective) -> (name: String, write: (Double) -> String) {
        switch objective {
        case .roi: ("ROI", HumanUnits.number)
        case .netValue: ("net USD", HumanUnits.count)
        case .usdPerMillionCorrect: ("USD/M correct", HumanUnits.number)
        }
    }

    private static func share(_ value: Double) -> String { String(format: "%.2f", value) }

    private static func accuracy(_ accuracy: Choice.Accuracy) -> String {
        "\(HumanUnits.percent(accuracy.value)) \(letter(accuracy.source))"
    }

    private static func letter(_ source: String) -> String {
        ["evaluated": "e", "published-int8": "p", "published-float": "f"][source] ?? "g"
    }

    private static func words(_ source: String) -> String {
        [
            "evaluated": "evaluated here", "published-int8": "published of int8",
            "published-float": "published of float, 0.5 points taken off",
        ][source] ?? "given"
    }

    private static func interval(_ bounds: [Double]?, _ write: (Double) -> String) -> String {
        guard let bounds, bounds.count == 2 else { return "-" }
        return "\(write(bounds[0]))..\(write(bounds[1]))"
    }

    // MARK: Changes supposed

    /// How choices stand with changes and without.
    static func differences(_ differences: [Hypothesis.Difference], by objective: RankingResult.Objective) -> Table {
        let main = title(objective)
        func change(_ difference: Hypothesis.Difference, _ figure: (Hypothesis.Standing) -> String) -> String {
            let (before, after) = (figure(difference.without), figure(difference.with))
            return before == after ? after : "\(before) → \(after)"
        }
        let figure = { (standing: Hypothesis.Standing) -> String in
            let value: Double? =
                switch objective {
                case .roi: standing.roi
                case .netValue: standing.netValueUsd
                case .usdPerMillionCorrect: standing.usdPerMillionCorrect
                }
            return value.map(main.write) ?? "-"
        }
        return Table(
            columns: [
                .text("model"), .text("tier"), .number("place"), .number(main.name), .number("units"),
                .number("TCO USD"),
            ],
            rows: differences.map { difference in
                [
                    difference.model, difference.tier,
                    change(difference) { $0.place.map(String.init) ?? "none" },
                    change(difference, figure),
                    change(difference) { $0.unitsPerSite.map(String.init) ?? "-" },
                    change(difference) { $0.tcoUsd.map(HumanUnits.count) ?? "-" },
                ]
            }
            .filter { row in row.contains { $0.contains("→") } }
        )
    }

    // MARK: Everything

    /// Everything, one line a choice, for CSV and Markdown.
    static func table(_ choices: [Choice]) -> Table {
        Table(
            columns: [
                .number("#"), .text("model"), .text("tier"), .text("settings"), .number("ROI"), .number("ROI 95 %"),
                .number("P(best)"), .number("P(feasible)"), .number("units"), .number("TCO USD"), .number("value USD"),
                .number("net value USD"), .number("USD per million correct"), .number("ms under load"),
                .number("accuracy"), .text("accuracy source"), .text("basis"), .number("hosts"),
                .number("roofline share"), .text("engine-limited"), .text("failed"),
            ],
            rows: choices.indices.map { index in row(choices[index], place: place(of: index, in: choices)) }
        )
    }

    private static func row(_ choice: Choice, place: String) -> [String] {
        let dollars = { (value: Double?) in value.map { String(format: "%.2f", $0) } ?? "" }
        let number = { (value: Double?) in value.map(HumanUnits.number) ?? "" }
        return [
            place, choice.model, choice.tier, choice.settings?.description ?? "", number(choice.roi),
            interval(choice.roiInterval, HumanUnits.number), number(choice.pBest), number(choice.pFeasible),
            choice.unitsPerSite.map(String.init) ?? "", dollars(choice.tcoUsd), dollars(choice.valueUsd),
            dollars(choice.netValueUsd), number(choice.usdPerMillionCorrect),
            number(choice.latencyUnderLoadMilliseconds),
            choice.accuracy.map { String(format: "%.5f", $0.value) } ?? "", choice.accuracy?.source ?? "",
            choice.basis.rawValue, String(choice.hosts),
            choice.rooflineShare.map { String(format: "%.3f", $0) } ?? "",
            choice.engineLimited.map { $0 ? "yes" : "no" } ?? "",
            choice.shortfalls.map(\.message).joined(separator: "; "),
        ]
    }
}
