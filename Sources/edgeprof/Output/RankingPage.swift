import EdgeprofAPI

/// A ranking as people read it: the answer, the table, what failed and by how much, what was assumed.
struct RankingPage {
    let result: RankingResult
    let shown: [Choice]
    let width: Int

    /// Lays out a result; `shown` are its choices to be listed.
    init(_ result: RankingResult, shown: [Choice], width: Int) {
        self.result = result
        self.shown = shown
        self.width = width
    }

    /// The whole page.
    var text: String {
        let share = result.choices.isEmpty ? nil : result.equalShare?.message
        let sentences = result.headline + [share].compactMap(\.self)
        var parts = [sentences.map { TextLayout.paragraph($0, width: width) }.joined()]
        parts += [result.choices.isEmpty ? nil : feasible, infeasible, steps, differences, notes].compactMap(\.self)
        return parts.joined(separator: "\n")
    }

    private var feasible: String {
        let choices = RankingTable.grouped(shown.filter(\.feasible))
        guard !choices.isEmpty else { return "No choice is feasible.\n" }
        let hidden = result.choices.count - shown.count
        return RankingTable.narrow(choices, by: result.objective, width: width).rendered(as: .table, width: width)
            + RankingTable.legend(choices)
            + (hidden > 0
                ? "Each model on its best tier; --all shows \(hidden) more choice\(hidden == 1 ? "" : "s").\n" : "")
    }

    private var infeasible: String? {
        let choices = shown.filter { !$0.feasible }
        guard !choices.isEmpty else { return nil }
        let lines = choices.map { choice in
            let reasons = choice.shortfalls.map(\.message)
            let why = (reasons.isEmpty ? choice.failed : reasons).joined(separator: "; ")
            return TextLayout.paragraph(
                "\(choice.model) on \(choice.tier): \(why)",
                width: width,
                first: "  ",
                indent: 4
            )
        }
        return "Not feasible:\n" + lines.joined()
    }

    private var steps: String? {
        guard let steps = result.steps, steps.count > 1 else { return nil }
        let table = Table(
            columns: [
                .text("choice"), .number("accuracy %"), .number("TCO USD"), .number("points"),
                .number("USD a point and year"),
            ],
            rows: steps.map { step in
                [
                    "\(step.model) on \(step.tier)", HumanUnits.percent(step.accuracy), HumanUnits.count(step.tcoUsd),
                    step.pointsGained.map { "+" + HumanUnits.number($0) } ?? "",
                    step.usdPerPointYear.map { "from " + HumanUnits.dollars($0) } ?? "the cheapest",
                ]
            }
        )
        let title = "What a point of accuracy must be worth, to all sites together, for each step to pay:"
        return TextLayout.paragraph(title, width: width) + table.rendered(as: .table, width: width)
    }

    private var differences: String? {
        guard let hypothesis = result.hypothesis else { return nil }
        let names = Set(shown.map { "\($0.model)\n\($0.tier)" })
        let changed = hypothesis.differences.filter { names.contains("\($0.model)\n\($0.tier)") }
        let table = RankingTable.differences(changed, by: result.objective)
        guard !table.rows.isEmpty else { return "The changes move no figure of these choices.\n" }
        return "What the changes do:\n" + table.rendered(as: .table, width: width)
    }

    private var notes: String? {
        let notes = result.warnings + result.assumptions
        guard !notes.isEmpty else { return nil }
        return notes.map { TextLayout.paragraph($0, width: width, first: "- ", indent: 2) }.joined()
    }
}
