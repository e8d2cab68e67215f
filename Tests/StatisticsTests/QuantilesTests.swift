import Statistics
import Testing

@Suite struct QuantilesTests {
    @Test func interpolatesBetweenRanks() {
        let sample: [Double] = [1, 2, 4, 8]
        #expect(Quantiles.quantile(ofSorted: sample, 0) == 1)
        #expect(Quantiles.quantile(ofSorted: sample, 0.5) == 3)
        #expect(Quantiles.quantile(ofSorted: sample, 1) == 8)
        #expect(Quantiles.quantile(ofSorted: sample, 2) == 8)
        #expect(Quantiles.quantile(ofSorted: [], 0.5) == nil)
        #expect(Quantiles.median([8, 1, 2]) == 2)
        #expect(Quantiles.median([]) == nil)
        #expect(Quantiles.interval([]) == nil)
    }

    @Test func theIntervalHoldsTheShareAskedFor() throws {
        let interval = try #require(Quantiles.interval((0...1000).map(Double.init).reversed(), share: 0.9))
        #expect(abs(interval.lowerBound - 50) < 1e-9)
        #expect(abs(interval.upperBound - 950) < 1e-9)
    }

    @Test func selectionAgreesWithSorting() {
        var random = RandomSource(seed: 7)
        for count in [1, 2, 3, 10, 101, 500] {
            for kind in 0..<3 {
                let sample = (0..<count).map { _ in kind == 0 ? random.uniform() : Double(Int(random.uniform() * 4)) }
                let sorted = sample.sorted()
                for probability in [0, 0.012, 0.025, 0.5, 0.9, 0.975, 1] {
                    var copy = sample
                    let selected = copy.withUnsafeMutableBufferPointer { Quantiles.select($0, probability) }
                    #expect(selected == Quantiles.quantile(ofSorted: sorted, probability))
                    #expect(copy.sorted() == sorted)
                }
                let probabilities = [0, 0.012, 0.025, 0.025, 0.5, 0.9, 0.975, 0.988, 1]
                var copy = sample
                let selected = copy.withUnsafeMutableBufferPointer {
                    Quantiles.selectAll($0, ascending: probabilities)
                }
                #expect(selected == probabilities.map { Quantiles.quantile(ofSorted: sorted, $0) })
                #expect(copy.sorted() == sorted)
            }
        }
    }
}
