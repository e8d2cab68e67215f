import Statistics
import Testing

@Suite struct EarlyStoppingTests {
    /// MLPerf's table, 99 % confidence: fewest queries with at most one, and with none, over the bound.
    @Test(
        arguments: [(0.9, 64, 44), (0.95, 130, 90), (0.99, 662, 459), (0.999, 6636, 4603)] as [(Double, UInt64, UInt64)]
    )
    func fewestQueriesAreMLPerfs(probability: Double, withOne: UInt64, withNone: UInt64) {
        #expect(EarlyStopping.fewestQueries(over: 1, probability: probability) == withOne)
        #expect(EarlyStopping.fewestQueries(over: 0, probability: probability) == withNone)
        #expect(EarlyStopping.mostOver(count: withOne, probability: probability) == 1)
        #expect(EarlyStopping.mostOver(count: withOne - 1, probability: probability) == 0)
        #expect(EarlyStopping.mostOver(count: withNone - 1, probability: probability) == nil)
    }

    /// P(binomial(n, 1 - p) <= t) against 1 - confidence, summed here term by term.
    @Test(arguments: [2, 5, 20, 100] as [UInt64], [0.5, 0.9, 0.99])
    func theLeastCountIsTheLeast(over: UInt64, probability: Double) throws {
        let fewest = try #require(EarlyStopping.fewestQueries(over: over, probability: probability))
        func tail(_ count: UInt64) -> Double {
            // From the distribution's recursion over trials, which shares nothing with what is tested.
            var chances = [1.0] + [Double](repeating: 0, count: Int(over))
            for _ in 0..<count {
                for k in stride(from: Int(over), through: 1, by: -1) {
                    chances[k] = chances[k] * probability + chances[k - 1] * (1 - probability)
                }
                chances[0] *= probability
            }
            return chances.reduce(0, +)
        }
        #expect(tail(fewest) <= 0.01 && tail(fewest - 1) > 0.01)
    }

    @Test func theBoundIsAnOrderStatisticFromAbove() throws {
        let histogram = try LatencyHistogram(pairs: (1...662).map { [$0, 1] })
        #expect(EarlyStopping.bound(of: histogram, probability: 0.99) == .init(nanoseconds: 661, over: 1))
        let less = try LatencyHistogram(pairs: (1...661).map { [$0, 1] })
        #expect(EarlyStopping.bound(of: less, probability: 0.99) == .init(nanoseconds: 661, over: 0))
        #expect(EarlyStopping.bound(of: less, probability: 0.999) == nil)
        #expect(EarlyStopping.bound(of: LatencyHistogram(), probability: 0.9) == nil)
        // Ten queries that say what one does: 662 · 10 of them, and ten may lie over.
        let many = try LatencyHistogram(pairs: (1...6620).map { [$0, 1] })
        #expect(EarlyStopping.bound(of: many, probability: 0.99, inflation: 10) == .init(nanoseconds: 6610, over: 10))
        #expect(EarlyStopping.bound(of: many, probability: 0.99, inflation: .infinity) == nil)
    }

    @Test func whatHasNoBoundGetsNone() {
        for probability in [0, 1, -1, .nan, 2] as [Double] {
            #expect(EarlyStopping.mostOver(count: 1000, probability: probability) == nil)
            #expect(EarlyStopping.fewestQueries(over: 1, probability: probability) == nil)
        }
        #expect(EarlyStopping.mostOver(count: 0, probability: 0.9) == nil)
        #expect(EarlyStopping.mostOver(count: .max, probability: 0.9) == nil)
        #expect(EarlyStopping.fewestQueries(over: .max, probability: 0.9) == nil)
    }

    /// Over 2,000 seeded series the bound falls short of the true percentile in 1 % at most, give or take chance.
    @Test(arguments: [700, 2000] as [UInt64])
    func theBoundHolds(count: UInt64) throws {
        var random = RandomSource(seed: 3, name: "\(count)")
        let over = try #require(EarlyStopping.mostOver(count: count, probability: 0.99))
        let short = (0..<2000).filter { _ in
            let series = (0..<count).map { _ in random.uniform() }.sorted()
            return series[Int(count - over) - 1] < 0.99
        }
        #expect(short.count <= 35, "\(short.count) of 2000")
    }
}
