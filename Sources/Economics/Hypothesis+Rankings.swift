import EdgeprofAPI

extension Hypothesis {
    /// What changes do to a ranking.
    init(changes: [Change], without: Ranking, with: Ranking) {
        let (before, after) = (Self.standings(without.choices), Self.standings(with.choices))
        let first = without.choices.first.flatMap { $0.feasible ? $0.alternative : nil }
        self.init(
            changes: changes,
            sentences: [Self.sentence(changes)]
                + Self.leader(first, with.choices.first.flatMap { $0.feasible ? $0.alternative : nil })
                + Self.feasibility(without.choices, with.choices, after),
            firstWithout: first,
            differences: with.choices.compactMap { choice in
                let name = choice.alternative
                guard let old = before[name], let new = after[name], old != new else { return nil }
                return Difference(model: name.model, tier: name.tier, without: old, with: new)
            }
        )
    }

    /// What was changed, in a sentence that says that the answer is hypothetical.
    static func sentence(_ changes: [Change]) -> String {
        let words = changes.map { change in
            "\(change.key) \(change.after.map(Text.plain) ?? "none") instead of "
                + (change.before.map(Text.plain) ?? "none")
        }
        return "Hypothetical: \(words.joined(separator: ", "))."
    }

    private static func standings(_ choices: [Choice]) -> [Choice.Alternative: Standing] {
        Dictionary(
            choices.enumerated().map { ($1.alternative, Standing($1, place: $1.feasible ? $0 + 1 : nil)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private static func leader(_ before: Choice.Alternative?, _ after: Choice.Alternative?) -> [String] {
        switch (before, after) {
        case (let before?, let after?) where before == after: ["\(after.model) on \(after.tier) leads without it, too."]
        case (let before?, _): ["Without it \(before.model) on \(before.tier) leads."]
        case (nil, .some): ["Without it nothing is feasible."]
        case (nil, nil): ["Nothing is feasible without it either."]
        }
    }

    private static func feasibility(
        _ before: [Choice],
        _ after: [Choice],
        _ standings: [Choice.Alternative: Standing]
    ) -> [String] {
        let was = Set(before.filter(\.feasible).map(\.alternative))
        let gained = after.filter { $0.feasible && !was.contains($0.alternative) }.map(\.words)
        let lost = before.filter { $0.feasible && standings[$0.alternative]?.place == nil }.map { choice in
            let tests = standings[choice.alternative]?.failed ?? []
            return choice.words + (tests.isEmpty ? "" : " (\(tests.joined(separator: ", ")))")
        }
        return (gained.isEmpty ? [] : ["Feasible only with it: \(Text.list(gained))."])
            + (lost.isEmpty ? [] : ["No longer feasible with it: \(Text.list(lost))."])
    }
}

extension Choice {
    /// The choice by name.
    var alternative: Alternative { Alternative(model: model, tier: tier) }

    /// The choice in a sentence.
    var words: String { "\(model) on \(tier)" }
}
