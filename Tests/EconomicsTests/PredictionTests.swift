import EdgeprofAPI
import Glibc
import Statistics
import Testing

@testable import Economics

@Suite struct PredictionTests {
    private func tier(_ id: String, gops: Double?, gbps: Double?, l2Kib: Int? = nil) -> Tier {
        Tier(
            id: id,
            priceUsd: 50,
            memoryMib: 4096,
            idleWatts: 2,
            activeWatts: 5,
            caches: l2Kib.map { .init(l2Kib: $0) },
            peakGops: gops,
            bandwidthGbps: gbps,
            match: .init(label: ["tier": id])
        )
    }

    private func measured(_ model: String, _ tier: String, milliseconds: Double) -> TierMeasurement {
        TierMeasurement(
            model: model,
            tier: tier,
            throughputPerSecond: 1000 / milliseconds,
            latencyMilliseconds: .init(p50: milliseconds, p90: 1.1 * milliseconds, p99: 1.3 * milliseconds),
            peakRssMib: 60,
            energy: .init(joulesPerInference: 1, domain: .wall),
            rooflineShare: 0.6,
            hosts: [.init(id: "h", runs: [])]
        )
    }

    /// Two layers: 1e9 multiply-accumulates in few bytes, 1e6 in 1e8 bytes.
    private let layers = ["m": [LayerCost(macs: 1e9, bytes: 1e6), LayerCost(macs: 1e6, bytes: 1e8)]]

    @Test func layersScaleByWhatBindsThem() throws {
        // There 20 ms of arithmetic and 10 ms of memory, here 10 ms and 20 ms: 30 ms both, though neither ceiling is the same.
        let list = TierList(tiers: [tier("a", gops: 100, gbps: 10), tier("b", gops: 200, gbps: 5)])
        let set = Economics.predict(
            measurements: MeasurementSet(measurements: [measured("m", "a", milliseconds: 60)]),
            tiers: list,
            layers: layers
        )
        let prediction = try #require(set.predictions.first)
        #expect(set.predictions.count == 1 && prediction.fromTier == "a")
        #expect(abs(prediction.latencyFactor - 1) < 1e-9)
        let figures = prediction.measurement
        #expect(figures.tier == "b" && figures.basis == .predicted && figures.hosts.isEmpty)
        #expect(figures.energy == nil && figures.rooflineShare == nil && figures.peakRssMib == 60)
        // A cache that holds the second layer leaves arithmetic alone: 10.01 of 30 ms.
        let cached = TierList(tiers: [list.tiers[0], tier("b", gops: 200, gbps: 5, l2Kib: 200_000)])
        let faster = Economics.predict(
            measurements: MeasurementSet(measurements: [measured("m", "a", milliseconds: 60)]),
            tiers: cached,
            layers: layers
        )
        #expect(abs((faster.predictions.first?.latencyFactor ?? 0) - 10.01 / 30) < 1e-9)
        #expect(abs((faster.predictions.first?.measurement.latencyMilliseconds?.p50 ?? 0) - 20.02) < 1e-9)
    }

    @Test func theNearestTierIsScaledAndEstimatesAreNot() {
        let list = TierList(tiers: [
            tier("far", gops: 1000, gbps: 100), tier("near", gops: 110, gbps: 11),
            tier("stand-in", gops: 100, gbps: 10),
            tier("new", gops: 100, gbps: 10), tier("bare", gops: nil, gbps: 10),
        ])
        var standIn = measured("m", "stand-in", milliseconds: 50)
        standIn.basis = .standIn
        let set = Economics.predict(
            measurements: MeasurementSet(measurements: [
                measured("m", "far", milliseconds: 5), measured("m", "near", milliseconds: 50), standIn,
                measured("unknown", "near", milliseconds: 50),
            ]),
            tiers: list,
            layers: layers
        )
        // A stand-in is there already, and is no source; a tier without ceilings and a model without layers take no part.
        #expect(set.predictions.map(\.measurement.tier) == ["new"])
        #expect(set.predictions.first?.fromTier == "near")
        #expect(set.notes.contains { $0.contains("layers are not known: unknown") })
    }

    @Test func fewerThanFourTiersHaveNoErrorAndNoRank() {
        func set(_ count: Int) -> PredictionSet {
            let tiers = (0...count).map { tier("t\($0)", gops: 100 * Double($0 + 1), gbps: 10) }
            return Economics.predict(
                measurements: MeasurementSet(
                    measurements: (0..<count).map { measured("m", "t\($0)", milliseconds: 50 / Double($0 + 1)) }
                ),
                tiers: TierList(tiers: tiers),
                layers: layers
            )
        }
        for count in 1...3 {
            #expect(set(count).errorFactor == nil && set(count).rankable.isEmpty && !set(count).predictions.isEmpty)
            #expect(set(count).notes.contains { $0.contains("4 are needed") })
        }
        #expect(set(4).errorFactor.map { $0 > 1 } == true)
        #expect(set(4).rankable.map(\.basis) == [.predicted])
        #expect(set(0).predictions.isEmpty)
    }

    @Test func absurdCeilingsDoNotTrap() {
        for (gops, gbps) in [(0.0, 1.0), (1e300, 1e300), (1e-300, 1), (.nan, 1), (.infinity, 1)] {
            let list = TierList(tiers: [tier("a", gops: 100, gbps: 10), tier("b", gops: gops, gbps: gbps)])
            let set = Economics.predict(
                measurements: MeasurementSet(measurements: [measured("m", "a", milliseconds: 60)]),
                tiers: list,
                layers: layers
            )
            #expect(set.predictions.allSatisfy { $0.measurement.throughputPerSecond.isFinite })
        }
        let empty = Economics.predict(
            measurements: MeasurementSet(measurements: []),
            tiers: TierList(tiers: []),
            layers: ["m": []]
        )
        #expect(empty.predictions.isEmpty)
    }

    /// 500 synthetic fleets each: how an engine suits a tier differs by 20 % between tiers and by 5 %
    /// between models on one.
    ///
    /// The bar must hold a new tier's true figure in 92 % or more, and not be so wide that it always does.
    @Test(arguments: [4, 6, 10])
    func errorBarCoversSyntheticFleets(count: Int) throws {
        var random = RandomSource(seed: 41, name: "\(count)")
        var inside = 0
        var all = 0
        var widths: [Double] = []
        for _ in 0..<500 {
            var costs: [String: [LayerCost]] = [:]
            for model in 0..<5 {
                costs["m\(model)"] = (0..<20).map { _ in
                    LayerCost(macs: 1e8 * exp(random.normal()), bytes: 2e6 * exp(random.normal()))
                }
            }
            let tiers = (0...count).map { index in
                tier("t\(index)", gops: 100 * exp(random.normal()), gbps: 10 * exp(0.7 * random.normal()))
            }
            var truth: [[String]: Double] = [:]
            for tier in tiers {
                let ceilings = try #require(TierCeilings(tier))
                let suits = exp(0.2 * random.normal())
                for model in 0..<5 {
                    let allowed = try #require(ceilings.allowedSeconds(costs["m\(model)"] ?? []))
                    truth[["m\(model)", tier.id]] = 1000 * allowed / 0.5 * suits * exp(0.05 * random.normal())
                }
            }
            let known = (0..<count).flatMap { tier in
                (0..<5).map { measured("m\($0)", "t\(tier)", milliseconds: truth[["m\($0)", "t\(tier)"]] ?? 0) }
            }
            let set = Economics.predict(
                measurements: MeasurementSet(measurements: known),
                tiers: TierList(tiers: tiers),
                layers: costs
            )
            let factor = try #require(set.errorFactor)
            widths.append(factor)
            #expect(set.predictions.count == 5)
            // One model a fleet: the five share their tier's error.
            let first = try #require(set.predictions.first)
            let real = try #require(truth[[first.measurement.model, first.measurement.tier]])
            let ratio = try #require(first.measurement.latencyMilliseconds).p50 / real
            all += 1
            if ratio <= factor, ratio >= 1 / factor { inside += 1 }
        }
        let share = Double(inside) / Double(all)
        let width = try #require(Quantiles.median(widths))
        print("covered: predictions within the bar, \(count) tiers: \(share), median factor \(width)")
        #expect(share >= 0.92, "\(share)")
        #expect(share <= 0.995, "\(share)")
    }
}
