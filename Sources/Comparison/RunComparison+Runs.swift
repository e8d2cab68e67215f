public import EdgeprofAPI
import Statistics

extension RunComparison {
    /// Fewest runs of a side that anything is decided from; one more for each host beyond the first.
    public static let fewestRuns = 5
    /// Chance that anything is said to have changed where nothing has.
    static let level = 0.05

    /// Compares two sets of runs (docs/comparing.md).
    ///
    /// - Parameters:
    ///   - a: The base.
    ///   - b: What is compared with it.
    ///   - allowed: Differences that are meant.
    ///   - gates: What the comparison must meet.
    /// - Throws: `ComparisonRefusal` where the sides are not alike.
    public init(
        of a: [Run],
        with b: [Run],
        allowing allowed: Set<RunDifference> = [],
        gates: [GateExpression] = []
    ) throws(ComparisonRefusal) {
        let like = try LikeRuns.groups(a, b, allowing: allowed)
        var groups: [Group] = []
        var sides: [ComparedRuns] = []
        for runs in like {
            let compared = ComparedRuns(runs, allowing: allowed)
            sides.append(compared)
            groups.append(compared.group())
        }
        Self.conclude(&groups)
        for index in groups.indices {
            groups[index].gates = gates.map { $0.outcome(sides[index], groups[index], allowed) }
        }
        let outcomes = groups.flatMap(\.gates)
        self.init(
            headline: "",
            groups: groups,
            passed: outcomes.isEmpty ? nil : outcomes.allSatisfy(\.passed),
            differences: LikeRuns.differences(a, b, in: RunDifference.attributes).map(\.1) + Self.setting(a, b),
            warnings: like.flatMap { Self.warnings($0) }
        )
        headline = words
    }

    /// Verdicts, allowing for every figure of every group being tested.
    private static func conclude(_ groups: inout [Group]) {
        let tested = groups.indices.flatMap { group in
            groups[group].figures.indices.compactMap { figure in
                groups[group].figures[figure].pValue.map { (group, figure, $0) }
            }
        }
        for ((group, figure, _), adjusted) in zip(tested, MultipleTests.holm(tested.map(\.2))) {
            groups[group].figures[figure].adjustedPValue = adjusted
            guard let ratio = groups[group].figures[figure].ratio?.value else { continue }
            let isBetter = (ratio < 1) == groups[group].figures[figure].name.lessIsBetter
            groups[group].figures[figure].verdict =
                adjusted > level ? .noChangeShown : isBetter ? .better : .worse
        }
    }

    /// What may have changed beside the settings, and often is what is compared.
    private static func setting(_ a: [Run], _ b: [Run]) -> [String] {
        let facts: [(String, (Run) -> String)] = [
            ("program", { $0.producer }), ("kernel", { $0.host.kernel }), ("system", { $0.host.operatingSystem }),
        ]
        return facts.compactMap { name, fact in
            let (left, right) = (Set(a.map(fact)), Set(b.map(fact)))
            guard left != right else { return nil }
            return
                "\(name): A has \(left.sorted().joined(separator: ", ")); B has \(right.sorted().joined(separator: ", "))"
        }
    }

    private static func warnings(_ runs: LikeRuns) -> [String] {
        let model = runs.b.first?.model.name ?? ""
        return [("A", runs.a), ("B", runs.b)].flatMap { name, side in
            [
                (Flag.throttled, "were slowed for heat or power"), (.burst, "were too short to get thermally steady"),
                (.fewQueries, "have too few queries for their 99th percentile"),
                (.stolenTime, "had CPU time stolen by the hypervisor"),
            ].compactMap { flag, words -> String? in
                let count = side.filter { $0.outcome == .ok && $0.flags.contains(flag) }.count
                return count == 0 ? nil : "\(count) of \(side.count) runs of \(model) in \(name) \(words)"
            }
        }
    }

    /// The result in a sentence.
    private var words: String {
        var changes: [String] = []
        for group in groups {
            for figure in group.figures where figure.verdict == .better || figure.verdict == .worse {
                guard let ratio = figure.ratio else { continue }
                changes.append(
                    "\(group.model): \(figure.name.rawValue) \(ratio.percentText), \(figure.verdict.rawValue)"
                )
            }
        }
        let undecided = groups.filter { $0.undecided != nil }.count
        let gate = passed.map { $0 ? "Gates passed. " : "Gates not passed. " } ?? ""
        if !changes.isEmpty { return gate + changes.joined(separator: "; ") + "." }
        if undecided == groups.count { return gate + "Undecided: " + (groups.first?.undecided ?? "no runs") + "." }
        return gate + "No change shown\(undecided > 0 ? " where there are runs enough" : "")."
    }
}

extension RunComparison.Estimate {
    /// A ratio as a change, such as `+4.2 % (+1.0 to +7.5)`.
    var percentText: String {
        let ends = interval.map { " (\(Self.percent($0[0])) to \(Self.percent($0[1])))" } ?? ""
        return Self.percent(value) + " %" + ends
    }

    private static func percent(_ ratio: Double) -> String {
        let change = (ratio - 1) * 100
        return (change < 0 ? "" : "+") + DecimalText.rounded(change)
    }
}
