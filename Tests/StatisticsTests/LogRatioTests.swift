import Glibc
import Statistics
import Testing

@Suite struct LogRatioTests {
    @Test func byHand() throws {
        // Welch's own arithmetic: logs 0, 1, 2 and 2, 3, 4, 5. Variances 1 and 5/3, errors² 1/3 and 5/12, sum 0.75.
        // Degrees: 0.5625 / (1/9/2 + 25/144/3) = 4.96, so 4; t = 2.776445.
        let base: [Double] = [0, 1, 2].map { exp($0) }
        let other: [Double] = [2, 3, 4, 5].map { exp($0) }
        let ratio = try #require(LogRatio([.init(base: base, other: other)]))
        #expect(abs(log(ratio.ratio) - 2.5) < 1e-12)
        let half = 2.776445 * 0.75.squareRoot()
        #expect(abs(log(ratio.interval.lowerBound) - (2.5 - half)) < 1e-5)
        #expect(abs(log(ratio.interval.upperBound) - (2.5 + half)) < 1e-5)
        // t = 2.886751 with 4 degrees of freedom.
        #expect(abs(ratio.pValue - 0.044714) < 1e-4)
    }

    @Test func hostsAreTheirOwnControls() throws {
        // One host ten times as slow as the other, both 2 % slower after: 2 % is found, whatever lies between the hosts.
        let fast = LogRatio.Host(base: [1.00, 1.01, 0.99, 1.0], other: [1.02, 1.03, 1.01, 1.02])
        let slow = LogRatio.Host(base: fast.base.map { $0 * 10 }, other: fast.other.map { $0 * 10 })
        let both = try #require(LogRatio([fast, slow]))
        #expect(abs(both.ratio - 1.02) < 0.0005)
        #expect(both.interval.lowerBound > 1.005 && both.interval.upperBound < 1.035)
        #expect(both.pValue < 0.01)
        let mixed = try #require(
            LogRatio([.init(base: fast.base + slow.base, other: fast.other + slow.other)])
        )
        #expect(mixed.pValue > 0.9)
    }

    @Test func whatCannotBeComparedIsNot() {
        for (base, other): ([Double], [Double]) in [
            ([], []), ([1], [1]), ([1, 2], [1]), ([1, 2], []), ([1, 0], [1, 2]), ([1, -1], [1, 2]),
            ([1, .nan], [1, 2]),
            ([1, 2], [1, .infinity]),
        ] {
            #expect(LogRatio([.init(base: base, other: other)]) == nil)
        }
        #expect(LogRatio([]) == nil)
        #expect(LogRatio([.init(base: [1, 2], other: [1, 2]), .init(base: [], other: [1, 2])]) == nil)
        #expect(LogRatio([.init(base: [1, 2], other: [1, 2])], confidence: 1) == nil)
    }

    /// Histograms round: ten equal medians are no proof to the last digit.
    @Test func equalFiguresAreAsUncertainAsTheirRounding() throws {
        let same = [Double](repeating: 1000, count: 5)
        let ratio = try #require(LogRatio([.init(base: same, other: same)], resolution: 0.001))
        #expect(ratio.ratio == 1 && ratio.pValue == 1)
        #expect(ratio.interval.lowerBound < 0.9998 && ratio.interval.upperBound > 1.0002)
        let next = [Double](repeating: 1001, count: 5)
        #expect(try #require(LogRatio([.init(base: same, other: next)], resolution: 0.001)).pValue < 0.01)
        // Without rounding there is no doubt: the figure is exact.
        #expect(try #require(LogRatio([.init(base: same, other: next)])).pValue == 0)
    }

    /// How one process differs from another.
    enum Shape: CaseIterable {
        /// Normal logarithms.
        case normal
        /// Student's t of 3 degrees: now and then one far off.
        case heavy
        /// Exponential: a floor, and a tail above it.
        case skewed
        /// Two layouts of memory, one 6 % slower than the other.
        case twoModes

        /// A deviation; mean 0.
        func draw(_ random: inout RandomSource) -> Double {
            switch self {
            case .normal: 0.03 * random.normal()
            case .heavy: 0.02 * random.normal() * random.studentScale(degreesOfFreedom: 3)
            case .skewed: 0.03 * (-log(random.positiveUniform()) - 1)
            case .twoModes: 0.06 * ((random.uniform() < 0.3 ? 1 : 0) - 0.3) + 0.005 * random.normal()
            }
        }
    }

    /// 4,000 seeded experiments each, a true ratio of 1.05: the 95 % interval must hold it, which is also the rate at which
    /// a change is found where there is none (the interval holds 1 exactly where p > 0.05).
    @Test(arguments: Shape.allCases, [(5, 5), (10, 10), (30, 30)])
    func coverage(shape: Shape, counts: (Int, Int)) throws {
        var random = RandomSource(seed: 11, name: "\(shape) \(counts)")
        var covered = 0
        for _ in 0..<4000 {
            let base = (0..<counts.0).map { _ in exp(shape.draw(&random)) }
            let other = (0..<counts.1).map { _ in 1.05 * exp(shape.draw(&random)) }
            if try #require(LogRatio([.init(base: base, other: other)])).interval.contains(1.05) { covered += 1 }
        }
        let share = Double(covered) / 4000
        print("covered: \(shape) \(counts.0) + \(counts.1) processes: \(share)")
        #expect(share >= 0.94, "\(shape) \(counts): \(share)")
        #expect(share <= 0.985, "\(shape) \(counts): \(share)")
    }

    /// The sides may spread three times differently and be of different size.
    @Test(arguments: [(5, 20, 1.0, 3.0), (20, 5, 1.0, 3.0), (5, 5, 1.0, 3.0), (8, 12, 3.0, 1.0)])
    func coverageOfUnequalSpread(a: Int, b: Int, first: Double, second: Double) throws {
        var random = RandomSource(seed: 12, name: "\(a) \(b) \(first)")
        var covered = 0
        for _ in 0..<4000 {
            let base = (0..<a).map { _ in exp(0.01 * first * random.normal()) }
            let other = (0..<b).map { _ in exp(0.01 * second * random.normal()) }
            if try #require(LogRatio([.init(base: base, other: other)])).interval.contains(1) { covered += 1 }
        }
        let share = Double(covered) / 4000
        #expect((0.94...0.975).contains(share), "\(a) \(b): \(share)")
    }

    /// Four hosts that differ by a third, three runs a side on each.
    @Test func coverageOverHosts() throws {
        var random = RandomSource(seed: 13)
        var covered = 0
        var found = 0
        for _ in 0..<4000 {
            let hosts = (0..<4).map { _ in
                let level = exp(0.3 * random.normal())
                return LogRatio.Host(
                    base: (0..<3).map { _ in level * exp(0.02 * random.normal()) },
                    other: (0..<3).map { _ in 1.05 * level * exp(0.02 * random.normal()) }
                )
            }
            let ratio = try #require(LogRatio(hosts))
            if ratio.interval.contains(1.05) { covered += 1 }
            if ratio.pValue <= 0.05 { found += 1 }
        }
        #expect((0.94...0.965).contains(Double(covered) / 4000), "\(covered)")
        // Between hosts lies fifteen times what lies between processes; still 5 % are nearly always found.
        #expect(found > 3800, "\(found)")
    }
}

@Suite struct MultipleTestsTests {
    @Test func byHand() {
        let p = [0.04, 0.01, 0.03]
        let holm = MultipleTests.holm(p)
        for (value, expected) in zip(holm, [0.06, 0.03, 0.06]) { #expect(abs(value - expected) < 1e-12) }
        let rates = MultipleTests.benjaminiHochberg(p)
        for (value, expected) in zip(rates, [0.04, 0.03, 0.04]) { #expect(abs(value - expected) < 1e-12) }
        #expect(MultipleTests.holm([]).isEmpty && MultipleTests.benjaminiHochberg([]).isEmpty)
        #expect(MultipleTests.holm([0.9, 0.8]) == [1, 1])
    }

    /// 2,000 experiments of 20 true hypotheses: at most 5 % of them with any finding after Holm.
    @Test func holmHoldsTheChanceOfAnyFalseFinding() {
        var random = RandomSource(seed: 14)
        var wrong = 0
        for _ in 0..<2000
        where MultipleTests.holm((0..<20).map { _ in random.uniform() }).contains(where: { $0 <= 0.05 }) {
            wrong += 1
        }
        #expect((70...125).contains(wrong), "\(wrong)")
    }
}
