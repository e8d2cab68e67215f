import EdgeprofAPI
import Testing

@testable import Economics

/// Whether intervals and shares of being best mean what they say, on 500 simulated fleets at each number of hosts.
///
/// All 2,000 draws of an ordinary ranking; seeds are fixed, so the figures are the same on every machine.
@Suite struct CoverageTests {
    /// With one host a tier the spread is the assumed one, which is the fleets' own.
    @Test(arguments: [1, 2, 3, 5, 10, 30]) func intervalsHoldTheTruth(hosts: Int) throws {
        try check(hosts: hosts)
    }

    /// One host a tier, but for one tier of five from which the spread is learnt.
    @Test func aSpreadLearntElsewhereHoldsTheTruth() throws {
        try check(hosts: 1, extraHosts: 5)
    }

    private func check(hosts: Int, extraHosts: Int = 0) throws {
        var coverage = Coverage()
        for seed in 0..<500 {
            let fleet = SimulatedFleet(seed: UInt64(seed), hosts: hosts, extraHosts: extraHosts)
            func rank(_ measurements: MeasurementSet) throws -> RankingResult {
                try Economics.rank(measurements: measurements, tiers: fleet.tiers, deployment: fleet.deployment)
            }
            coverage.add(measured: try rank(fleet.measured), truth: try rank(fleet.truth))
        }
        print(
            "covered: \(hosts) hosts a tier\(extraHosts > 0 ? ", \(extraHosts) of another" : ""): "
                + "\(coverage.held) of \(coverage.intervals) intervals, "
                + "\(coverage.rightClaims) of \(coverage.claims) claims to be best"
        )
        #expect(coverage.intervals == 500 * 9)
        #expect((0.92...0.98).contains(coverage.share), "\(coverage)")
        #expect(coverage.claims > 100 && coverage.rightShare >= 0.9, "\(coverage)")
    }

    /// The table is of variances: simulated medians must have them.
    @Test func mediansOfFewHostsVaryAsTheTableSays() {
        #expect(HostDraws.medianVariance.count == HostSpread.resampledHosts - 1)
        for count in [1, 2, 3, 4, 5, 9, 19] {
            let found = SimulatedFleet.varianceOfMedian(of: count, rounds: 20_000) * Double(count)
            #expect(abs(found / HostDraws.medianVariance[count - 1] - 1) < 0.05, "\(count): \(found)")
        }
    }
}
