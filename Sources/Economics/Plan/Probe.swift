import EdgeprofAPI

/// Everything about a candidate that sizing, cost, value and feasibility are worked out from, as plain numbers.
///
/// All of them are affine in any one parameter but the discount and the years, so a probe at one point and its slope give
/// the candidate at any other.
struct Probe {
    var throughput: Double
    var latency: Double
    var accuracy: Double
    var cost: CostModel
    var valuedInferences: Double
    var inferences: Double
    var correctUsd: Double
    var wrongUsd: Double
    var influence: Double
    var floor: Double

    /// A candidate as given; nil where it was not measured or its accuracy is unknown, so that it can never be chosen.
    init?(_ candidate: Candidate, deployment: Deployment) {
        guard let latency = candidate.latency, let accuracy = candidate.accuracy else { return nil }
        throughput = candidate.measurement.throughputPerSecond
        self.latency = latency
        self.accuracy = accuracy.value
        cost = candidate.cost
        valuedInferences = candidate.valuedInferences
        inferences = candidate.inferences
        correctUsd = deployment.value?.correctUsd ?? 0
        wrongUsd = deployment.value?.wrongUsd ?? 0
        influence = deployment.backboneInfluence
        floor = deployment.accuracyFloor
    }

    /// The change from this probe to another, over the distance between them.
    func slope(to other: Probe, over distance: Double) -> Probe {
        combined(-1 / distance, with: other, 1 / distance)
    }

    /// No change at all.
    var still: Probe { combined(0, with: self, 0) }

    /// The probe so far along a slope: exactly itself at distance 0.
    func moved(along slope: Probe, by distance: Double) -> Probe { combined(1, with: slope, distance) }

    private func combined(_ a: Double, with other: Probe, _ b: Double) -> Probe {
        var copy = self
        copy.throughput = a * throughput + b * other.throughput
        copy.latency = a * latency + b * other.latency
        copy.accuracy = a * accuracy + b * other.accuracy
        copy.valuedInferences = a * valuedInferences + b * other.valuedInferences
        copy.inferences = a * inferences + b * other.inferences
        copy.correctUsd = a * correctUsd + b * other.correctUsd
        copy.wrongUsd = a * wrongUsd + b * other.wrongUsd
        copy.influence = a * influence + b * other.influence
        copy.floor = a * floor + b * other.floor
        copy.cost.demand = a * cost.demand + b * other.cost.demand
        copy.cost.usableShare = a * cost.usableShare + b * other.cost.usableShare
        copy.cost.limitMilliseconds = a * cost.limitMilliseconds + b * other.cost.limitMilliseconds
        copy.cost.capexPerUnit = a * cost.capexPerUnit + b * other.cost.capexPerUnit
        copy.cost.opexPerUnit = a * cost.opexPerUnit + b * other.cost.opexPerUnit
        copy.cost.opexPerBusyUnit = a * cost.opexPerBusyUnit + b * other.cost.opexPerBusyUnit
        copy.cost.opexFixed = a * cost.opexFixed + b * other.cost.opexFixed
        copy.cost.tuning = a * cost.tuning + b * other.cost.tuning
        return copy
    }

    /// Whether so many units do: neither throughput nor waiting asks for more.
    func suffices(units: Double) -> Bool {
        guard units >= (cost.demand / (throughput * cost.usableShare) - 1e-9).rounded(.up) else { return false }
        return latency + cost.waiting(units: units, throughput: throughput) <= cost.limitMilliseconds
    }

    /// Units a site needs; nil where latency or accuracy fail, or no permitted number of units does.
    func units(atMost limit: Double) -> Double? {
        guard latency <= cost.limitMilliseconds, accuracy >= floor else { return nil }
        return cost.size(throughput: throughput, latency: latency).units.flatMap { $0 <= limit ? $0 : nil }
    }

    /// Whether `units(atMost:)` would give the same answer here.
    func keeps(units: Double?, atMost limit: Double) -> Bool {
        guard let units else { return self.units(atMost: limit) == nil }
        guard latency <= cost.limitMilliseconds, accuracy >= floor, units <= limit else { return false }
        return suffices(units: units) && (units <= 1 || !suffices(units: units - 1))
    }

    /// What so many units cost and return, the value reckoned from a reference accuracy.
    func outcome(units: Double, reference: Double) -> Outcome {
        let effective = reference + influence * (accuracy - reference)
        return Outcome(
            cost: cost.totalCost(units: units, utilisation: cost.demand / (units * throughput)),
            value: valuedInferences * (correctUsd * effective - wrongUsd * (1 - effective)),
            correctMillions: inferences * accuracy / 1e6
        )
    }

    /// What a choice costs and returns.
    struct Outcome {
        var cost: Double
        var value: Double
        var correctMillions: Double
    }
}
