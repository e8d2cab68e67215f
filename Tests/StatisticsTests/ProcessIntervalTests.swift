import Glibc
import Statistics
import Testing

@Suite struct ProcessIntervalTests {
    @Test func byHand() throws {
        // Logarithms 0, 1, 2: mean 1, standard error 1/√3, t for 2 degrees of freedom 4.3027.
        let bounds = try #require(ProcessInterval.bounds([1, exp(1), exp(2)]))
        #expect(abs(log(bounds.lowerBound) - (1 - 4.3027 / 3.0.squareRoot())) < 1e-4)
        #expect(abs(log(bounds.upperBound) - (1 + 4.3027 / 3.0.squareRoot())) < 1e-4)
        #expect(try abs(#require(ProcessInterval.spread([1, exp(1), exp(2)])) - 1) < 1e-12)
    }

    @Test func whatHasNoIntervalGetsNone() {
        for figures in [[], [1], [1, 0], [1, -1], [1, .nan], [1, .infinity]] {
            #expect(ProcessInterval.bounds(figures) == nil)
            #expect(ProcessInterval.spread(figures) == nil)
        }
    }

    /// 2,000 seeded experiments of 5 and 10 processes, each with a shift of its own (3 %) and 400 queries whose logarithms
    /// follow an autoregression (0.9 from one to the next): at least 94 % of the intervals over processes hold the true
    /// percentile, where intervals that take all queries as independent hold it rarely.
    @Test(arguments: [(5, 0.5), (5, 0.9), (10, 0.5), (10, 0.9)])
    func processesThatDifferAndQueriesThatHangTogetherAreCovered(processes: Int, probability: Double) throws {
        var random = RandomSource(seed: 2, name: "\(processes) \(probability)")
        let (shift, noise, memory) = (0.03, 0.02, 0.9)
        // The stationary spread of one process's queries is `noise`; 0.9's normal quantile is 1.2816.
        let truth = exp(probability == 0.5 ? 0 : 1.2815515655446 * noise)
        let innovation = noise * (1 - memory * memory).squareRoot()
        let ranks = try #require(QuantileInterval.ranks(count: UInt64(400 * processes), probability: probability))
        var covered = 0
        var coveredAsIfIndependent = 0
        for _ in 0..<2000 {
            var figures: [Double] = []
            var all: [Double] = []
            for _ in 0..<processes {
                let own = shift * random.normal()
                var level = noise * random.normal()
                var latencies: [Double] = []
                for _ in 0..<400 {
                    level = memory * level + innovation * random.normal()
                    latencies.append(exp(own + level))
                }
                latencies.sort()
                figures.append(try #require(Quantiles.quantile(ofSorted: latencies, probability)))
                all += latencies
            }
            if try #require(ProcessInterval.bounds(figures)).contains(truth) { covered += 1 }
            all.sort()
            if all[Int(ranks.lowerBound) - 1] <= truth, truth <= all[Int(ranks.upperBound) - 1] {
                coveredAsIfIndependent += 1
            }
        }
        #expect(covered >= 1880, "\(processes) processes, \(probability): \(covered) of 2000")
        #expect(coveredAsIfIndependent < 1000)
    }
}
