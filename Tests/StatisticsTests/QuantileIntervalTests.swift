import Glibc
import Statistics
import Testing

@Suite struct QuantileIntervalTests {
    /// Binomial(10, ½): P(at most 1) = 11/1024, P(at most 2) = 56/1024, so 95 % takes ranks 2 and 9.
    @Test func theMedianOfTen() {
        #expect(QuantileInterval.ranks(count: 10, probability: 0.5) == 2...9)
    }

    /// 0.99^n has to fall to 2.5 %: 368 queries are the first that bound a 99th percentile from above.
    @Test func tooFewQueriesGiveNone() {
        #expect(QuantileInterval.ranks(count: 367, probability: 0.99) == nil)
        #expect(QuantileInterval.ranks(count: 368, probability: 0.99) != nil)
        #expect(QuantileInterval.ranks(count: 5, probability: 0.5) == nil)
        #expect(QuantileInterval.ranks(count: 6, probability: 0.5) == 1...6)
        #expect(QuantileInterval.ranks(count: 0, probability: 0.5) == nil)
        #expect(QuantileInterval.ranks(count: .max, probability: 0.5) == nil)
        #expect(QuantileInterval.ranks(count: 100, probability: 1) == nil)
        #expect(QuantileInterval.ranks(count: 100, probability: .nan) == nil)
    }

    /// The normal approximation's ranks, where it is good.
    @Test func manyQueries() throws {
        let ranks = try #require(QuantileInterval.ranks(count: 1_000_000_000, probability: 0.9))
        let half = WilsonInterval.z95 * (1e9 * 0.9 * 0.1).squareRoot()
        #expect(abs(Double(ranks.lowerBound) - (9e8 - half)) < 5)
        #expect(abs(Double(ranks.upperBound) - (9e8 + half)) < 5)
    }

    @Test func boundsAreLatenciesWidenedByABucket() throws {
        let histogram = try LatencyHistogram(pairs: (1...100).map { [$0 * 1000, 1] })
        let bounds = try #require(QuantileInterval.bounds(of: histogram, probability: 0.5))
        let ranks = try #require(QuantileInterval.ranks(count: 100, probability: 0.5))
        #expect(bounds.lowerBound == ranks.lowerBound * 999)
        #expect(bounds.upperBound == ranks.upperBound * 1000)
        #expect(QuantileInterval.bounds(of: LatencyHistogram(), probability: 0.5) == nil)
    }

    /// Shapes latencies have, by their inverse distribution functions.
    enum Shape: String, CaseIterable {
        case uniform, exponential, logarithmic, heavy, twoPeaks

        func quantile(_ p: Double) -> Double {
            switch self {
            case .uniform: 1 + p
            case .exponential: 1 - log1p(-p)
            case .logarithmic: p / (1 - p) + 1
            case .heavy: pow(1 - p, -0.5)
            case .twoPeaks: p < 0.8 ? 1 + p / 10 : 4 + p
            }
        }
    }

    /// 2,000 seeded series of 1,000 independent queries: at least 94 % of the intervals hold the true percentile.
    @Test(arguments: Shape.allCases, [0.5, 0.9, 0.99])
    func independentQueriesAreCovered(shape: Shape, probability: Double) throws {
        var random = RandomSource(seed: 1, name: shape.rawValue)
        let truth = shape.quantile(probability)
        let ranks = try #require(QuantileInterval.ranks(count: 1000, probability: probability))
        var covered = 0
        for _ in 0..<2000 {
            let series = (0..<1000).map { _ in shape.quantile(random.uniform()) }.sorted()
            if series[Int(ranks.lowerBound) - 1] <= truth, truth <= series[Int(ranks.upperBound) - 1] { covered += 1 }
        }
        #expect(covered >= 1880, "\(shape) \(probability): \(covered) of 2000")
    }
}
