import Foundation
import Statistics
import Testing

@Suite struct LatencyHistogramTests {
    @Test func roundTripsItsPairs() throws {
        let pairs: [[UInt64]] = [[100, 2], [250, 1], [.max, 7]]
        let histogram = try LatencyHistogram(pairs: pairs)
        #expect(histogram.pairs == pairs)
        #expect(histogram.count == 10)
        let decoded = try JSONDecoder().decode(LatencyHistogram.self, from: try JSONEncoder().encode(histogram))
        #expect(decoded == histogram)
    }

    @Test(
        arguments: [
            ([[1]], LatencyHistogramError.notAPair(index: 0)),
            ([[1, 1, 1]], .notAPair(index: 0)),
            ([[1, 1], []], .notAPair(index: 1)),
            ([[1, 0]], .emptyBucket(index: 0)),
            ([[2, 1], [1, 1]], .notAscending(index: 1)),
            ([[2, 1], [2, 1]], .notAscending(index: 1)),
            ([[1, .max]], .tooManyQueries),
            ([[1, 1 << 53], [2, 1]], .tooManyQueries),
            ([[1, 1 << 52], [2, .max]], .tooManyQueries),
        ] as [([[UInt64]], LatencyHistogramError)]
    )
    func refusesHostilePairs(pairs: [[UInt64]], expected: LatencyHistogramError) {
        #expect(throws: expected) { try LatencyHistogram(pairs: pairs) }
    }

    @Test(arguments: ["[[1,-1]]", "[[1.5,1]]", "[[1,18446744073709551616]]", "[[1", "{}", "[[2,1],[1,1]]", "[\"a\"]"])
    func refusesHostileJson(text: String) {
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(LatencyHistogram.self, from: Data(text.utf8))
        }
    }

    @Test func mergesByKey() throws {
        var histogram = try LatencyHistogram(pairs: [[1, 1], [3, 2], [9, 1]])
        try histogram.merge(try LatencyHistogram(pairs: [[2, 5], [3, 1], [10, 1]]))
        #expect(histogram.pairs == [[1, 1], [2, 5], [3, 3], [9, 1], [10, 1]])
        #expect(histogram.count == 11)
    }

    @Test func aMergeThatOverflowsLeavesItAsItWas() throws {
        var histogram = try LatencyHistogram(pairs: [[1, 1 << 53]])
        let before = histogram
        #expect(throws: LatencyHistogramError.tooManyQueries) {
            try histogram.merge(try LatencyHistogram(pairs: [[1, 1]]))
        }
        #expect(histogram == before)
    }

    @Test func quantilesAreNearestRanks() throws {
        let histogram = try LatencyHistogram(pairs: (1...100).map { [UInt64($0), 1] })
        #expect(histogram.quantile(0.5) == 50)
        #expect(histogram.quantile(0.9) == 90)
        #expect(histogram.quantile(0.99) == 99)
        #expect(histogram.quantile(0.991) == 100)
        #expect(histogram.quantile(0) == 1)
        #expect(histogram.quantile(1) == 100)
        #expect(histogram.quantile(7) == 100)
        #expect(LatencyHistogram().quantile(0.5) == nil)
    }

    @Test func momentsMatchTheDefinition() throws {
        let histogram = try LatencyHistogram(pairs: [[2, 1], [4, 3], [5, 2], [7, 1], [9, 1]])
        #expect(histogram.meanNanoseconds == 5)
        #expect(histogram.varianceSquareNanoseconds == 4)
        #expect(LatencyHistogram().meanNanoseconds == nil)
        #expect(LatencyHistogram().varianceSquareNanoseconds == nil)
    }

    @Test func momentsOfExtremeValuesAreFinite() throws {
        let histogram = try LatencyHistogram(pairs: [[0, 1 << 52], [.max, 1 << 52]])
        #expect(try #require(histogram.meanNanoseconds).isFinite)
        #expect(try #require(histogram.varianceSquareNanoseconds).isFinite)
    }

    @Test func runsCountEquallyWhateverTheirLength() throws {
        let short = try LatencyHistogram(pairs: [[10, 1]])
        let long = try LatencyHistogram(pairs: [[20, 1_000_000]])
        let both = EquallyWeightedHistograms([short, long, LatencyHistogram()])
        #expect(both.quantile(0.5) == 10)
        #expect(both.quantile(0.51) == 20)
        #expect(both.meanNanoseconds == 15)
        let variation = try #require(both.squaredCoefficientOfVariation)
        #expect(abs(variation - 25.0 / 225) < 1e-12)
        #expect(EquallyWeightedHistograms([]).quantile(0.5) == nil)
        #expect(EquallyWeightedHistograms([]).squaredCoefficientOfVariation == nil)
    }

    @Test func oneRunHasItsOwnQuantiles() throws {
        let histogram = try LatencyHistogram(pairs: (1...997).map { [UInt64($0 * 3), UInt64(1 + $0 % 7)] })
        let alone = EquallyWeightedHistograms([histogram])
        for probability in [0.01, 0.5, 0.9, 0.99, 0.999, 1] {
            #expect(alone.quantile(probability) == histogram.quantile(probability))
        }
    }
}
