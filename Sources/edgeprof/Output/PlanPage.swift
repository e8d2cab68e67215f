import EdgeprofAPI
import Foundation

/// A plan as people read it: the conclusion, the money, the frontier, what would change the answer.
enum PlanPage {
    /// The whole page.
    static func text(_ result: PlanResult, width: Int) -> String {
        var text = result.headline.map { TextLayout.paragraph($0, width: width) }.joined()
        text += section("What to buy", result.sitePlan.map { PlanSiteTable.summary($0, width: width) } ?? "")
        text += section("What it costs, USD", costs(result, width))
        text += section("Frontier, from buying nothing", frontier(result, width))
        text += section("What flips the choice", flips(result.sensitivity?.choice, width))
        text += leader(result, width)
        text += section("What to measure next", information(result, width))
        text += section("What the others would have to gain, each alone", counterfactuals(result, width))
        let notes = result.warnings + result.assumptions
        if !notes.isEmpty {
            text += "\n" + notes.map { TextLayout.paragraph($0, width: width, first: "- ", indent: 2) }.joined()
        }
        return text
    }

    private static func section(_ title: String, _ body: String) -> String { body.isEmpty ? "" : "\n\(title)\n\(body)" }

    private static func costs(_ result: PlanResult, _ width: Int) -> String {
        guard !result.costByYear.isEmpty else { return "" }
        return PlanTable.years(result.costByYear, total: result.choice).rendered(as: .table, width: width)
    }

    private static func frontier(_ result: PlanResult, _ width: Int) -> String {
        guard !result.frontier.isEmpty else { return "" }
        return PlanTable.frontier(result).rendered(as: .table, width: width)
            + result.breakEven.map {
                TextLayout.paragraph("backbone influence: \($0.message)", width: width, indent: 2)
            }.joined()
    }

    private static func flips(_ rows: [PlanResult.Sensitivity.Row]?, _ width: Int) -> String {
        guard let rows, !rows.isEmpty else { return "" }
        let table = PlanTable.flips(rows)
        let still = rows.filter { $0.below == nil && $0.above == nil }.count
        let rest =
            still > 0
            ? TextLayout.paragraph(
                "\(table.rows.isEmpty ? "None of \(still) numbers" : "None of the other \(still) numbers") flips it within its "
                    + "range (--format json lists them).",
                width: width
            ) : ""
        return (table.rows.isEmpty ? "" : table.rendered(as: .table, width: width)) + rest
    }

    /// The leader by ROI where it is another: its own table would say the same of the same choice.
    private static func leader(_ result: PlanResult, _ width: Int) -> String {
        guard let sensitivity = result.sensitivity, let leader = sensitivity.rankLeader,
            leader.model != result.choice?.model || leader.tier != result.choice?.tier
        else { return "" }
        return section(
            "What flips the leader of `rank`, \(leader.model) on \(leader.tier)",
            flips(sensitivity.leader, width)
        )
    }

    private static func information(_ result: PlanResult, _ width: Int) -> String {
        guard let information = result.valueOfInformation else { return "" }
        if let reason = information.reason { return TextLayout.paragraph("Not known: \(reason).", width: width) }
        guard let first = information.items.first else {
            return TextLayout.paragraph("Nothing: no doubt that is left would change what is bought.", width: width)
        }
        let most = TextLayout.paragraph(
            "Worth most: \(subject(first)); at most \(HumanUnits.dollars(first.worthUsd)) USD. Knowing everything would be "
                + "worth \(HumanUnits.dollars(information.perfectUsd ?? 0)) USD.",
            width: width
        )
        let table = Table(
            columns: [.text("learn"), .number("worth at most USD"), .number("P(changes the choice)")],
            rows: information.items.prefix(6).map {
                [subject($0), HumanUnits.dollars($0.worthUsd), String(format: "%.2f", $0.pChanges)]
            }
        )
        return most + table.rendered(as: .table, width: width)
    }

    private static func subject(_ item: PlanResult.ValueOfInformation.Item) -> String {
        switch item.kind {
        case .hosts: "\(item.model) on more hosts of \(item.tier ?? "")"
        case .accuracy: "\(item.model)'s accuracy on your images"
        }
    }

    private static func counterfactuals(_ result: PlanResult, _ width: Int) -> String {
        result.counterfactuals.map { item in
            let possible = item.levers.filter { $0.needed != nil }.map(\.message)
            let rest = item.levers.filter { $0.needed == nil }.map(\.lever)
            let none = rest.isEmpty ? [] : ["cannot by \(rest.joined(separator: ", ")) alone"]
            return TextLayout.paragraph(
                "\(item.model): \((possible + none).joined(separator: "; "))",
                width: width,
                first: "  ",
                indent: 4
            )
        }.joined()
    }
}
