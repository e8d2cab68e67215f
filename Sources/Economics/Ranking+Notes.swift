import EdgeprofAPI

extension Ranking {
    /// What the figures take for granted.
    var assumptions: [String] {
        var notes: [String] = []
        switch uncertainty.betweenHostSpread {
        case .assumed:
            notes.append("between-host spread assumed: 10 %, because nothing was measured on two hosts of a tier")
        case .measured:
            notes.append(
                "between-host spread pooled over tiers and models, \(uncertainty.degreesOfFreedom) degrees of freedom"
            )
        case .unknown:
            notes.append("no intervals: the measurements name no hosts")
        }
        if deployment.tuning == nil {
            notes.append("weights are used as they are: no tuning is charged")
        } else {
            let asTheyAre = Set(choices.filter { $0.tuningTrials == nil }.map(\.model)).sorted()
            if !asTheyAre.isEmpty {
                notes.append("no tuning charged for models of no known family: \(Text.list(asTheyAre))")
            }
        }
        if deployment.backboneInfluence != 1 && deployment.value != nil {
            notes.append(
                "backbone influence \(Text.number(deployment.backboneInfluence, digits: 3)) around the accuracy of the "
                    + "cheapest feasible choice, \(Text.number(100 * referenceAccuracy, digits: 3)) %"
            )
        }
        notes += energyNotes
        return notes
    }

    private var energyNotes: [String] {
        let factors: [(TierMeasurement.Energy.Domain, String)] = [
            (.board, "board_to_wall"), (.package, "package_to_wall"),
        ]
        return factors.compactMap { domain, factor in
            let unused = chosen.filter { evaluation in
                evaluation.candidate.measurement.energy?.domain == domain
                    && EnergyModel.factor(domain, tier: evaluation.candidate.tier, deployment: deployment) == nil
            }
            guard !unused.isEmpty else { return nil }
            let tiers = Set(unused.map(\.candidate.tier.id)).sorted()
            return "energy from the tier's watts: \(domain.rawValue) readings are lower bounds without \(factor) "
                + "(\(Text.list(tiers)))"
        }
    }

    /// What the reader should know before acting.
    var warnings: [String] {
        var notes = caveatDetails
        let listed = Set(tiers.tiers.map(\.id))
        let measured = Set(measurements.map(\.tier))
        let unlisted = measured.subtracting(listed).sorted()
        if !unlisted.isEmpty {
            notes.append("left out, because the price list does not have the tier: \(Text.list(unlisted))")
        }
        let unmeasured = listed.subtracting(measured).sorted()
        if !unmeasured.isEmpty { notes.append("nothing was measured on \(Text.list(unmeasured))") }
        let burst = choices.filter { $0.basis == .burst }.map { "\($0.model) on \($0.tier)" }
        if !burst.isEmpty { notes.append("too short to get thermally steady: \(Text.list(burst))") }
        let disturbed = choices.filter { $0.flags.contains("disturbed") }.map { "\($0.model) on \($0.tier)" }
        if !disturbed.isEmpty { notes.append("every run was disturbed: \(Text.list(disturbed))") }
        for accuracy in Self.distinctNotes(choices) { notes.append(accuracy) }
        return notes
    }

    /// Notes beside accuracies, each model once.
    private static func distinctNotes(_ choices: [Choice]) -> [String] {
        var seen: Set<String> = []
        return choices.compactMap { choice in
            guard let note = choice.accuracy?.note, seen.insert(choice.model).inserted else { return nil }
            return "\(choice.model): \(note)"
        }
    }
}
