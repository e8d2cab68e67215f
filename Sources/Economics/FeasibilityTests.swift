import EdgeprofAPI

/// The tests a choice must pass, and how far off it is where it does not.
enum FeasibilityTests {
    /// The failed tests, in the order latency, memory, accuracy, units, throughput, deadline.
    static func failures(of candidate: Candidate, units: Double?, deployment: Deployment) -> [Choice.Shortfall] {
        [
            latency(candidate, deployment), memory(candidate, deployment), accuracy(candidate, deployment),
            candidate.latency == nil ? nil : Self.units(candidate, units), throughput(candidate),
            deadline(candidate, deployment),
        ].compactMap(\.self)
    }

    private static func latency(_ candidate: Candidate, _ deployment: Deployment) -> Choice.Shortfall? {
        let limit = deployment.slo.milliseconds
        guard let latency = candidate.latency, latency > limit else { return nil }
        return Choice.Shortfall(
            test: "latency",
            value: latency,
            limit: limit,
            message: "p\(Text.number(deployment.slo.percentile)) is \(Text.short(latency)) ms without a queue, "
                + "\(Text.short(latency / limit)) times the \(Text.short(limit)) ms allowed: more units cannot help"
        )
    }

    private static func memory(_ candidate: Candidate, _ deployment: Deployment) -> Choice.Shortfall? {
        let tier = candidate.tier
        guard let peak = candidate.measurement.peakRssMib else {
            guard candidate.latency != nil else { return nil }
            return Choice.Shortfall(
                test: "memory",
                value: nil,
                limit: tier.memoryMib,
                message: "peak memory was not measured"
            )
        }
        // Summed as the specification writes it, so that a model that just fits is judged the same everywhere.
        let needed = peak + tier.osReserveMib + deployment.appMemoryMib
        guard needed > tier.memoryMib else { return nil }
        return Choice.Shortfall(
            test: "memory",
            value: needed,
            limit: tier.memoryMib,
            message: "needs \(Text.short(needed)) MiB with reserve and application, "
                + "\(Text.short(needed - tier.memoryMib)) MiB more than the tier has"
        )
    }

    private static func accuracy(_ candidate: Candidate, _ deployment: Deployment) -> Choice.Shortfall? {
        let floor = deployment.accuracyFloor
        guard let accuracy = candidate.accuracy else {
            return Choice.Shortfall(
                test: "accuracy",
                value: nil,
                limit: floor,
                message: "unknown: evaluate the model or give its accuracy"
            )
        }
        guard accuracy.value < floor else { return nil }
        return Choice.Shortfall(
            test: "accuracy",
            value: accuracy.value,
            limit: floor,
            message: "\(Text.number(100 * accuracy.value, digits: 2)) % is "
                + "\(Text.number(100 * (floor - accuracy.value), digits: 2)) points below the floor"
        )
    }

    private static func units(_ candidate: Candidate, _ units: Double?) -> Choice.Shortfall? {
        guard let units else {
            return Choice.Shortfall(
                test: "units",
                value: nil,
                limit: candidate.tier.maxUnitsPerSite.map(Double.init),
                message: "a site would need more than \(Text.number(CostModel.mostUnits)) units"
            )
        }
        guard let limit = candidate.tier.maxUnitsPerSite.map(Double.init), units > limit else { return nil }
        return Choice.Shortfall(
            test: "units",
            value: units,
            limit: limit,
            message: "a site needs \(Text.number(units)) units, \(Text.number(units - limit)) more than it can hold"
        )
    }

    private static func throughput(_ candidate: Candidate) -> Choice.Shortfall? {
        guard candidate.latency == nil else { return nil }
        return Choice.Shortfall(test: "throughput", value: nil, limit: nil, message: "none was measured")
    }

    private static func deadline(_ candidate: Candidate, _ deployment: Deployment) -> Choice.Shortfall? {
        guard let limit = deployment.deadlineDays, let days = candidate.tuning.days, days > limit else { return nil }
        return Choice.Shortfall(
            test: "deadline",
            value: days,
            limit: limit,
            message: "tuning takes \(Text.short(days)) days, \(Text.short(days - limit)) more than there are"
        )
    }
}
