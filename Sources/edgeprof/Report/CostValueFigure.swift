import EdgeprofAPI

/// Every choice by what it costs and returns, and the frontier through those worth considering, as SVG.
struct CostValueFigure {
    private let points: [Point]
    private let corners: [(cost: Double, value: Double)]
    private let horizontal: Axis
    private let vertical: Axis
    private let isAccuracy: Bool

    private struct Point {
        var choice: Choice
        var cost: Double
        var value: Double
        var isCorner: Bool
        var isPicked: Bool
    }

    private static let (width, height) = (720.0, 400.0)
    private static let (left, right, top, bottom) = (80.0, 24.0, 20.0, 48.0)

    /// Prepares a figure of value, or of accuracy where no value is given; nil where nothing can be placed.
    init?(_ ranking: RankingResult, _ plan: PlanResult) {
        let byAccuracy = ranking.steps != nil
        isAccuracy = byAccuracy
        let named =
            byAccuracy
            ? (ranking.steps ?? []).map { ($0.model, $0.tier) } : plan.frontier.map { ($0.model, $0.tier) }
        corners =
            byAccuracy
            ? (ranking.steps ?? []).map { ($0.tcoUsd, 100 * $0.accuracy) }
            : [(0, 0)] + plan.frontier.map { ($0.tcoUsd, $0.valueUsd) }
        points = ranking.choices.compactMap { choice in
            guard let cost = choice.tcoUsd,
                let value = byAccuracy ? choice.accuracy.map({ 100 * $0.value }) : choice.valueUsd
            else { return nil }
            return Point(
                choice: choice,
                cost: cost,
                value: value,
                isCorner: named.contains { $0 == (choice.model, choice.tier) },
                isPicked: plan.choice?.model == choice.model && plan.choice?.tier == choice.tier
            )
        }
        guard !points.isEmpty else { return nil }
        horizontal = Axis(
            points.map(\.cost),
            from: Self.left,
            to: Self.width - Self.right,
            including: true
        )
        vertical = Axis(
            points.map(\.value),
            from: Self.height - Self.bottom,
            to: Self.top,
            including: !byAccuracy
        )
    }

    /// The figure.
    var svg: String {
        let line = corners.map { "\(x($0.cost)),\(y($0.value))" }.joined(separator: " ")
        // The choice last, so that nothing lies over it.
        let ordered =
            points.filter { !$0.isCorner && !$0.isPicked } + points.filter { $0.isCorner && !$0.isPicked }
            + points.filter(\.isPicked)
        let parts =
            grid + [HTML.element("polyline", ["class": "hull", "points": line], "")]
            + ordered.map(mark) + names
        return HTML.element(
            "svg",
            [
                "viewBox": "0 0 \(Int(Self.width)) \(Int(Self.height))", "role": "img",
                "aria-label": isAccuracy ? "Cost and accuracy of every choice" : "Cost and value of every choice",
            ],
            parts.joined(separator: "\n")
        )
    }

    private var grid: [String] {
        let (start, end) = (Axis.text(Self.left), Axis.text(Self.width - Self.right))
        let (above, below) = (Axis.text(Self.top), Axis.text(Self.height - Self.bottom))
        return horizontal.marks.map { mark in
            HTML.element("line", ["class": "grid", "x1": x(mark), "x2": x(mark), "y1": above, "y2": below], "")
                + HTML.text(
                    "text",
                    ["x": x(mark), "y": Axis.text(Self.height - Self.bottom + 16), "text-anchor": "middle"],
                    HumanUnits.count(mark)
                )
        }
            + vertical.marks.map { mark in
                HTML.element("line", ["class": "grid", "x1": start, "x2": end, "y1": y(mark), "y2": y(mark)], "")
                    + HTML.text(
                        "text",
                        ["x": Axis.text(Self.left - 8), "y": y(mark, 4), "text-anchor": "end"],
                        HumanUnits.count(mark)
                    )
            }
            + [
                HTML.text(
                    "text",
                    ["x": end, "y": Axis.text(Self.height - 8), "text-anchor": "end"],
                    "total cost over the horizon, USD"
                ),
                HTML.text("text", ["x": "4", "y": "12"], isAccuracy ? "accuracy, %" : "value over the horizon, USD"),
            ]
    }

    private func mark(_ point: Point) -> String {
        let kind = point.isPicked ? "pick" : point.isCorner ? "on" : "off"
        let state = point.choice.feasible ? "" : ", not feasible: " + point.choice.failed.joined(separator: ", ")
        let words =
            "\(point.choice.model) on \(point.choice.tier): costs \(HumanUnits.dollars(point.cost)) USD, "
            + (isAccuracy
                ? "\(HumanUnits.number(point.value)) % accurate" : "returns \(HumanUnits.dollars(point.value)) USD")
            + state
        let title = HTML.text("title", [:], words)
        if point.choice.feasible {
            return HTML.element(
                "circle",
                ["class": kind, "cx": x(point.cost), "cy": y(point.value), "r": point.isPicked ? "6" : "4"],
                title
            )
        }
        let (left, right) = (x(point.cost, -3.5), x(point.cost, 3.5))
        let (above, below) = (y(point.value, -3.5), y(point.value, 3.5))
        return HTML.element(
            "path",
            ["class": "off", "d": "M\(left) \(above)L\(right) \(below)M\(left) \(below)L\(right) \(above)"],
            title
        )
    }

    /// Names of the corners and the choice, each where no other name and, if there is such a place, no point is.
    private var names: [String] {
        let marks = points.map { Place(x: horizontal.place($0.cost) - 5, y: vertical.place($0.value) + 4, width: 10) }
        var taken: [Place] = []
        return points.filter { $0.isPicked || $0.isCorner }.sorted { $0.isPicked && !$1.isPicked }.compactMap { point in
            let words = "\(point.choice.model) on \(point.choice.tier)"
            let width = (point.isPicked ? 7 : 6.4) * Double(words.count)
            let (across, up) = (horizontal.place(point.cost), vertical.place(point.value))
            let isRight = across + 10 + width < Self.width - Self.right
            let start = isRight ? across + 9 : across - 9 - width
            let free = [4.0, 18, -10, 32, -24, 46].map { Place(x: start, y: up + $0, width: width) }.filter {
                $0.y > Self.top && $0.y < Self.height - Self.bottom && !$0.meets(taken)
            }
            guard let place = free.first(where: { !$0.meets(marks) }) ?? free.first else { return nil }
            taken.append(place)
            return HTML.text(
                "text",
                [
                    "class": point.isPicked ? "strong" : "", "x": Axis.text(isRight ? start : across - 9),
                    "y": Axis.text(place.y), "text-anchor": isRight ? "start" : "end",
                ],
                words
            )
        }
    }

    /// Where words of one line stand: their left end, base line and width.
    private struct Place {
        var x: Double
        var y: Double
        var width: Double

        func meets(_ others: [Place]) -> Bool {
            others.contains { abs($0.y - y) < 12 && $0.x + $0.width >= x && x + width >= $0.x }
        }
    }

    private func x(_ value: Double, _ shift: Double = 0) -> String { Axis.text(horizontal.place(value) + shift) }

    private func y(_ value: Double, _ shift: Double = 0) -> String { Axis.text(vertical.place(value) + shift) }

    /// The same in characters: the corners in order.
    var text: String {
        let lines = points.filter { $0.isCorner || $0.isPicked }.sorted { $0.cost < $1.cost }.map { point in
            [
                point.isPicked ? ">" : " ", "\(point.choice.model) on \(point.choice.tier)",
                HumanUnits.dollars(point.cost), HumanUnits.dollars(point.value),
            ]
        }
        return Table(
            columns: [
                .text(""), .text("choice"), .number("cost USD"), .number(isAccuracy ? "accuracy %" : "value USD"),
            ],
            rows: lines
        ).rendered(as: .table, width: 100)
    }
}
