import EdgeprofAPI
import Statistics
import Testing

@testable import Comparison

@Suite struct RunComparisonTests {
    private func figure(_ name: RunComparison.Figure.Name, _ comparison: RunComparison) throws -> RunComparison.Figure {
        try #require(comparison.groups.first?.figures.first { $0.name == name })
    }

    @Test func aSlowdownIsFoundAndAnEqualIsNot() throws {
        let base = Run.samples(8, from: 0, milliseconds: 20)
        let slower = try RunComparison(of: base, with: Run.samples(8, from: 100, milliseconds: 22))
        let p50 = try figure(.p50, slower)
        #expect(p50.verdict == .worse)
        let ends = try #require(p50.ratio?.interval)
        #expect(ends[0] < 1.1 && 1.1 < ends[1] && ends[0] > 1.05)
        #expect(try figure(.throughput, slower).verdict == .worse)
        // Memory is the same to the byte on both sides.
        #expect(try figure(.rss, slower).verdict == .noChangeShown)
        #expect(slower.headline.contains("p50 +"))
        let equal = try RunComparison(of: base, with: Run.samples(8, from: 200, milliseconds: 20))
        #expect(equal.groups[0].figures.allSatisfy { $0.verdict == .noChangeShown })
        #expect(equal.headline == "No change shown.")
        #expect(equal.passed == nil)
    }

    /// Fewer than five a side decide nothing, however clear they look, and pass no gate of either kind.
    @Test(arguments: [(4, 4), (4, 50), (50, 4), (1, 1)])
    func tooFewNeverPass(a: Int, b: Int) throws {
        let gates = try [
            GateExpression("p99 > 50ms", .failIf), GateExpression("speedup >= 1.1", .require),
            GateExpression("p99 < 50ms", .require),
        ]
        let comparison = try RunComparison(
            of: Run.samples(a, from: 0, milliseconds: 20),
            with: Run.samples(b, from: 100, milliseconds: 10),
            gates: gates
        )
        #expect(comparison.passed == false)
        #expect(comparison.groups[0].undecided != nil)
        #expect(comparison.groups[0].figures.allSatisfy { $0.verdict == .undecided && $0.ratio == nil })
        #expect(comparison.groups[0].gates.allSatisfy { !$0.passed && !$0.isDecided })
    }

    @Test func unlikeRunsAreRefusedAndNamed() throws {
        let base = Run.samples(5, from: 0, milliseconds: 20)
        let other = Run.samples(5, from: 100, milliseconds: 10, host: "edge-2", isa: "avx512vnni")
        do {
            _ = try RunComparison(of: base, with: other)
            Issue.record("it compared")
        } catch {
            #expect(error.description.contains("isa: A has avx2; B has avx512vnni"))
            #expect(error.description.contains("--allow isa"))
        }
        #expect(throws: ComparisonRefusal.self) { try RunComparison(of: base, with: other, allowing: [.isa]) }
        #expect(throws: ComparisonRefusal.self) { try RunComparison(of: base, with: other, allowing: [.host]) }
        let meant = try RunComparison(of: base, with: other, allowing: [.isa, .host])
        #expect(meant.groups.count == 1)
        #expect(meant.differences.contains("isa: A has avx2; B has avx512vnni"))
        #expect(meant.differences.contains { $0.hasPrefix("host: ") })
    }

    @Test func mixturesOfWhatMayDifferAreRefused() throws {
        let mixed =
            Run.samples(5, from: 0, milliseconds: 20) + Run.samples(5, from: 10, milliseconds: 10, isa: "avx512")
        let other = Run.samples(5, from: 100, milliseconds: 10, isa: "avx512")
        #expect(throws: ComparisonRefusal.self) { try RunComparison(of: mixed, with: other, allowing: [.isa]) }
        let hosts =
            Run.samples(5, from: 0, milliseconds: 20) + Run.samples(5, from: 10, milliseconds: 20, host: "edge-3")
        let elsewhere = Run.samples(5, from: 100, milliseconds: 20, host: "edge-2")
        #expect(throws: ComparisonRefusal.self) { try RunComparison(of: hosts, with: elsewhere, allowing: [.host]) }
        // What is not allowed to differ makes groups of its own.
        let both =
            Run.samples(5, from: 200, milliseconds: 20) + Run.samples(5, from: 210, milliseconds: 10, isa: "avx512")
        #expect(try RunComparison(of: mixed, with: both).groups.count == 2)
    }

    @Test func theSameRunIsNoReplicate() throws {
        let runs = Run.samples(6, from: 0, milliseconds: 20)
        #expect(throws: ComparisonRefusal.self) { try RunComparison(of: runs, with: runs) }
        #expect(throws: ComparisonRefusal.self) { try RunComparison(of: runs, with: []) }
        // Listed twice, a run still counts once.
        let four = Array(Run.samples(4, from: 100, milliseconds: 20))
        #expect(try RunComparison(of: runs, with: four + four).groups.first?.b.compared == 4)
    }

    @Test func disturbedRunsAreLeftOutAndFailedOnesPassNothing() throws {
        let base = Run.samples(6, from: 0, milliseconds: 20)
        var other = Run.samples(6, from: 100, milliseconds: 20)
        other[0].flags = [.otherLoad]
        let gate = try GateExpression("p50.change <= 50%", .require)
        let clean = try RunComparison(of: base, with: other, gates: [gate])
        #expect(clean.groups[0].b == .init(compared: 5, failed: 0, disturbed: 1))
        #expect(clean.passed == true)
        #expect(try RunComparison(of: base, with: other, allowing: [.disturbed]).groups[0].b.compared == 6)

        other.append(.sample(200, outcome: .oom))
        let failed = try RunComparison(of: base, with: other, gates: [gate])
        #expect(failed.passed == false)
        #expect(failed.groups[0].b.failed == 1)
        #expect(try RunComparison(of: base, with: other, allowing: [.failed], gates: [gate]).passed == true)
    }

    /// Runs spread over hosts need one more a side for each further host.
    @Test func everyHostTakesADegreeOfFreedom() throws {
        func side(_ first: Int, _ perHost: [Int]) -> [Run] {
            perHost.enumerated().flatMap { host, count in
                Run.samples(count, from: first + 10 * host, milliseconds: 20 * Double(host + 1), host: "edge-\(host)")
            }
        }
        #expect(try RunComparison(of: side(0, [3, 2]), with: side(100, [3, 3])).groups[0].undecided != nil)
        let enough = try RunComparison(of: side(0, [3, 3]), with: side(100, [3, 3]))
        #expect(enough.groups[0].undecided == nil)
        #expect(enough.groups[0].hosts == ["edge-0", "edge-1"])
        // The hosts' own difference, twofold, is no part of the interval.
        let ends = try #require(figure(.p50, enough).ratio?.interval)
        #expect(ends[0] > 0.95 && ends[1] < 1.05)
    }

    /// Of 2,000 comparisons of equals, all five figures tested, at most 5 % say that something changed.
    @Test func equalsAreSaidToDifferOneTimeInTwenty() throws {
        var random = RandomSource(seed: 21)
        var wrong = 0
        for _ in 0..<2000 {
            func side(_ first: Int) -> [Run] {
                (0..<6).map { index in
                    var run = Run.sample(first + index, milliseconds: 20 * (1 + 0.02 * random.normal()))
                    run.latencyNanoseconds?.p90 = UInt64(25e6 * (1 + 0.03 * random.normal()))
                    run.latencyNanoseconds?.p99 = UInt64(30e6 * (1 + 0.05 * random.normal()))
                    run.memory?.peakRssBytes = UInt64(6e7 * (1 + 0.01 * random.normal()))
                    return run
                }
            }
            let comparison = try RunComparison(of: side(0), with: side(100))
            if comparison.groups[0].figures.contains(where: { $0.verdict != .noChangeShown }) { wrong += 1 }
        }
        print("covered: any of five figures wrongly changed in \(wrong) of 2000 comparisons of equals")
        #expect(wrong <= 120, "\(wrong)")
    }
}
