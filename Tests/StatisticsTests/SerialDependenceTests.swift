import Glibc
import Statistics
import Testing

@Suite struct SerialDependenceTests {
    /// Counts of a series by 32 stretches and a ladder as fine as the recorder's.
    private static func counts(_ series: [Double], stretches: Int = 32) -> [[UInt64]] {
        let below: [Double] = (0..<9).map { 1 - Double(1 << (8 - $0)) / 1000 }
        let above: [Double] = (0..<16).map { 1 + Double(1 << $0) / 1000 }
        let ends: [Double] = below + [1] + above
        var counts = [[UInt64]](repeating: [UInt64](repeating: 0, count: ends.count + 1), count: stretches)
        for (index, latency) in series.enumerated() {
            let rung = ends.firstIndex { latency <= $0 } ?? ends.count
            counts[index * stretches / series.count][rung] += 1
        }
        return counts
    }

    /// Logarithms of latencies that follow an autoregression.
    private static func series(_ count: Int, memory: Double, _ random: inout RandomSource) -> [Double] {
        let innovation = 0.02 * (1 - memory * memory).squareRoot()
        var level = 0.02 * random.normal()
        return (0..<count).map { _ in
            level = memory * level + innovation * random.normal()
            return exp(level)
        }
    }

    /// 2,000 seeded series: at least 94 % of intervals within one process hold its own true percentile, however its queries
    /// hang together, where intervals that take them as independent do not.
    @Test(arguments: [0, 0.5, 0.9], [(0.5, 0), (0.9, 1.2815515655446), (0.99, 2.3263478740408)])
    func coversWithinAProcess(memory: Double, quantile: (probability: Double, normal: Double)) throws {
        var random = RandomSource(seed: 4, name: "\(memory) \(quantile.probability)")
        // Where hardly as many are left as an interval needs, only those that were held too independent get one.
        let size = memory == 0.9 && quantile.probability == 0.99 ? 6000 : 1600
        let truth = exp(0.02 * quantile.normal)
        var (covered, asIfIndependent, absent) = (0, 0, 0)
        for _ in 0..<2000 {
            let series = Self.series(size, memory: memory, &random)
            let dependence = try #require(SerialDependence(counts: Self.counts(series)))
            let sorted = series.sorted()
            func holds(_ inflation: Double) -> Bool? {
                QuantileInterval.ranks(count: UInt64(size), probability: quantile.probability, inflation: inflation)
                    .map { sorted[Int($0.lowerBound) - 1] <= truth && truth <= sorted[Int($0.upperBound) - 1] }
            }
            switch holds(dependence.inflation(at: quantile.probability)) {
            case true?: covered += 1
            case false?: break
            case nil: absent += 1
            }
            if holds(1) == true { asIfIndependent += 1 }
        }
        #expect(absent <= 400, "\(absent)")
        #expect(Double(covered) >= 0.94 * Double(2000 - absent), "\(covered) of \(2000 - absent)")
        if memory == 0.9, quantile.probability < 0.99 { #expect(asIfIndependent < 1400, "\(asIfIndependent)") }
    }

    @Test func independentQueriesAreWorthNearlyOneEach() throws {
        var random = RandomSource(seed: 5)
        var inflations = try (0..<400).map { _ in
            try #require(SerialDependence(counts: Self.counts(Self.series(2000, memory: 0, &random)))).inflation(
                at: 0.5
            )
        }
        inflations.sort()
        #expect(inflations[200] < 1.2 && inflations[380] < 1.8, "\(inflations[200]) \(inflations[380])")
    }

    @Test func driftIsSeen() throws {
        var random = RandomSource(seed: 6)
        let drifting = Self.series(3200, memory: 0, &random).enumerated().map { $1 * (1 + 0.05 * Double($0) / 3200) }
        #expect(try #require(SerialDependence(counts: Self.counts(drifting))).inflation(at: 0.5) > 10)
    }

    @Test func fewQueriesJoinStretchesAndTooFewTellNothing() throws {
        var random = RandomSource(seed: 7)
        #expect(SerialDependence(counts: Self.counts(Self.series(63, memory: 0, &random))) == nil)
        #expect(SerialDependence(counts: Self.counts(Self.series(64, memory: 0, &random))) != nil)
        #expect(SerialDependence(counts: []) == nil)
        #expect(SerialDependence(counts: [[]]) == nil)
        #expect(SerialDependence(counts: [[1, 2], [3]]) == nil)
        #expect(SerialDependence(counts: Array(repeating: [.max, .max], count: 32)) == nil)
        #expect(SerialDependence(counts: Array(repeating: [0, 0], count: 32)) == nil)
    }

    @Test func latenciesThatNothingTellsApartAreIndependent() throws {
        let counts = [[UInt64]](repeating: [0, 100, 0], count: 32)
        #expect(try #require(SerialDependence(counts: counts)).inflation(at: 0.99) == 1)
        #expect(try #require(SerialDependence(counts: counts)).inflation(at: .nan) == 1)
    }
}
