import EdgeprofAPI

@testable import Economics

/// The deployment, tiers and measurements of ROI.md's worked example.
enum WorkedExample {
    static var deployment: Deployment {
        Deployment(
            name: "retail-cameras",
            demand: Deployment.Demand(inferencesPerSecond: 20, duty: 0.5, sites: 200, arrivals: .poisson),
            slo: Deployment.ServiceLevel(percentile: 99, milliseconds: 150),
            accuracyFloor: 0.69,
            years: 3,
            discount: 0.08,
            usdPerKwh: 0.15,
            headroom: 0.3,
            value: Deployment.Value(correctUsd: 0.00002, wrongUsd: 0.00001),
            hurdle: 0,
            tuning: Deployment.Tuning(
                valuesPerHyperparameter: 3,
                maxTrials: 200,
                gpuHours: 12,
                gpuUsdPerHour: 2,
                engineerHours: 0.5,
                engineerUsdPerHour: 80
            )
        )
    }

    static var tiers: TierList {
        TierList(tiers: [
            Tier(
                id: "small",
                priceUsd: 45,
                memoryMib: 1024,
                idleWatts: 2.7,
                activeWatts: 6.4,
                osReserveMib: 300,
                maintenancePerYear: 0.1,
                maxUnitsPerSite: 8,
                lifetimeYears: 3
            ),
            Tier(
                id: "large",
                priceUsd: 80,
                memoryMib: 8192,
                idleWatts: 3,
                activeWatts: 8.8,
                osReserveMib: 500,
                maintenancePerYear: 0.1
            ),
        ])
    }

    static var measurements: MeasurementSet {
        MeasurementSet(measurements: [
            measurement("resnet18", "small", latency: 84, throughput: 12),
            measurement("resnet50", "small", latency: 197, throughput: 5.1),
            measurement("densenet121", "small", latency: 140, throughput: 7),
            measurement("resnet18", "large", latency: 17, throughput: 60),
            measurement("resnet50", "large", latency: 41, throughput: 24.5),
            measurement("densenet121", "large", latency: 48, throughput: 21),
        ])
    }

    static func measurement(_ model: String, _ tier: String, latency: Double, throughput: Double) -> TierMeasurement {
        let memory = ["resnet18": 60.0, "resnet50": 90, "densenet121": 70]
        let accuracy = ["resnet18": 0.69494, "resnet50": 0.7592, "densenet121": 0.744]
        return TierMeasurement(
            model: model,
            tier: tier,
            throughputPerSecond: throughput,
            latencyMilliseconds: TierMeasurement.Latency(p50: latency, p90: latency, p99: latency),
            peakRssMib: memory[model],
            accuracy: TierMeasurement.Accuracy(value: accuracy[model] ?? 0.7, source: "given")
        )
    }

    static func rank(_ change: (inout Deployment) -> Void = { _ in }) throws -> RankingResult {
        var deployment = deployment
        change(&deployment)
        return try Economics.rank(measurements: measurements, tiers: tiers, deployment: deployment)
    }

    static func plan(_ change: (inout Deployment) -> Void = { _ in }) throws -> PlanResult {
        var deployment = deployment
        change(&deployment)
        return try Economics.plan(measurements: measurements, tiers: tiers, deployment: deployment)
    }
}

extension [Choice] {
    func choice(_ model: String, _ tier: String) -> Choice? { first { $0.model == model && $0.tier == tier } }
}
