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
            message: "p\(Text.number(deployment.slo.percentile)) \(Text.short(latency)) ms > \(Text.short(limit)) ms: "
                + "needs \(Text.times(latency / limit)), and more units cannot help"
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
                message: "memory unknown: no peak was measured"
            )
        }
        // Summed as the specification writes it, so that a model that just fits is judged the same everywhere.
        let needed = peak + tier.osReserveMib + deployment.appMemoryMib
        guard needed > tier.memoryMib else { return nil }
        return Choice.Shortfall(
            test: "memory",
            value: needed,
            limit: tier.memoryMib,
            message: "memory \(Text.short(needed)) MiB > \(Text.short(tier.memoryMib)) MiB: "
                + "needs \(Text.times(needed / tier.memoryMib)), "
                + "\(Text.short(needed - tier.memoryMib)) MiB more (reserve and application are in it)"
        )
    }

    private static func accuracy(_ candidate: Candidate, _ deployment: Deployment) -> Choice.Shortfall? {
        let floor = deployment.accuracyFloor
        guard let accuracy = candidate.accuracy else {
            return Choice.Shortfall(
                test: "accuracy",
                value: nil,
                limit: floor,
                message: "accuracy unknown: evaluate the model or give its accuracy"
            )
        }
        guard accuracy.value < floor else { return nil }
        return Choice.Shortfall(
            test: "accuracy",
            value: accuracy.value,
            limit: floor,
            message: "accuracy \(Text.percent(accuracy.value)) % < \(Text.percent(floor)) %: "
                + "needs \(Text.difference(100 * (floor - accuracy.value))) points more"
        )
    }

    private static func units(_ candidate: Candidate, _ units: Double?) -> Choice.Shortfall? {
        guard let units else {
            return Choice.Shortfall(
                test: "units",
                value: nil,
                limit: candidate.tier.maxUnitsPerSite.map(Double.init),
                message: "units > \(Text.number(CostModel.mostUnits)) a site: the tier is far too slow"
            )
        }
        guard let limit = candidate.tier.maxUnitsPerSite.map(Double.init), units > limit else { return nil }
        return Choice.Shortfall(
            test: "units",
            value: units,
            limit: limit,
            message: "units \(Text.number(units)) > \(Text.number(limit)) a site: needs \(Text.times(units / limit))"
        )
    }

    private static func throughput(_ candidate: Candidate) -> Choice.Shortfall? {
        guard candidate.latency == nil else { return nil }
        return Choice.Shortfall(
            test: "throughput",
            value: nil,
            limit: nil,
            message: "throughput unknown: none was measured"
        )
    }

    private static func deadline(_ candidate: Candidate, _ deployment: Deployment) -> Choice.Shortfall? {
        guard let limit = deployment.deadlineDays, let days = candidate.tuning.days, days > limit else { return nil }
        return Choice.Shortfall(
            test: "deadline",
            value: days,
            limit: limit,
            message: "tuning \(Text.short(days)) days > \(Text.short(limit)) days: "
                + (limit > 0 ? "needs \(Text.times(days / limit)) the GPUs" : "there is no time to tune")
        )
    }
}
