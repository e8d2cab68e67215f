import Statistics
import Testing

@Suite struct RandomSourceTests {
    /// The first outputs of the reference implementation, seeded with 1234567.
    @Test func splitMixMatchesItsReference() {
        var source = SplitMix64(seed: 1_234_567)
        #expect(source.next() == 6_457_827_717_110_365_317)
        #expect(source.next() == 3_203_168_211_198_807_973)
        #expect(source.next() == 9_817_491_932_198_370_423)
    }

    @Test func theSameSeedGivesTheSameStream() {
        var first = RandomSource(seed: 3)
        var second = RandomSource(seed: 3)
        var other = RandomSource(seed: 4)
        let numbers = (0..<100).map { _ in first.next() }
        #expect(numbers == (0..<100).map { _ in second.next() })
        #expect(numbers != (0..<100).map { _ in other.next() })
    }

    @Test func namesHaveTheirOwnStreams() {
        var first = RandomSource(seed: 1, name: "resnet18|small")
        var again = RandomSource(seed: 1, name: "resnet18|small")
        var other = RandomSource(seed: 1, name: "resnet18|large")
        let number = first.next()
        #expect(number == again.next())
        #expect(number != other.next())
    }

    @Test func uniformsStayInRange() {
        var random = RandomSource(seed: 5)
        for _ in 0..<10_000 {
            #expect((0..<1).contains(random.uniform()))
            let positive = random.positiveUniform()
            #expect(positive > 0 && positive <= 1)
        }
    }

    @Test func normalsHaveMean0AndVariance1() {
        var random = RandomSource(seed: 11)
        let sample = (0..<100_000).map { _ in random.normal() }
        let moments = moments(sample)
        #expect(abs(moments.mean) < 0.015)
        #expect(abs(moments.variance - 1) < 0.025)
        let beyond = sample.filter { $0 > 1.959964 }.count
        #expect(abs(Double(beyond) / 100_000 - 0.025) < 0.002)
    }

    @Test func filledBuffersAreNormal() {
        var random = RandomSource(seed: 12)
        var sample = [Double](repeating: .nan, count: 99_999)
        sample.withUnsafeMutableBufferPointer { random.fillWithNormals($0) }
        let moments = moments(sample)
        #expect(abs(moments.mean) < 0.015)
        #expect(abs(moments.variance - 1) < 0.025)
    }

    @Test(arguments: [0.3, 1, 2.5, 40, 30_000]) func gammaHasItsMoments(shape: Double) {
        var random = RandomSource(seed: 13)
        let moments = moments((0..<50_000).map { _ in random.gamma(shape: shape) })
        #expect(abs(moments.mean / shape - 1) < 5 / (50_000 * shape).squareRoot())
        #expect(abs(moments.variance / shape - 1) < 0.06 + 0.05 / shape)
    }

    @Test func chiSquareHasItsMoments() {
        var random = RandomSource(seed: 14)
        let moments = moments((0..<50_000).map { _ in random.chiSquare(degreesOfFreedom: 4) })
        #expect(abs(moments.mean - 4) < 0.07)
        #expect(abs(moments.variance - 8) < 0.5)
    }

    @Test func betaHasItsMoments() {
        var random = RandomSource(seed: 15)
        let moments = moments((0..<50_000).map { _ in random.beta(34_747.5, 15_253.5) })
        let mean = 34_747.5 / 50_001
        #expect(abs(moments.mean - mean) < 0.0001)
        #expect(abs(moments.variance / (mean * (1 - mean) / 50_002) - 1) < 0.04)
    }

    @Test func studentHasItsTails() {
        var random = RandomSource(seed: 16)
        let factor = CholeskyFactor([[1]])
        let sample = (0..<50_000).map { _ in random.multivariateStudent(degreesOfFreedom: 3, factor: factor)[0] }
        // The 97.5 % quantile of Student's t with 3 degrees of freedom.
        let beyond = Double(sample.filter { abs($0) > 3.182446 }.count) / 50_000
        #expect(abs(beyond - 0.05) < 0.004)
    }

    @Test func aMultivariateStudentHasItsCovariance() {
        var random = RandomSource(seed: 17)
        let factor = CholeskyFactor([[4, -1.2], [-1.2, 1]])
        let sample = (0..<50_000).map { _ in random.multivariateStudent(degreesOfFreedom: 30, factor: factor) }
        let scale = 30.0 / 28
        let product = sample.reduce(0) { $0 + $1[0] * $1[1] } / 50_000
        #expect(abs(product / (-1.2 * scale) - 1) < 0.06)
    }

    private func moments(_ sample: [Double]) -> (mean: Double, variance: Double) {
        let count = Double(sample.count)
        let mean = sample.reduce(0, +) / count
        return (mean, sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count)
    }
}
