import Testing

@testable import Calibration

/// Counting, widening and the ranges made of it.
@Suite struct HistogramTests {
    private func histogram(_ batches: [[Float]]) -> ActivationHistogram {
        var result = ActivationHistogram()
        for var batch in batches {
            let finite = batch.withUnsafeMutableBufferPointer { result.add($0, bins: true) }
            #expect(finite)
        }
        return result
    }

    @Test func wideningKeepsEveryCount() {
        let small = (1...100).map { Float($0) / 1000 }
        let result = histogram([small, [0, 0, -3], small.map { -$0 * 70 }, [900]])
        #expect(result.count == 204 && result.zeros == 2)
        #expect(result.extremes == -7...900)
        // What one batch gives at the final width.
        let together = histogram([[900], small + small.map { -$0 * 70 }, [0, 0, -3]])
        #expect(result.bins == together.bins && result.width == together.width)
        #expect(result.width * Float(ActivationHistogram.side) > 900)
    }

    @Test func percentileCutsBothEnds() {
        let even = (0..<20_000).map { Float($0) / 10_000 - 1 }
        let range = histogram([even, [50]]).range(.percentile(98))
        #expect(abs(range.lowerBound + 0.98) < 0.06 && abs(range.upperBound - 0.98) < 0.06, "\(range)")
        #expect(histogram([even]).range(.percentile(100)) == histogram([even]).extremes)
        #expect(histogram([[1, 2, 3]]).range(.percentile(99.99)) == 1...3, "few elements are all kept")
        // Zeros of a ReLU count as elements, and no range goes beyond what was seen.
        let clamped = histogram([even.map { max($0, 0) }]).range(.percentile(98))
        #expect(clamped.lowerBound == 0 && abs(clamped.upperBound - 0.98) < 0.03)
    }

    @Test func entropyCutsOutliersAndKeepsEvenDistributions() {
        var noise = Noise(1)
        let range = histogram([noise.floats(50_000), [40]]).range(.entropy)
        #expect((2...8).contains(range.upperBound) && (-8 ... -2).contains(range.lowerBound), "\(range)")
        let even = (0..<100_000).map { Float($0) / 100_000 }
        #expect(histogram([even]).range(.entropy).upperBound > 0.95)
    }

    @Test(arguments: [CalibrationMethod.minMax, .percentile(99.9), .entropy])
    func oddContentsGiveARange(method: CalibrationMethod) {
        #expect(ActivationHistogram().range(method) == 0...0)
        #expect(histogram([[0, 0, 0]]).range(method) == 0...0)
        #expect(histogram([[5]]).range(method).upperBound == 5)
        for extreme in [Float.leastNonzeroMagnitude, 1e-30, .greatestFiniteMagnitude, -.greatestFiniteMagnitude] {
            let range = histogram([[extreme, 0, 1e-3]]).range(method)
            #expect(range.lowerBound.isFinite && range.upperBound.isFinite, "\(extreme)")
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func oddNumbersAreNoticedAnywhere(number: Float) {
        for position in 0..<21 {
            var elements = [Float](repeating: 1, count: 21)
            elements[position] = number
            var result = ActivationHistogram()
            #expect(!elements.withUnsafeMutableBufferPointer { result.add($0, bins: true) })
            #expect(result.count == 0)
        }
    }
}
