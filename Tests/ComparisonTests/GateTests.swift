import EdgeprofAPI
import Testing

@testable import Comparison

@Suite struct GateTests {
    @Test(arguments: [
        ("p99 > 50ms", "p99", 50e6), ("p50<=0.5s", "p50", 5e8), ("  p90 >= 1200 us ", "p90", 1.2e6),
        ("p90 < 7µs", "p90", 7e3), ("rss < 512MiB", "rss", 536_870_912), ("rss <= 1.5 GB", "rss", 1.5e9),
        ("throughput >= 20/s", "throughput", 20), ("throughput >= 20", "throughput", 20),
        ("speedup >= 1.1", "p50", 1.1),
        ("speedup >= 1.1x", "p50", 1.1), ("p99.ratio <= 1.05", "p99", 1.05), ("rss.change <= +5%", "rss", 5),
        ("p50.change > -2.5 %", "p50", -2.5),
    ])
    func isRead(text: String, figure: String, base: Double) throws {
        let gate = try GateExpression(text, .require)
        #expect(gate.figure.rawValue == figure)
        #expect(abs(gate.bound * gate.unitFactor - base) < 1e-6 * abs(base))
    }

    @Test(arguments: [
        ("", 0, "a quantity"), ("p95 > 5ms", 0, "a quantity"), ("P99 > 5ms", 0, "a quantity"), ("> 5", 0, "a quantity"),
        ("p99.rato > 5", 4, "ratio"), ("p99.", 4, "ratio"), ("p99", 3, "comparison"), ("p99 = 5ms", 4, "comparison"),
        ("p99 >", 5, "number"), ("p99 > ms", 6, "number"), ("p99 > --5ms", 6, "number"), ("p99 > 1.2.3ms", 6, "number"),
        ("p99 > -5ms", 6, "below zero"), ("p99 > 5", 7, "the unit is ns"), ("p99 > 5MiB", 7, "the unit is ns"),
        ("rss < 5ms", 7, "the unit is B"), ("p99.change > 5", 14, "the unit is %"), ("speedup > 2%", 11, "or none"),
        ("p99 > 5ms and p50 > 2ms", 10, "the expression ends"), ("p99 > 5ms ms", 10, "the expression ends"),
        ("p99 > 9999999999999999ms", 6, "number"), ("p99 ≥ 5ms", 4, "comparison"), ("p99 > ٥ms", 6, "number"),
    ])
    func badOnesShowThePlace(text: String, offset: Int, message: String) {
        #expect {
            try GateExpression(text, .failIf)
        } throws: { error in
            guard let error = error as? GateSyntaxError else { return false }
            let lines = error.description.split(separator: "\n", omittingEmptySubsequences: false)
            return error.offset == offset && error.message.contains(message) && lines.count == 3
                && lines[1] == String(repeating: " ", count: offset) + "^"
        }
    }

    @Test func nothingTrapsOnAnyPrefixOrGarbage() {
        let sound = Array("p99.change >= -12.5 %")
        for end in 0..<sound.count {
            #expect(throws: GateSyntaxError.self) { try GateExpression(String(sound[..<end]), .require) }
        }
        for text in [
            "\u{0}", "p99\u{301} > 5ms", "💥", String(repeating: "9", count: 100_000), "p99 > 1e400ms", "....",
            "p99.ratio.ratio > 1",
        ] {
            #expect(throws: GateSyntaxError.self) { try GateExpression(text, .require) }
        }
    }

    private func gate(_ text: String, _ kind: GateExpression.Kind, before: Double, after: Double) throws
        -> RunComparison.Gate
    {
        let comparison = try RunComparison(
            of: Run.samples(10, from: 0, milliseconds: before),
            with: Run.samples(10, from: 100, milliseconds: after),
            gates: [GateExpression(text, kind)]
        )
        let gate = try #require(comparison.groups.first?.gates.first)
        #expect(comparison.passed == gate.passed)
        return gate
    }

    /// The interval decides, not the point: about 1 % wide here.
    @Test func theIntervalDecides() throws {
        #expect(try gate("speedup >= 1.1", .require, before: 20, after: 15).passed)
        let near = try gate("speedup >= 1.1", .require, before: 20, after: 20 / 1.101)
        #expect(!near.passed && !near.isDecided && near.reason.hasPrefix("undecided"))
        let short = try gate("speedup >= 1.1", .require, before: 20, after: 20)
        #expect(!short.passed && short.isDecided)

        #expect(try !gate("p50 > 50ms", .failIf, before: 20, after: 60).passed)
        let close = try gate("p50 > 20ms", .failIf, before: 20, after: 20.02)
        #expect(close.passed && !close.isDecided && close.reason.hasPrefix("not shown"))
        #expect(try gate("p50 > 50ms", .failIf, before: 20, after: 20).isDecided)
        #expect(try gate("p50.change <= 5%", .require, before: 20, after: 20).passed)
        #expect(try !gate("throughput >= 60", .require, before: 20, after: 20).passed)
        #expect(try gate("throughput >= 40/s", .require, before: 20, after: 20).passed)
        #expect(try gate("rss <= 61MiB", .require, before: 20, after: 20).passed)
        #expect(try gate("rss.ratio < 1", .require, before: 20, after: 20).passed == false)
    }

    @Test func boundsBelongWhereTheyAreWritten() {
        let ends = 1.0...2.0
        #expect(GateExpression.Comparison.above.holds(of: ends, 1) == nil)
        #expect(GateExpression.Comparison.atLeast.holds(of: ends, 1) == true)
        #expect(GateExpression.Comparison.below.holds(of: ends, 1) == false)
        #expect(GateExpression.Comparison.atMost.holds(of: ends, 1) == nil)
        #expect(GateExpression.Comparison.above.holds(of: ends, 2) == false)
        #expect(GateExpression.Comparison.atMost.holds(of: ends, 2) == true)
    }
}
