// How long a ranking takes: 40 models on 20 tiers, 2,000 draws, from what rollups keep of each host to the result.
// `ranking-benchmark [HOSTS [ROUNDS]]` prints the median of the rounds (9) for so many hosts a tier (3 and 24), of making
// measurements of the hosts' figures and of ranking them, in ms; it fails where a ranking takes more than 300 ms.

import Economics
import EdgeprofAPI
import Glibc
import Statistics

let models = 40
let tierCount = 20
let limitMilliseconds = 300.0

let tiers = TierList(
    tiers: (0..<tierCount).map { index in
        Tier(
            id: "tier-\(index)",
            priceUsd: 40 + 17 * Double(index),
            memoryMib: 1024 + 512 * Double(index),
            idleWatts: 3,
            activeWatts: 8 + Double(index),
            osReserveMib: 300,
            maintenancePerYear: 0.1
        )
    }
)
let deployment = Deployment(
    demand: Deployment.Demand(inferencesPerSecond: 20, duty: 0.5, sites: 200),
    slo: Deployment.ServiceLevel(percentile: 99, milliseconds: 150),
    accuracyFloor: 0.69,
    years: 3,
    discount: 0.08,
    usdPerKwh: 0.15,
    value: Deployment.Value(correctUsd: 0.00002, wrongUsd: 0.00001)
)

/// What rollups keep of every host: five runs of each model on each host of each tier.
func hosts(_ count: Int) throws -> [HostMeasurement] {
    var random = RandomSource(seed: 1)
    var list: [HostMeasurement] = []
    for model in 0..<models {
        for tier in 0..<tierCount {
            let milliseconds = 20 + 3 * Double(model) - Double(tier) / 2
            for host in 0..<count {
                let effect = exp(0.1 * random.normal())
                let facts = try (0..<5).map { _ -> RunFacts in
                    let time = milliseconds * effect * exp(0.02 * random.normal())
                    let nanoseconds = UInt64(time * 1e6)
                    return RunFacts(
                        model: "model-\(model)",
                        sha256: "\(model)",
                        hostId: "host-\(tier)-\(host)",
                        tier: "tier-\(tier)",
                        settings: TierMeasurement.Settings(threads: 4, instances: 1, isa: "neon", plan: "fused"),
                        throughputPerSecond: 1000 / time,
                        histogram: try LatencyHistogram(
                            pairs: (0..<32).map { [nanoseconds + UInt64($0) * nanoseconds / 100, 10] }
                        ),
                        peakRssBytes: 80 << 20,
                        loadPeakRssBytes: 60 << 20
                    )
                }
                if let measurement = HostMeasurement(of: facts) { list.append(measurement) }
            }
        }
    }
    return list
}

func median(_ rounds: Int, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let times = try (0..<rounds).map { _ -> Double in
        let time = try clock.measure { try body() }.components
        return Double(time.seconds) * 1e3 + Double(time.attoseconds) / 1e15
    }
    return Quantiles.median(times) ?? 0
}

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }.filter { $0 > 0 }
let rounds = arguments.count > 1 ? arguments[1] : 9
var isSlow = false
for count in arguments.first.map({ [$0] }) ?? [3, 24] {
    let figures = try hosts(count)
    var measurements = RunAggregation.measurements(fromHosts: figures)
    let taking = median(rounds) { measurements = RunAggregation.measurements(fromHosts: figures) }
    for index in measurements.measurements.indices {
        let model = Double(measurements.measurements[index].model.dropFirst(6)) ?? 0
        measurements.measurements[index].accuracy = .init(
            value: 0.69 + 0.003 * model,
            source: "evaluated",
            images: 5000
        )
    }
    var choices = 0
    let ranking = try median(rounds) {
        choices = try Economics.rank(measurements: measurements, tiers: tiers, deployment: deployment).choices.count
    }
    isSlow = isSlow || ranking > limitMilliseconds
    print(
        "\(choices) choices, \(count) hosts a tier: measurements \(taking.rounded()) ms, ranking \(ranking.rounded()) ms"
    )
}
if isSlow { exit(1) }
