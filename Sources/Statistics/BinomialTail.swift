import Glibc

/// The lower tail of the binomial distribution, which rules for order statistics are made of.
enum BinomialTail {
    /// The largest k with P(binomial(n, p) <= k) <= tail; nil where even P(0) is more.
    ///
    /// - Complexity: O(√n): summing begins where nothing is left that a Double could tell from 0.
    static func largest(_ n: UInt64, _ p: Double, _ tail: Double) -> UInt64? {
        let (count, odds) = (Double(n), p / (1 - p))
        // Below this many standard deviations under the mean nothing is left that a Double could tell from 0.
        let start = max(0, (count * p - 12 * (count * p * (1 - p)).squareRoot() - 40).rounded(.down))
        var probability = exp(
            lgamma(count + 1) - lgamma(start + 1) - lgamma(count - start + 1) + start * log(p)
                + (count - start) * log1p(-p)
        )
        var (k, sum) = (start, probability)
        guard sum <= tail else { return nil }
        while k < count {
            probability *= (count - k) / (k + 1) * odds
            guard sum + probability <= tail else { break }
            sum += probability
            k += 1
        }
        return UInt64(k)
    }
}
