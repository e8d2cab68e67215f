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

    /// The ranking in sentences: what it must not be trusted for, what it supposes, the answer.
    func headline(_ hypothesis: Hypothesis?) -> [String] {
        caveats + (hypothesis?.sentences.prefix(1) ?? []) + answer + (hypothesis?.sentences.dropFirst() ?? [])
    }

    private var answer: [String] {
        guard let leader = choices.first else { return ["Nothing to rank: no measurement on a listed tier."] }
        guard leader.feasible else {
            let nearest = leader.shortfalls.map(\.message).joined(separator: "; ")
            return ["Nothing is feasible. First of those that fail: \(leader.words): \(nearest)."]
        }
        guard deployment.demand.inferencesPerSecond > 0 else {
            return ["Nobody asks for anything (demand.inferences_per_second is 0): no choice earns back its cost."]
        }
        return ["\(leader.words) \(merit(of: leader)), \(scale(of: leader))."] + tieSentence
    }

    /// What the leader does best, with how far it may be off.
    private func merit(of leader: Choice) -> String {
        func figure(_ name: String, _ value: Double?, _ ends: [Double]?, _ write: (Double) -> String) -> String? {
            value.map { value in
                "\(name) \(write(value))" + (ends.map { " (95 % \(write($0[0])) to \(write($0[1])))" } ?? "")
            }
        }
        let words: String? =
            switch objective {
            case .roi: figure("returns most: ROI", leader.roi, leader.roiInterval, Text.short)
            case .netValue, .plan:
                figure("is worth most: net value USD", leader.netValueUsd, leader.netValueInterval) { Text.number($0) }
            case .cost:
                figure(
                    "answers cheapest: USD per million correct",
                    leader.usdPerMillionCorrect,
                    leader.usdPerMillionCorrectInterval,
                    Text.short
                )
            }
        return words ?? "comes first"
    }

    /// How much of a choice is bought, and at what cost.
    func scale(of choice: Choice) -> String {
        "\(Text.count(choice.unitsPerSite ?? 0, "unit")) a site, \(Text.number(choice.tcoUsd ?? 0)) USD over "
            + Text.count(deployment.years, "year")
    }

    /// Who cannot be told apart from the first choice; empty where nobody is.
    var tieSentence: [String] {
        let tied = choices.dropFirst().filter { $0.tieGroup == 1 }.map(\.words)
        return tied.isEmpty ? [] : ["The measurements cannot tell it from \(Text.list(tied))."]
    }

    private func names(_ list: [String]) -> String { Text.list(Set(list).sorted()) }
}
