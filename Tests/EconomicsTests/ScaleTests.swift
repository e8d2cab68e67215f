import EdgeprofAPI
import Testing

@testable import Economics

/// A ranking as large as a big fleet's.
@Suite struct ScaleTests {
    static func fleet(models: Int, tiers: Int, hosts: Int) -> (MeasurementSet, TierList) {
        let list = (0..<tiers).map { index in
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
        let measurements = (0..<models).flatMap { model in
            (0..<tiers).map { tier -> TierMeasurement in
                let latency = 20.0 + 3 * Double(model) - Double(tier) / 2
                var random = SplitMix(state: UInt64(model * 1000 + tier))
                return TierMeasurement(
                    model: "model-\(model)",
                    tier: "tier-\(tier)",
                    throughputPerSecond: 1000 / latency,
                    latencyMilliseconds: .init(p50: latency, p90: latency, p99: latency),
                    peakRssMib: 80,
                    accuracy: .init(value: 0.69 + 0.003 * Double(model), source: "evaluated", images: 5000),
                    serviceTimeCv2: 0.05,
                    hosts: (0..<hosts).map { host in
                        let factor = 1 + 0.1 * random.uniform()
                        let time = latency * factor
                        return .init(
                            id: "host-\(host)",
                            runs: [
                                .init(
                                    throughputPerSecond: 1000 / time,
                                    p50: time,
                                    p90: time,
                                    p99: time,
                                    peakRssMib: 80
                                )
                            ]
                        )
                    }
                )
            }
        }
        return (MeasurementSet(measurements: measurements), TierList(tiers: list))
    }

    @Test func fortyModelsOnTwentyTiers() throws {
        let (measurements, tiers) = Self.fleet(models: 40, tiers: 20, hosts: 3)
        let clock = ContinuousClock()
        var result: RankingResult?
        let time = try clock.measure {
            result = try Economics.rank(
                measurements: measurements,
                tiers: tiers,
                deployment: WorkedExample.deployment
            )
        }
        print("40 models x 20 tiers x \(Uncertainty.drawCount) draws: \(time)")
        #expect(result?.choices.count == 800)
        // Ten times what the release build takes on a desktop core.
        #expect(time < .seconds(4))
    }

    struct SplitMix {
        var state: UInt64
        mutating func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
    }
}
