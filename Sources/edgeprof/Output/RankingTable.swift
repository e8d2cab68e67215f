import EdgeprofAPI
import Foundation

/// A ranking as people read it: the caveat, the table, what failed and why, what was assumed.
enum RankingTable {
    /// The whole page.
    static func page(_ result: RankingResult, shown: [Choice], width: Int) -> String {
        let sentences = result.headline + [result.equalShare?.message].compactMap { $0 }
        var text = sentences.map { TextLayout.paragraph($0, width: width) }.joined()
        if !text.isEmpty { text += "\n" }
        let feasible = shown.filter(\.feasible)
        text +=
            feasible.isEmpty
            ? "No choice is feasible.\n"
            : narrowTable(feasible).rendered(as: .table, width: width) + legend(feasible)
        let infeasible = shown.filter { !$0.feasible }
        if !infeasible.isEmpty {
            text += "\nNot feasible:\n"
            for choice in infeasible {
                let reasons = choice.shortfalls.map(\.message)
                let why = (reasons.isEmpty ? choice.failed : reasons).joined(separator: "; ")
                text += TextLayout.paragraph(
                    "\(choice.model) on \(choice.tier): \(why)",
                    width: width,
                    first: "  ",
                    indent: 4
                )
            }
        }
        let notes = result.warnings + result.assumptions
        if !notes.isEmpty {
            text += "\n" + notes.map { TextLayout.paragraph($0, width: width, first: "- ", indent: 2) }.joined()
        }
        return text
    }

    /// What a terminal of 80 columns has room for.
    private static func narrowTable(_ choices: [Choice]) -> Table {
        Table(
            columns: [
                .text("#"), .text("model"), .text("tier"), .number("ROI"), .number("95 %"), .number("P(best)"),
                .number("units"), .number("TCO USD"), .number("ms"),
            ],
            rows: choices.enumerated().map { index, choice in
                [
                    place(of: index, in: choices), choice.model,
                    choice.tier + marks(choice), choice.roi.map(HumanUnits.number) ?? "-",
                    interval(choice.roiInterval), choice.pBest.map { String(format: "%.2f", $0) } ?? "-",
                    choice.unitsPerSite.map(String.init) ?? "-", choice.tcoUsd.map(HumanUnits.count) ?? "-",
                    choice.latencyUnderLoadMilliseconds.map(HumanUnits.number) ?? "-",
                ]
            }
        )
    }

    private static func marks(_ choice: Choice) -> String {
        let marks = (choice.basis == .measured ? "" : "*") + (choice.engineLimited == true ? "~" : "")
        return marks.isEmpty ? "" : " " + marks
    }

    /// What the marks in the narrow table mean.
    private static func legend(_ choices: [Choice]) -> String {
        var lines: [String] = []
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

    /// Everything, one line a choice, for CSV and Markdown.
    static func table(_ choices: [Choice]) -> Table {
        Table(
            columns: [
                .number("#"), .text("model"), .text("tier"), .text("settings"), .number("ROI"), .number("ROI 95 %"),
                .number("P(best)"), .number("P(feasible)"), .number("units"), .number("TCO USD"), .number("value USD"),
                .number("USD per million correct"), .number("ms under load"), .number("accuracy"),
                .text("accuracy source"),
                .text("basis"), .number("roofline share"), .text("engine-limited"), .text("failed"),
            ],
            rows: choices.indices.map { index in row(choices[index], place: place(of: index, in: choices)) }
        )
    }

    private static func row(_ choice: Choice, place: String) -> [String] {
        let dollars = { (value: Double?) in value.map { String(format: "%.2f", $0) } ?? "" }
        let number = { (value: Double?) in value.map(HumanUnits.number) ?? "" }
        return [
            place, choice.model, choice.tier, choice.settings?.description ?? "", number(choice.roi),
            interval(choice.roiInterval), number(choice.pBest), number(choice.pFeasible),
            choice.unitsPerSite.map(String.init) ?? "", dollars(choice.tcoUsd), dollars(choice.valueUsd),
            number(choice.usdPerMillionCorrect), number(choice.latencyUnderLoadMilliseconds),
            choice.accuracy.map { String(format: "%.5f", $0.value) } ?? "", choice.accuracy?.source ?? "",
            choice.basis.rawValue, choice.rooflineShare.map { String(format: "%.3f", $0) } ?? "",
            choice.engineLimited.map { $0 ? "yes" : "no" } ?? "",
            choice.shortfalls.map(\.message).joined(separator: "; "),
        ]
    }

    private static func interval(_ bounds: [Double]?) -> String {
        guard let bounds, bounds.count == 2 else { return "-" }
        return "\(HumanUnits.number(bounds[0]))..\(HumanUnits.number(bounds[1]))"
    }
}
