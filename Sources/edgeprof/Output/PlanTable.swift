import EdgeprofAPI
import Foundation

/// The tables of a plan.
enum PlanTable {
    /// What to buy and what was weighed against it, one line a choice, for CSV and Markdown.
    static func table(_ result: PlanResult) -> Table {
        Table(
            columns: [
                .text("decision"), .text("model"), .text("tier"), .text("settings"), .number("units a site"),
                .number("TCO USD"), .number("value USD"), .number("objective USD"), .number("incremental ROI"),
                .number("P(best)"), .text("failed"),
            ],
            rows: result.choices.map { row($0, result) }
        )
    }

    private static func row(_ choice: Choice, _ result: PlanResult) -> [String] {
        let isBought = choice.model == result.choice?.model && choice.tier == result.choice?.tier
        let corner = result.frontier.first { $0.model == choice.model && $0.tier == choice.tier }
        let objective = choice.valueUsd.flatMap { value in
            choice.tcoUsd.map { value - (1 + result.hurdle) * $0 }
        }
        let dollars = { (value: Double?) in value.map { String(format: "%.2f", $0) } ?? "" }
        return [
            isBought ? "buy" : choice.feasible ? corner == nil ? "" : "frontier" : "not feasible",
            choice.model, choice.tier, choice.settings?.description ?? "",
            choice.unitsPerSite.map(String.init) ?? "", dollars(choice.tcoUsd), dollars(choice.valueUsd),
            dollars(objective), corner?.incrementalRoi.map { String(format: "%.6f", $0) } ?? "",
            choice.pBest.map { String(format: "%.3f", $0) } ?? "",
            choice.shortfalls.map(\.message).joined(separator: "; "),
        ]
    }

    /// Costs and values by year.
    static func years(_ years: [PlanResult.CostYear], total: Choice?) -> Table {
        let hasValue = years.contains { $0.valueUsd != nil }
        let dollars = { (value: Double?) in value.map(HumanUnits.dollars) ?? "" }
        var columns: [Table.Column] = [
            .text("year"), .number("hardware"), .number("energy"), .number("upkeep"), .number("tuning"),
            .number("discounted"),
        ]
        if hasValue { columns += [.number("value"), .number("net to date")] }
        var rows = years.map { year -> [String] in
            var row = [
                year.year == 0 ? "start" : String(year.year), dollars(year.capexUsd), dollars(year.energyUsd),
                dollars(year.maintenanceUsd), dollars(year.tuningUsd), dollars(year.discountedCostUsd),
            ]
            if hasValue { row += [dollars(year.valueUsd), dollars(year.cumulativeNetUsd)] }
            return row
        }
        func sum(_ field: (PlanResult.CostYear) -> Double) -> String { dollars(years.reduce(0) { $0 + field($1) }) }
        rows.append(
            [
                "all", sum(\.capexUsd), sum(\.energyUsd), sum(\.maintenanceUsd), sum(\.tuningUsd),
                sum(\.discountedCostUsd),
            ] + (hasValue ? [sum { $0.valueUsd ?? 0 }, dollars(years.last?.cumulativeNetUsd)] : [])
        )
        return Table(columns: columns, rows: rows)
    }

    /// The frontier, step by step.
    static func frontier(_ result: PlanResult) -> Table {
        let knowsDraws = result.frontier.contains { $0.pWorthwhile != nil }
        return Table(
            columns: [
                .text("step to"), .number("TCO USD"), .number("value USD"), .number("incremental ROI"),
            ] + (knowsDraws ? [.number("P(pays)")] : []),
            rows: result.frontier.map { point in
                let isBought = point.model == result.choice?.model && point.tier == result.choice?.tier
                return [
                    "\(point.model) on \(point.tier)" + (isBought ? " (bought)" : ""), HumanUnits.dollars(point.tcoUsd),
                    HumanUnits.dollars(point.valueUsd), point.incrementalRoi.map(HumanUnits.number) ?? "free",
                ] + (knowsDraws ? [point.pWorthwhile.map { String(format: "%.2f", $0) } ?? "-"] : [])
            }
        )
    }

    /// What flips an answer, nearest first; only parameters that do.
    static func flips(_ rows: [PlanResult.Sensitivity.Row]) -> Table {
        let flipping = rows.filter { $0.below != nil || $0.above != nil }.sorted { distance($0) < distance($1) }
        return Table(
            columns: [.text("number"), .number("now"), .text(""), .number("flips at"), .text("then first")],
            rows: flipping.flatMap { row in
                [("below", row.below), ("above", row.above)].compactMap { side, flip -> [String]? in
                    guard let flip else { return nil }
                    // Its name and value once, above both flips.
                    let isSecond = side == "above" && row.below != nil
                    return [
                        isSecond ? "" : row.parameter, isSecond ? "" : row.current.map(number) ?? "", side,
                        flip.value.map(number) ?? flip.factor.map { "x" + number($0) } ?? "",
                        flip.takesOver.map { "\($0.model) on \($0.tier)" } ?? "nothing",
                    ]
                }
            }
        )
    }

    /// How far the nearest flip is, as a ratio: 0 is here.
    private static func distance(_ row: PlanResult.Sensitivity.Row) -> Double {
        [row.below, row.above].compactMap { flip in
            flip.map { flip in
                let ratio = flip.factor ?? (row.current.map { $0 == 0 ? 10 : (flip.value ?? 0) / $0 } ?? 10)
                return ratio <= 0 ? Double.infinity : abs(log(ratio))
            }
        }.min() ?? .infinity
    }

    private static func number(_ value: Double) -> String {
        value >= 1000 ? HumanUnits.dollars(value) : String(format: "%.3g", value)
    }
}
