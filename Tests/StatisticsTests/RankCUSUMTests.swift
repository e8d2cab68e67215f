import Statistics
import Testing

@Suite struct RankCUSUMTests {
    /// All orders of ten values have one split, five and five, so the p-value is the share of orders as extreme, exactly.
    @Test func chancesAreThoseOfAllChoices() throws {
        var pValues: [Double: Double] = [:]
        var choices = 0.0
        for choice in 0..<1024 where choice.nonzeroBitCount == 5 {
            let after = (0..<10).filter { choice >> $0 & 1 == 1 }.map(Double.init)
            let before = (0..<10).filter { choice >> $0 & 1 == 0 }.map(Double.init)
            pValues[try #require(RankCUSUM(before + after)).pValue, default: 0] += 1
            choices += 1
        }
        #expect(choices == 252)
        var share = 0.0
        for (pValue, count) in pValues.sorted(by: { $0.key < $1.key }) {
            share += count / choices
            #expect(abs(pValue - min(1, share)) < 1e-12, "\(pValue)")
        }
        #expect(pValues.keys.min().map { abs($0 - 2.0 / 252) < 1e-12 } == true)
    }

    @Test func aStepIsFoundWhereItIs() throws {
        let step = (0..<22).map { index -> Double in
            let (level, wiggle) = index < 12 ? (20.0, index * 7 % 12) : (22.0, index * 7 % 10)
            return level + 0.1 * Double(wiggle)
        }
        let up = try #require(RankCUSUM(step))
        #expect(up.firstAfter == 12)
        // The one order of 646,646, or its mirror image, at one of 13 splits.
        #expect(abs(up.pValue - 2.0 * 13 / 646_646) < 1e-12)
        #expect(RankCUSUM(step.map { -$0 }) == up)
        #expect(RankCUSUM([Double](repeating: 1, count: 50) + step)?.firstAfter != 12)
    }

    @Test func wildValuesAndTiesAreNoChange() throws {
        var series = (0..<32).map { 20.0 + Double($0 * 7 % 32) / 10 }
        series[20] = 1e6
        series[21] = 1e6
        #expect(try #require(RankCUSUM(series)).pValue > 0.05)
        #expect(RankCUSUM([Double](repeating: 20, count: 32))?.pValue == 1)
    }

    @Test func shortSeriesHaveNone() {
        for count in 0..<10 { #expect(RankCUSUM([Double](repeating: 1, count: count)) == nil) }
        #expect(RankCUSUM([Double](repeating: 1, count: 10)) != nil)
    }

    /// The clearest step of sixteen values is not clear enough for one in a thousand, that of seventeen is; and five
    /// values after a change are enough once there are 27 before it.
    @Test func whatCanBeToldAtAll() throws {
        func best(_ count: Int) throws -> Double {
            try (5...(count - 5)).map { split in
                try #require(RankCUSUM((0..<count).map { $0 < split ? 1 - 0.001 * Double($0) : 2 })).pValue
            }.min() ?? 1
        }
        #expect(try best(16) > 0.001 && best(17) <= 0.001)
        #expect(try #require(RankCUSUM((0..<32).map { $0 < 27 ? 1 - 0.001 * Double($0) : 2 })).pValue <= 0.001)
    }
}
