import Glibc

extension RandomSource {
    /// Two independent standard normal numbers (Marsaglia's polar method).
    @inline(__always)
    public mutating func normalPair() -> (Double, Double) {
        while true {
            let x = 2 * uniform() - 1
            let y = 2 * uniform() - 1
            let square = x * x + y * y
            if square < 1 && square > 0 {
                let scale = (-2 * log(square) / square).squareRoot()
                return (x * scale, y * scale)
            }
        }
    }

    /// Fills a buffer with independent standard normal numbers.
    public mutating func fillWithNormals(_ buffer: UnsafeMutableBufferPointer<Double>) {
        var index = 0
        while index + 1 < buffer.count {
            (buffer[index], buffer[index + 1]) = normalPair()
            index += 2
        }
        if index < buffer.count { buffer[index] = normal() }
    }

    /// A standard normal number.
    public mutating func normal() -> Double { normalPair().0 }

    /// A gamma number of the given shape and scale 1 (Marsaglia and Tsang 2000).
    ///
    /// - Parameter shape: The shape, above 0.
    /// - Returns: A draw, at least 0.
    public mutating func gamma(shape: Double) -> Double {
        precondition(shape > 0 && shape.isFinite, "a gamma distribution needs a positive shape")
        if shape < 1 {
            return gamma(shape: shape + 1) * pow(positiveUniform(), 1 / shape)
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let cube = root * root * root
            if log(positiveUniform()) < x * x / 2 + d - d * cube + d * log(cube) { return d * cube }
        }
    }

    /// A chi-square number of so many degrees of freedom, above 0.
    public mutating func chiSquare(degreesOfFreedom: Double) -> Double { 2 * gamma(shape: degreesOfFreedom / 2) }

    /// A beta number of the two shapes, both above 0.
    public mutating func beta(_ successes: Double, _ failures: Double) -> Double {
        let first = gamma(shape: successes)
        let second = gamma(shape: failures)
        let sum = first + second
        return sum > 0 ? first / sum : 0.5
    }

    /// The factor that turns a normal vector into a multivariate-t one: sqrt(nu / chi-square), nu at least 1.
    public mutating func studentScale(degreesOfFreedom: Double) -> Double {
        let chiSquare = chiSquare(degreesOfFreedom: degreesOfFreedom)
        return (degreesOfFreedom / max(chiSquare, .leastNormalMagnitude)).squareRoot()
    }

    /// A multivariate-t vector of mean 0.
    ///
    /// - Parameters:
    ///   - degreesOfFreedom: The degrees of freedom, at least 1.
    ///   - factor: The Cholesky factor of the scale matrix.
    /// - Returns: A draw with as many entries as the factor has rows.
    public mutating func multivariateStudent(degreesOfFreedom: Double, factor: CholeskyFactor) -> [Double] {
        let scale = studentScale(degreesOfFreedom: degreesOfFreedom)
        return factor.times((0..<factor.size).map { _ in normal() }).map { $0 * scale }
    }
}
