import Glibc

/// Student's t distribution for whole degrees of freedom.
public enum StudentT {
    /// The probability that |T| is at most t.
    ///
    /// Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
    ///
    /// - Parameters:
    ///   - t: Not negative.
    ///   - degreesOfFreedom: At least 1.
    /// - Returns: 0 to 1.
    public static func centralProbability(_ t: Double, degreesOfFreedom: Int) -> Double {
        precondition(degreesOfFreedom > 0 && t >= 0, "degrees of freedom from 1, t from 0")
        let angle = atan(t / Double(degreesOfFreedom).squareRoot())
        let (sine, cosine) = (sin(angle), cos(angle))
        let isOdd = degreesOfFreedom % 2 == 1
        // Each term is the one before times cos² · (k − 1) / k.
        var term = isOdd ? cosine : 1
        var sum = degreesOfFreedom == 1 ? 0 : term
        var k = isOdd ? 3 : 2
        while k <= degreesOfFreedom - 2 {
            term *= cosine * cosine * Double(k - 1) / Double(k)
            sum += term
            k += 2
        }
        return isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
    }

    /// The value that T does not exceed with a probability.
    ///
    /// - Parameters:
    ///   - probability: Above 0 and below 1.
    ///   - degreesOfFreedom: At least 1.
    /// - Returns: The quantile, right to a Double's last digits but one.
    public static func quantile(_ probability: Double, degreesOfFreedom: Int) -> Double {
        precondition(0 < probability && probability < 1, "a probability between 0 and 1")
        if probability < 0.5 { return -quantile(1 - probability, degreesOfFreedom: degreesOfFreedom) }
        let central = 2 * probability - 1
        var high = 1.0
        while high < 1e300, centralProbability(high, degreesOfFreedom: degreesOfFreedom) < central { high *= 2 }
        var low = 0.0
        // As many halvings as a Double has digits.
        for _ in 0..<100 {
            let middle = low + (high - low) / 2
            if centralProbability(middle, degreesOfFreedom: degreesOfFreedom) < central {
                low = middle
            } else {
                high = middle
            }
        }
        return high
    }
}
