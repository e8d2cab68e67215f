import EdgeprofAPI

extension Choice {
    /// Puts an evaluation and what the draws say of it into the form of the result.
    init(
        _ evaluation: Evaluation,
        _ summary: Uncertainty.Summary,
        _ objective: Objective,
        _ deployment: Deployment
    ) {
        let candidate = evaluation.candidate
        let measurement = candidate.measurement
        self.init(
            model: candidate.model,
            tier: candidate.tier.id,
            instances: measurement.instances,
            basis: measurement.basis,
            hosts: measurement.hosts.count
        )
        family = measurement.family ?? candidate.family
        feasible = evaluation.isFeasible
        failed = evaluation.failures.map(\.test)
        shortfalls = evaluation.failures
        settings = measurement.settings
        flags = measurement.flags
        rooflineShare = measurement.rooflineShare
        engineLimited = measurement.rooflineShare.map { $0 < Run.Roofline.engineLimitedShare }
        accuracy = candidate.accuracy.map {
            Accuracy(
                value: $0.value,
                source: $0.source.rawValue,
                images: $0.images,
                dataset: $0.dataset,
                note: $0.note
            )
        }
        latencyMilliseconds = candidate.latency
        worstHostLatencyMilliseconds = Self.worstLatency(candidate, deployment)
        throughputPerSecond = measurement.throughputPerSecond > 0 ? measurement.throughputPerSecond : nil
        peakRssMib = measurement.peakRssMib
        tuningUsd = candidate.tuning.usd
        tuningTrials = candidate.tuning.trials
        tuningTrialsUncapped = candidate.tuning.trialsUncapped
        tuningDays = candidate.tuning.days
        setCosts(evaluation)
        setReturn(evaluation, deployment)

        pFeasible = summary.pFeasible
        pBest = summary.pBest
        tieGroup = summary.tieGroup
        intervalReason = summary.reason
        roiInterval = summary.roi
        netValueInterval = summary.netValue
        usdPerMillionCorrectInterval = summary.cost
    }

    private static func worstLatency(_ candidate: Candidate, _ deployment: Deployment) -> Double? {
        let percentile = deployment.slo.percentile
        return candidate.measurement.worstHostLatencyMilliseconds?.at(percentile: percentile)
            ?? candidate.hosts(percentile: percentile).map(\.latency).max()
    }

    private mutating func setCosts(_ evaluation: Evaluation) {
        guard let units = evaluation.units else { return }
        unitsPerSite = Int(units)
        utilisation = evaluation.utilisation
        latencyUnderLoadMilliseconds =
            evaluation.latencyUnderLoad.isFinite ? evaluation.latencyUnderLoad : nil
        capexUsd = evaluation.capex
        opexUsd = evaluation.opex
        tcoUsd = evaluation.totalCost
        energyKwhPerSiteYear = evaluation.energyKwh
        usdPerMillionCorrect = evaluation.usdPerMillionCorrect
    }

    private mutating func setReturn(_ evaluation: Evaluation, _ deployment: Deployment) {
        valueUsd = evaluation.value
        netValueUsd = evaluation.netValue
        roi = evaluation.roi
        guard roi == nil else { return }
        roiReason =
            deployment.value == nil
            ? "no value of an answer is given"
            : evaluation.candidate.latency == nil
                ? "no throughput was measured"
                : evaluation.units == nil
                    ? "the tier is too slow at any number of units"
                    : evaluation.candidate.accuracy == nil ? "the accuracy is unknown" : "it costs nothing"
    }
}
