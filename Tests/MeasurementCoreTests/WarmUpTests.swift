import Glibc
import Testing

@testable import MeasurementCore

@Suite struct WarmUpTests {
    /// Stretches until latency counts as steady, nil if it never did; each of five queries of one latency.
    private func settles(within stretches: Int, _ milliseconds: (Int) -> Double) -> Int? {
        var warmUp = WarmUp()
        for stretch in 0..<stretches {
            for _ in 0..<WarmUp.stretchQueries { warmUp.add(UInt64(milliseconds(stretch) * 1e6)) }
            if warmUp.isSettled { return stretch + 1 }
        }
        return nil
    }

    /// Noise from a fixed sequence, evenly between -1 and 1.
    private func noise(_ index: Int) -> Double {
        var state = UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
        state = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((state ^ (state >> 31)) >> 11) * 0x1p-52 - 1
    }

    @Test func steadyLatencySettles() {
        #expect(settles(within: 20) { _ in 10 } == WarmUp.compared)
        #expect(settles(within: 20) { 10 + 0.005 * Double($0 % 2) } == WarmUp.compared)
    }

    @Test func fallingLatencySettlesOnlyOnceItIsFlat() throws {
        // 0.6 % a stretch: any three are within 2 %.
        #expect(settles(within: 60) { 10 * pow(0.994, Double($0)) } == nil)
        #expect(settles(within: 60) { 10 * pow(0.999, Double($0)) } == nil)
        #expect(settles(within: 60) { 10 * pow(1.006, Double($0)) } == nil)
        let flat = try #require(settles(within: 60) { 10 * max(0.85, pow(0.994, Double($0))) })
        #expect((28...35).contains(flat), "\(flat)")
        // Below 0.5 % over all eight it may be noise, and matters little.
        #expect(settles(within: 20) { 10 * pow(0.9995, Double($0)) } == WarmUp.compared)
    }

    @Test func fallingLatencyIsSeenThroughNoise() {
        let seen = (0..<200).filter { trial in
            settles(within: 16) { 10 * pow(0.994, Double($0)) * (1 + 0.004 * noise(100 * trial + $0)) } == nil
        }
        #expect(seen.count >= 180, "\(seen.count) of 200")
    }

    @Test func aStepIsWaitedFor() throws {
        // The clock rises after six stretches.
        let after = try #require(settles(within: 40) { $0 < 6 ? 12 : 10 })
        #expect((12...14).contains(after), "\(after)")
        #expect(settles(within: 9) { $0 < 7 ? 10 : 10.5 } == nil)
    }

    @Test func periodsAndNoiseAreSteady() throws {
        for period in 2...5 {
            let settled = settles(within: 30) { 10 * (1 + 0.015 * sin(2 * .pi * Double($0) / Double(period))) }
            #expect(try #require(settled) <= 16, "period \(period)")
        }
        let counts = (0..<200).compactMap { trial in
            settles(within: 40) { 10 * (1 + 0.02 * noise(100 * trial + $0)) }
        }
        #expect(counts.count == 200)
        #expect(counts.sorted()[180] <= 16)
    }

    @Test func oneOutlierDoesNotHinderIt() {
        var warmUp = WarmUp()
        for index in 0..<40 { warmUp.add(index % 5 == 3 ? 50_000_000 : 5_000_000) }
        #expect(warmUp.isSettled)
    }

    @Test func shortQueriesFillWholeStretches() {
        var warmUp = WarmUp()
        for _ in 0..<199 { warmUp.add(1_000_000) }
        #expect(!warmUp.isSettled)
        warmUp.add(1_000_000)
        #expect(warmUp.isSettled && warmUp.queries == 200)
    }

    @Test func medianIsThereFromTheFirstQuery() {
        var warmUp = WarmUp()
        #expect(warmUp.medianNanoseconds == 0)
        warmUp.add(7)
        #expect(warmUp.medianNanoseconds == 7)
    }

    @Test func latenciesOfAnySizeAreTaken() {
        var warmUp = WarmUp()
        for _ in 0..<100 { warmUp.add(.max) }
        for _ in 0..<100 { warmUp.add(0) }
        #expect(warmUp.queries == 200)
    }
}
