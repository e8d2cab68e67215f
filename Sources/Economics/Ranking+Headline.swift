import EdgeprofAPI

extension Ranking {
    /// What the result must not be trusted for, in one line; none where it rests on measurements and real prices.
    var caveats: [String] {
        let kinds = grounds.map(\.kind)
        guard let first = kinds.first else { return [] }
        return [first.prefix(1).uppercased() + kinds.joined(separator: ", ").dropFirst() + ": do not buy from this."]
    }

    /// Each thing the caveat names, and what it concerns.
    var caveatDetails: [String] { grounds.map { "\($0.kind): \($0.concerns)" } }

    private var grounds: [(kind: String, concerns: String)] {
        var grounds: [(kind: String, concerns: String)] = []
        let standIns = names(choices.filter { $0.basis == .standIn }.map(\.tier))
        if !standIns.isEmpty { grounds.append(("stand-in hardware", standIns)) }
        let predicted = names(choices.filter { $0.basis == .predicted }.map(\.tier))
        if !predicted.isEmpty { grounds.append(("predictions", predicted)) }
        if tiers.examplePrices {
            let days = Set(tiers.tiers.compactMap(\.pricedOn)).sorted()
            grounds.append(("example prices", days.isEmpty ? "no date given" : "set \(Text.list(days))"))
        }
        let published = names(
            choices.filter { AccuracySource($0.accuracy?.source ?? "given").isPublished }.map(\.model)
        )
        if !published.isEmpty { grounds.append(("published accuracies", published)) }
        return grounds
    }

    /// The ranking in sentences.
    var headline: [String] {
        guard let leader = choices.first else { return caveats + ["Nothing to rank: no measurement on a listed tier."] }
        guard leader.feasible else {
            let nearest = leader.shortfalls.map { "\($0.test) (\($0.message))" }.joined(separator: "; ")
            return caveats + [
                "Nothing is feasible. First of those that fail: \(leader.model) on \(leader.tier): \(nearest)."
            ]
        }
        var sentence = "\(leader.model) on \(leader.tier) "
        switch (leader.roi, leader.usdPerMillionCorrect) {
        case (let roi?, _):
            sentence += "returns most: ROI \(Text.short(roi))"
            if let ends = leader.roiInterval { sentence += " (95 % \(Text.short(ends[0])) to \(Text.short(ends[1])))" }
        case (nil, let cost?) where deployment.value == nil:
            sentence += "answers cheapest: \(Text.short(cost)) USD per million correct"
        default:
            sentence += "comes first"
        }
        return caveats + ["\(sentence), \(scale(of: leader))."] + tieSentence
    }

    /// How much of a choice is bought, and at what cost.
    func scale(of choice: Choice) -> String {
        "\(Text.count(choice.unitsPerSite ?? 0, "unit")) a site, \(Text.number(choice.tcoUsd ?? 0)) USD over "
            + Text.count(deployment.years, "year")
    }

    /// Who cannot be told apart from the first choice; empty where nobody is.
    var tieSentence: [String] {
        let tied = choices.dropFirst().filter { $0.tieGroup == 1 }.map { "\($0.model) on \($0.tier)" }
        return tied.isEmpty ? [] : ["The measurements cannot tell it from \(Text.list(tied))."]
    }

    private func names(_ list: [String]) -> String { Text.list(Set(list).sorted()) }
}
