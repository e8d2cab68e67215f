import Statistics
import Testing

@Suite struct WilsonIntervalTests {
    /// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I,
    /// method 3.
    @Test(arguments: [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
    ])
    func publishedValues(successes: Int, trials: Int, lower: Double, upper: Double) {
        let bounds = WilsonInterval.bounds(successes: successes, trials: trials)
        #expect(abs(bounds.lowerBound - lower) <= 0.00005)
        #expect(abs(bounds.upperBound - upper) <= 0.00005)
    }

    @Test func noneAndAll() {
        let none = WilsonInterval.bounds(successes: 0, trials: 10)
        #expect(none.lowerBound == 0)
        // z² / (n + z²)
        #expect(abs(none.upperBound - 0.2775328) < 1e-6)
        let all = WilsonInterval.bounds(successes: 10, trials: 10)
        #expect(all.upperBound == 1)
        #expect(abs(all.lowerBound - 0.7224672) < 1e-6)
    }

    @Test func alwaysHoldsTheShareAndNarrowsWithTrials() {
        for trials in 1...200 {
            for successes in 0...trials {
                let bounds = WilsonInterval.bounds(successes: successes, trials: trials)
                #expect(bounds.contains(Double(successes) / Double(trials)))
                #expect((0...1).contains(bounds.lowerBound) && (0...1).contains(bounds.upperBound))
                let more = WilsonInterval.bounds(successes: successes * 4, trials: trials * 4)
                #expect(more.upperBound - more.lowerBound < bounds.upperBound - bounds.lowerBound)
            }
        }
    }
}
