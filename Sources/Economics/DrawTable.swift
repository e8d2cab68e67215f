import EdgeprofAPI
import Statistics

/// Cost, feasibility and score of every choice in every draw, a choice's draws side by side.
struct DrawTable {
    let draws: Int
    private(set) var costs: [Double]
    private(set) var scores: [Double]
    private(set) var feasible: [Bool]
    /// Whether a choice takes part: it has figures and an accuracy.
    private(set) var takesPart: [Bool]
    private var accuracyDraws: [String: [(AccuracyModel, [Double])]] = [:]

    init(choices: Int, draws: Int) {
        self.draws = draws
        costs = [Double](repeating: .infinity, count: choices * draws)
        scores = [Double](repeating: Uncertainty.hopeless, count: choices * draws)
        feasible = [Bool](repeating: false, count: choices * draws)
        takesPart = [Bool](repeating: false, count: choices)
    }

    /// The accuracy of a model in every draw: drawn once, shared by all its tiers.
    mutating func accuracies(model: String, _ accuracy: AccuracyModel) -> [Double] {
        if let known = accuracyDraws[model]?.first(where: { $0.0 == accuracy }) { return known.1 }
        var random = RandomSource(seed: Uncertainty.seed, name: "accuracy|\(model)")
        let values = accuracy.draws(draws, from: &random)
        accuracyDraws[model, default: []].append((accuracy, values))
        return values
    }

    /// Sizes a choice in every draw and keeps its cost and whether it passes all tests.
    mutating func setCosts(
        of choice: Int,
        candidate: Candidate,
        hosts: HostDraws,
        accuracies: [Double],
        deployment: Deployment
    ) {
        guard let latency = candidate.latency else { return }
        takesPart[choice] = true
        let model = candidate.cost
        let throughput = candidate.measurement.throughputPerSecond
        let memory = candidate.measurement.peakRssMib ?? .infinity
        let reserved = candidate.tier.osReserveMib
        let mostUnits = candidate.tier.maxUnitsPerSite.map(Double.init) ?? .infinity
        let inTime = !(deployment.deadlineDays.map { candidate.tuning.days ?? 0 > $0 } ?? false)
        let base = choice * draws
        for draw in 0..<draws {
            let drawnLatency = latency * hosts.latency[draw]
            let sizing = model.size(throughput: throughput * hosts.throughput[draw], latency: drawnLatency)
            guard let units = sizing.units else { continue }
            costs[base + draw] = model.totalCost(units: units, utilisation: sizing.utilisation)
            let fits = memory * hosts.memory[draw] + reserved + deployment.appMemoryMib <= candidate.tier.memoryMib
            feasible[base + draw] =
                fits && inTime && units <= mostUnits && drawnLatency <= model.limitMilliseconds
                && accuracies[draw] >= deployment.accuracyFloor
        }
    }

    /// The accuracy of the cheapest feasible choice of every draw; of the cheapest of all where none is feasible.
    ///
    /// - Parameter choices: Every choice with its index, in the order that settles exact ties.
    /// - Returns: One accuracy for each draw.
    mutating func referenceAccuracies(_ choices: [(index: Int, candidate: Candidate)]) -> [Double] {
        let parts: [(base: Int, accuracies: [Double])] = choices.compactMap { index, candidate in
            guard takesPart[index], let accuracy = candidate.accuracy else { return nil }
            return (index * draws, accuracies(model: candidate.model, accuracy))
        }
        return (0..<draws).map { draw in
            var cheapest = (feasible: false, cost: Double.infinity, accuracy: 0.0)
            for (base, accuracies) in parts {
                let isFeasible = feasible[base + draw]
                let cost = costs[base + draw]
                let better = isFeasible == cheapest.feasible ? cost < cheapest.cost : isFeasible
                if better { cheapest = (isFeasible, cost, accuracies[draw]) }
            }
            return cheapest.accuracy
        }
    }

    /// Scores a choice in every draw.
    mutating func setScores(
        of choice: Int,
        candidate: Candidate,
        accuracies: [Double],
        references: [Double]?,
        objective: Objective,
        deployment: Deployment
    ) {
        guard takesPart[choice] else { return }
        let worth = deployment.value ?? Deployment.Value(correctUsd: 0)
        let influence = deployment.backboneInfluence
        let base = choice * draws
        for draw in 0..<draws where costs[base + draw] < .infinity {
            let accuracy = accuracies[draw]
            let reference = references?[draw] ?? accuracy
            let effective = reference + influence * (accuracy - reference)
            let value =
                candidate.valuedInferences * (worth.correctUsd * effective - worth.wrongUsd * (1 - effective))
            let score = objective.score(
                value: value,
                totalCost: costs[base + draw],
                correctMillions: candidate.inferences * accuracy / 1e6
            )
            scores[base + draw] = max(score, Uncertainty.hopeless)
        }
    }
}
