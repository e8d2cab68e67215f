import EdgeprofAPI
import Foundation

/// What to buy at every site, as tables.
enum PlanSiteTable {
    /// One line a site, for CSV and Markdown.
    static func table(_ plan: PlanResult.SitePlan) -> Table {
        let dollars = { (value: Double?) in value.map { String(format: "%.2f", $0) } ?? "" }
        return Table(
            columns: [
                .text("site"), .number("sites"), .number("inferences per second"), .number("duty"), .text("model"),
                .text("tier"), .text("settings"), .number("units"), .number("owned units"), .number("TCO USD"),
                .number("value USD"), .text("reason"),
            ],
            rows: plan.sites.map { row in
                [
                    row.site ?? "all alike", String(row.count), HumanUnits.plain(row.inferencesPerSecond),
                    HumanUnits.plain(row.duty), row.model ?? "", row.tier ?? "", row.settings?.description ?? "",
                    String(row.units), String(row.ownedUnits), dollars(row.tcoUsd), dollars(row.valueUsd),
                    row.reason ?? "",
                ]
            }
        )
    }

    /// One line a site of a list, for reading.
    static func sites(_ rows: some Sequence<PlanResult.SitePlan.Row>) -> Table {
        Table(
            columns: [
                .text("site"), .number("per s"), .number("duty"), .text("model"), .text("tier"), .number("units"),
                .number("owned"), .number("TCO USD"), .number("value USD"),
            ],
            rows: rows.map { row in
                [
                    row.site ?? "all alike", HumanUnits.plain(row.inferencesPerSecond), HumanUnits.plain(row.duty),
                    row.model ?? row.reason ?? "nothing", row.tier ?? "", String(row.units),
                    String(row.ownedUnits), HumanUnits.dollars(row.tcoUsd), row.valueUsd.map(HumanUnits.dollars) ?? "",
                ]
            }
        )
    }

    /// What is bought where, and units in all.
    static func summary(_ plan: PlanResult.SitePlan, width: Int) -> String {
        bought(plan).rendered(as: .table, width: width)
            + (totals(plan).map { TextLayout.paragraph($0, width: width, indent: 2) } ?? "")
    }

    /// What is bought, a line for each model, tier and number of units a site has.
    static func bought(_ plan: PlanResult.SitePlan) -> Table {
        struct Key: Hashable { var model: String, tier: String, units: Int }
        var sums: [Key: (sites: Int, owned: Int, cost: Double)] = [:]
        for row in plan.sites {
            let key = Key(model: row.model ?? "nothing", tier: row.tier ?? "", units: row.units)
            sums[key, default: (0, 0, 0)].sites += row.count
            sums[key, default: (0, 0, 0)].owned += row.count * row.ownedUnits
            sums[key, default: (0, 0, 0)].cost += Double(row.count) * row.tcoUsd
        }
        let order = sums.sorted {
            ($1.value.sites, $0.key.model, $0.key.tier, $0.key.units)
                < ($0.value.sites, $1.key.model, $1.key.tier, $1.key.units)
        }
        let most = 12
        var rows = order.prefix(most).map { key, sum in
            [
                key.model, key.tier, String(sum.sites), String(key.units), String(sum.sites * key.units),
                String(sum.owned), HumanUnits.dollars(sum.cost),
            ]
        }
        if order.count > most {
            let rest = order.dropFirst(most)
            rows.append([
                "\(rest.count) more", "", String(rest.reduce(0) { $0 + $1.value.sites }), "",
                String(rest.reduce(0) { $0 + $1.value.sites * $1.key.units }),
                String(rest.reduce(0) { $0 + $1.value.owned }),
                HumanUnits.dollars(rest.reduce(0) { $0 + $1.value.cost }),
            ])
        }
        return Table(
            columns: [
                .text("model"), .text("tier"), .number("sites"), .number("units each"), .number("units"),
                .number("owned"), .number("TCO USD"),
            ],
            rows: rows
        )
    }

    /// Units, tuning and budget in a sentence; nil where there is nothing to say.
    static func totals(_ plan: PlanResult.SitePlan) -> String? {
        var parts = plan.purchases.map { purchase -> String in
            var words = "\(purchase.boughtUnits) of \(purchase.tier) to buy"
            if purchase.stockUnits > 0 { words += ", \(purchase.stockUnits) from stock" }
            if purchase.ownedUnits > 0 { words += ", \(purchase.ownedUnits) in place" }
            return words + " (\(HumanUnits.dollars(purchase.nowUsd)) USD now)"
        }
        if plan.purchases.contains(where: { $0.stockUnits > 0 }) { parts.append("the TCO above is of new units") }
        parts += plan.tuning.map { "tuning \($0.family) \(HumanUnits.dollars($0.usd)) USD" }
        if let budget = plan.budgetUsd {
            parts.append("\(HumanUnits.dollars(plan.tcoUsd)) of a budget of \(HumanUnits.dollars(budget)) USD")
        }
        return parts.isEmpty ? nil : "In all: " + parts.joined(separator: "; ") + "."
    }
}
