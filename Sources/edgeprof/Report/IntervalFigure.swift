import EdgeprofAPI

/// What choices are ranked by, each with its 95 % interval, best first, as SVG.
struct IntervalFigure {
    /// Most choices shown.
    static let most = 20
    private let rows: [(choice: Choice, value: Double, ends: [Double])]
    private let axis: Axis
    private let objective: RankingResult.Objective

    private static let (width, row, label, bottom) = (720.0, 20.0, 230.0, 34.0)

    /// Prepares a figure of the feasible choices; nil where none has an interval.
    init?(_ ranking: RankingResult) {
        let objective = ranking.objective
        self.objective = objective
        rows = ranking.choices.filter(\.feasible).prefix(Self.most).compactMap { choice in
            let (value, ends) = choice.figure(objective)
            guard let value, let ends, ends.count == 2, (ends + [value]).allSatisfy(\.isFinite) else { return nil }
            return (choice, value, ends)
        }
        guard !rows.isEmpty else { return nil }
        axis = Axis(rows.flatMap { $0.ends + [$0.value] }, from: Self.label, to: Self.width - 24, including: false)
    }

    /// What is shown, for a caption.
    var quantity: String {
        switch objective {
        case .roi: "Return on investment"
        case .netValue: "Net value, USD"
        case .usdPerMillionCorrect: "USD for a million correct answers"
        }
    }

    /// The figure.
    var svg: String {
        let height = Double(rows.count) * Self.row + Self.bottom
        let floor = Axis.text(Double(rows.count) * Self.row + 4)
        let grid = axis.marks.map { mark in
            let place = Axis.text(axis.place(mark))
            return HTML.element("line", ["class": "grid", "x1": place, "x2": place, "y1": "2", "y2": floor], "")
                + HTML.text(
                    "text",
                    ["x": place, "y": Axis.text(height - 12), "text-anchor": "middle"],
                    HumanUnits.count(mark)
                )
        }
        let bars = rows.enumerated().map { index, row in
            let middle = Axis.text(Double(index) * Self.row + 12)
            let name = TextLayout.shorten("\(row.choice.model) on \(row.choice.tier)", to: 36)
            let ends = row.ends.map { Axis.text(axis.place($0)) }
            let words =
                "\(name): \(HumanUnits.count(row.value)), 95 % \(row.ends.map(HumanUnits.count).joined(separator: " to "))"
            return HTML.text(
                "text",
                ["x": Axis.text(Self.label - 10), "y": Axis.text(Double(index) * Self.row + 16), "text-anchor": "end"],
                name
            )
                + HTML.element("line", ["class": "bar", "x1": ends[0], "x2": ends[1], "y1": middle, "y2": middle], "")
                + HTML.element(
                    "circle",
                    [
                        "class": index == 0 ? "pick" : "on", "cx": Axis.text(axis.place(row.value)), "cy": middle,
                        "r": "4.5",
                    ],
                    HTML.text("title", [:], words)
                )
        }
        return HTML.element(
            "svg",
            [
                "viewBox": "0 0 \(Int(Self.width)) \(Int(height))", "role": "img",
                "aria-label": "\(quantity) with 95 % intervals",
            ],
            (grid + bars).joined(separator: "\n")
        )
    }

    /// The same in characters.
    var text: String {
        let scale = IntervalBar.Scale(rows.map(\.ends))
        return Table(
            columns: [.text("choice"), .number(""), .text(scale?.title ?? "")],
            rows: rows.map { row in
                [
                    "\(row.choice.model) on \(row.choice.tier)", HumanUnits.count(row.value),
                    scale?.bar(row.value, row.ends) ?? "",
                ]
            }
        ).rendered(as: .table, width: 100)
    }
}

extension Choice {
    /// What a ranking of an objective sorts by, with its 95 % interval.
    func figure(_ objective: RankingResult.Objective) -> (value: Double?, interval: [Double]?) {
        switch objective {
        case .roi: (roi, roiInterval)
        case .netValue: (netValueUsd, netValueInterval)
        case .usdPerMillionCorrect: (usdPerMillionCorrect, usdPerMillionCorrectInterval)
        }
    }
}
