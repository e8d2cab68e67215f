import Testing

@testable import ModelZoo

@Suite struct GaussianMomentsTests {
    private func expect(_ actual: Moments, mean: Double, variance: Double, within tolerance: Double) {
        #expect(abs(actual.mean - mean) < tolerance)
        #expect(abs(actual.variance - variance) < tolerance)
    }

    @Test func exponentialIsAccurate() {
        let reference = [(0.0, 1.0), (-1, 0.367_879_441_171_442_33), (-20, 2.061_153_622_438_557_8e-9)]
        for (x, expected) in reference {
            #expect(abs(GaussianMoments.exponential(x) / expected - 1) < 1e-12)
        }
        #expect(GaussianMoments.exponential(-1e300) == 0)
    }

    @Test func rectifiedStandardNormal() {
        // 1/√(2π) and 1/2 − 1/(2π).
        let relu = GaussianMoments.clipped(Moments(mean: 0, variance: 1), lower: 0, upper: .infinity)
        expect(relu, mean: 0.398_942, variance: 0.340_845, within: 1e-6)
    }

    @Test func farFromTheBoundsNothingChanges() {
        let inside = GaussianMoments.clipped(Moments(mean: 3, variance: 0.01), lower: 0, upper: 6)
        expect(inside, mean: 3, variance: 0.01, within: 1e-6)
        let below = GaussianMoments.clipped(Moments(mean: -50, variance: 1), lower: 0, upper: 6)
        expect(below, mean: 0, variance: 0, within: 1e-6)
        let above = GaussianMoments.clipped(Moments(mean: 50, variance: 1), lower: 0, upper: 6)
        expect(above, mean: 6, variance: 0, within: 1e-6)
        let constant = GaussianMoments.clipped(Moments(mean: 9, variance: 0), lower: 0, upper: 6)
        expect(constant, mean: 6, variance: 0, within: 1e-12)
    }

    @Test func clippingIsSymmetric() {
        // x normal(0, 1) clipped to ±1: variance 1 − 2·φ(1) − 2·(1 − Φ(1)) + 2·(1 − Φ(1)) = 0.516058.
        let clipped = GaussianMoments.clipped(Moments(mean: 0, variance: 1), lower: -1, upper: 1)
        expect(clipped, mean: 0, variance: 0.516_058, within: 1e-6)
    }

    /// Means and deviations of a simulation of max(x + b, 0) repeated, 400,000 samples (numpy 2.4, seed 1).
    @Test(arguments: [(0.2, 36, 1.018, 0.872), (0.4, 8, 0.900, 0.856), (0.4, 36, 1.806, 1.530)])
    func residualSumsWalkUpwards(deviation: Double, blocks: Int, mean: Double, spread: Double) {
        var value = GaussianMoments.clipped(Moments(mean: 0, variance: 1), lower: 0, upper: .infinity)
        for _ in 0..<blocks {
            value = GaussianMoments.rectifiedSum(value, Moments(mean: 0, variance: deviation * deviation))
        }
        #expect(abs(value.mean / mean - 1) < 0.05)
        #expect(abs(value.variance.squareRoot() / spread - 1) < 0.05)
    }

    @Test func aResidualSumOnNothingIsARectifiedBranch() {
        let sum = GaussianMoments.rectifiedSum(Moments(mean: 0, variance: 0), Moments(mean: 0, variance: 1))
        expect(sum, mean: 0.398_942, variance: 0.340_845, within: 1e-6)
    }
}
