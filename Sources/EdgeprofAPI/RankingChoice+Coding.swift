extension Choice {
    enum CodingKeys: String, CodingKey {
        case model, tier, family, feasible, failed, shortfalls, unitsPerSite, utilisation
        case capexUsd, opexUsd, tuningUsd, tuningTrials, tuningTrialsUncapped, tuningDays, tcoUsd
        case valueUsd, netValueUsd, roi, roiReason, roiInterval, netValueInterval, usdPerMillionCorrectInterval,
            intervalReason
        case pFeasible, pBest, tieGroup, usdPerMillionCorrect
        case latencyUnderLoadMilliseconds, latencyMilliseconds, worstHostLatencyMilliseconds
        case throughputPerSecond, peakRssMib, energyKwhPerSiteYear
        case settings, instances, basis, flags, rooflineShare, engineLimited, hosts
        case bestTierForModel, dominatedBy, accuracy
    }

    /// Encodes the choice; the fields that scripts rely on are always there, `null` where nothing is known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(tier, forKey: .tier)
        try container.encode(family, forKey: .family)
        try container.encode(feasible, forKey: .feasible)
        try container.encode(failed, forKey: .failed)
        try container.encode(shortfalls, forKey: .shortfalls)
        try container.encode(unitsPerSite, forKey: .unitsPerSite)
        let figures: [(CodingKeys, Double?)] = [
            (.utilisation, utilisation), (.capexUsd, capexUsd), (.opexUsd, opexUsd), (.tuningUsd, tuningUsd),
            (.tuningTrials, tuningTrials), (.tuningTrialsUncapped, tuningTrialsUncapped), (.tuningDays, tuningDays),
            (.tcoUsd, tcoUsd), (.valueUsd, valueUsd), (.netValueUsd, netValueUsd), (.roi, roi),
            (.pFeasible, pFeasible), (.pBest, pBest), (.usdPerMillionCorrect, usdPerMillionCorrect),
            (.latencyUnderLoadMilliseconds, latencyUnderLoadMilliseconds),
            (.latencyMilliseconds, latencyMilliseconds),
            (.worstHostLatencyMilliseconds, worstHostLatencyMilliseconds),
            (.throughputPerSecond, throughputPerSecond), (.peakRssMib, peakRssMib),
            (.energyKwhPerSiteYear, energyKwhPerSiteYear),
        ]
        for (key, value) in figures { try container.encode(value.finite, forKey: key) }
        try container.encode(roiReason, forKey: .roiReason)
        try container.encode(roiInterval.finite, forKey: .roiInterval)
        try container.encodeIfPresent(netValueInterval.finite, forKey: .netValueInterval)
        try container.encode(usdPerMillionCorrectInterval.finite, forKey: .usdPerMillionCorrectInterval)
        try container.encode(intervalReason, forKey: .intervalReason)
        try container.encode(tieGroup, forKey: .tieGroup)
        try container.encode(settings, forKey: .settings)
        try container.encode(instances, forKey: .instances)
        try container.encode(basis, forKey: .basis)
        try container.encode(flags, forKey: .flags)
        try container.encode(rooflineShare.finite, forKey: .rooflineShare)
        try container.encode(engineLimited, forKey: .engineLimited)
        try container.encode(hosts, forKey: .hosts)
        try container.encode(bestTierForModel, forKey: .bestTierForModel)
        try container.encode(dominatedBy, forKey: .dominatedBy)
        try container.encode(accuracy, forKey: .accuracy)
    }
}

extension Double? {
    /// The number, or nil where JSON has no way to write it.
    var finite: Double? { flatMap { $0.isFinite ? $0 : nil } }
}

extension [Double]? {
    /// The numbers, or nil where JSON has no way to write one of them.
    var finite: [Double]? { flatMap { $0.allSatisfy(\.isFinite) ? $0 : nil } }
}
