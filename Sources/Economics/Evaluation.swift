import EdgeprofAPI

/// What a candidate costs and returns at its point estimates.
struct Evaluation {
    let candidate: Candidate
    let failures: [Choice.Shortfall]
    /// Units a site needs; nil where nothing was measured or the tier is far too slow.
    let units: Double?
    let utilisation: Double
    /// ms; infinite where the queue grows without end.
    let latencyUnderLoad: Double
    let capex: Double
    let opex: Double
    let totalCost: Double
    let energyKwh: Double
    /// Present value of the answers; nil without figures, accuracy or a value of an answer.
    private(set) var value: Double?

    var isFeasible: Bool { failures.isEmpty }

    /// Sizes a candidate and works out its cost; its value waits for the reference accuracy.
    init(_ candidate: Candidate, deployment: Deployment) {
        self.candidate = candidate
        let sizing = candidate.latency.map {
            candidate.cost.size(throughput: candidate.measurement.throughputPerSecond, latency: $0)
        }
        let units = sizing?.units
        let utilisation = sizing?.utilisation ?? 0
        self.units = units
        self.utilisation = utilisation
        latencyUnderLoad = (candidate.latency ?? 0) + (sizing?.waitMilliseconds ?? 0)
        capex = (units ?? 0) * candidate.cost.capexPerUnit
        opex = units.map { candidate.cost.opex(units: $0, utilisation: utilisation) } ?? 0
        totalCost = capex + opex + candidate.tuning.usd
        energyKwh =
            units.map {
                EnergyModel(candidate.measurement, tier: candidate.tier, deployment: deployment)
                    .kwh(units: $0, utilisation: utilisation, duty: deployment.demand.duty)
            } ?? 0
        failures = FeasibilityTests.failures(of: candidate, units: units, deployment: deployment)
    }

    /// Works out the value with the accuracy of the cheapest feasible choice as reference.
    mutating func setValue(referenceAccuracy: Double, deployment: Deployment) {
        guard units != nil, let accuracy = candidate.accuracy, let worth = deployment.value else { return }
        let effective = referenceAccuracy + deployment.backboneInfluence * (accuracy.value - referenceAccuracy)
        value = candidate.valuedInferences * (worth.correctUsd * effective - worth.wrongUsd * (1 - effective))
    }

    var netValue: Double? { value.map { $0 - totalCost } }

    /// Net value over cost; nil without a value or at no cost.
    var roi: Double? { value.flatMap { totalCost > 0 ? ($0 - totalCost) / totalCost : nil } }

    /// Levelised cost of a million correct answers; nil where there are none.
    var usdPerMillionCorrect: Double? {
        guard units != nil, let accuracy = candidate.accuracy else { return nil }
        let correct = candidate.inferences * accuracy.value / 1e6
        return correct > 0 ? totalCost / correct : nil
    }
}

extension [Evaluation] {
    /// The accuracy of the cheapest feasible choice; of the cheapest of all where none is feasible.
    ///
    /// The list must be in the order of `Candidate.precedes`, which settles exact ties.
    var referenceAccuracy: Double {
        let known = filter { $0.units != nil && $0.candidate.accuracy != nil }
        let feasible = known.filter(\.isFeasible)
        let cheapest = (feasible.isEmpty ? known : feasible).min { $0.totalCost < $1.totalCost }
        return cheapest?.candidate.accuracy?.value ?? 0
    }
}
