import EdgeprofAPI
import Statistics

/// A small random case, the same for the same seed.
struct Example {
    var deployment: Deployment
    var tiers: [Tier]
    var measurements: [TierMeasurement]

    /// Makes a case.
    ///
    /// - Parameters:
    ///   - seed: What it is made from.
    ///   - families: How many families its models are of.
    init(seed: UInt64, families: Int = 3) {
        var random = RandomSource(seed: seed, name: "example")
        func pick<T>(_ list: [T]) -> T { list[Int(random.uniform() * Double(list.count))] }
        func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
        deployment = Deployment(
            demand: .init(
                inferencesPerSecond: number(1, 60),
                duty: pick([1, 0.5, number(0.1, 1)]),
                sites: Int(number(1, 400)),
                arrivals: pick([.poisson, .poisson, .periodic])
            ),
            slo: .init(percentile: pick([50, 90, 99]), milliseconds: number(60, 500)),
            accuracyFloor: pick([0, 0.6, 0.68]),
            years: 1 + Int(number(0, 7)),
            discount: pick([0, 0.08, number(0, 0.3)]),
            usdPerKwh: number(0.05, 0.5),
            headroom: pick([0, 0.3]),
            value: pick([true, true, true, false])
                ? .init(correctUsd: number(1e-6, 3e-5), wrongUsd: pick([0, 1e-5])) : nil,
            hurdle: pick([0, 0.5, 5]),
            tuning: pick([true, true, false])
                ? .init(
                    valuesPerHyperparameter: 3,
                    maxTrials: 200,
                    gpuHours: number(1, 20),
                    gpuUsdPerHour: 2,
                    engineerHours: 0.5,
                    engineerUsdPerHour: 80
                ) : nil,
            backboneInfluence: pick([1, 1, 0.4])
        )
        tiers = (0..<(1 + Int(number(0, 3)))).map { index in
            let idle = number(1, 10)
            return Tier(
                id: "t\(index)",
                priceUsd: number(30, 800),
                memoryMib: pick([400, 2048, 8192]),
                idleWatts: idle,
                activeWatts: idle + number(1, 30),
                osReserveMib: 300,
                installUsd: pick([0, 20]),
                maintenancePerYear: pick([0, 0.1]),
                maxUnitsPerSite: pick([nil, 2, 6, 30]),
                lifetimeYears: pick([nil, 2, 3.5])
            )
        }
        measurements = []
        let names = ["resnet", "densenet", "squeezenet"].prefix(families)
        for model in 0..<(2 + Int(number(0, 3))) {
            let accuracy = number(0.6, 0.8)
            let speed = number(0.3, 2)
            for tier in tiers {
                for settings in pick([["one"], ["one", "two"]]) {
                    let service = speed * number(20, 120)
                    measurements.append(
                        TierMeasurement(
                            model: "m\(model)",
                            tier: tier.id,
                            family: names[model % names.count],
                            throughputPerSecond: 1000 / service,
                            latencyMilliseconds: .init(p50: service, p90: service * 1.1, p99: service * 1.3),
                            peakRssMib: pick([60, 150]),
                            accuracy: .init(value: accuracy, source: "given"),
                            settings: .init(label: settings),
                            serviceTimeCv2: pick([0, 0.1])
                        )
                    )
                }
            }
        }
    }
}
