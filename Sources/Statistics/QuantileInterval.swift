import Glibc

/// An interval for a quantile, from the order of independent observations alone.
///
/// Whatever the distribution, the number of n observations at or below its p-quantile is binomial(n, p). So the quantile
/// lies between two order statistics whose ranks enclose that count with the wanted confidence (W. J. Conover, "Practical
/// Nonparametric Statistics", 3.2). The interval is exact or wider, and exists only where there are observations enough.
public enum QuantileInterval {
    /// Ranks of the two order statistics that enclose a quantile.
    ///
    /// - Parameters:
    ///   - count: Number of observations, at most 2^33: beyond it a Double's lgamma is too coarse.
    ///   - probability: Which quantile, above 0 and below 1.
    ///   - confidence: Above 0 and below 1.
    /// - Returns: Ranks from 1; nil where the sample is too small to enclose that quantile.
    public static func ranks(
        count: UInt64,
        probability: Double,
        confidence: Double = 0.95
    ) -> ClosedRange<UInt64>? {
        guard count > 0, count <= 1 << 33, 0 < probability, probability < 1,
            0 < confidence, confidence < 1
        else { return nil }
        let tail = (1 - confidence) / 2
        // P(at most `lower - 1`) <= tail, and the same from the other side with the shares' roles changed.
        guard let below = largestTail(count, probability, tail), let above = largestTail(count, 1 - probability, tail)
        else { return nil }
        let (lower, upper) = (below + 1, count - above)
        return lower <= upper ? lower...upper : nil
    }

    /// The interval of a quantile of latencies, ns.
    ///
    /// A bucket stands for the longest of its latencies; `resolution` is how far below that the shortest may lie.
    ///
    /// - Parameters:
    ///   - histogram: Latencies of queries that came independently.
    ///   - probability: Which quantile, above 0 and below 1.
    ///   - confidence: Above 0 and below 1.
    ///   - resolution: Relative width of a bucket.
    /// - Returns: The interval; nil where there are too few queries.
    public static func bounds(
        of histogram: LatencyHistogram,
        probability: Double,
        confidence: Double = 0.95,
        resolution: Double = 0.001
    ) -> ClosedRange<UInt64>? {
        guard let ranks = ranks(count: histogram.count, probability: probability, confidence: confidence),
            let lower = histogram.latency(ofRank: ranks.lowerBound),
            let upper = histogram.latency(ofRank: ranks.upperBound)
        else { return nil }
        let edge = UInt64((Double(lower) * (1 - min(max(resolution, 0), 1))).rounded(.down))
        return min(edge, lower)...upper
    }

    /// The largest k with P(binomial(n, p) <= k) <= tail; nil where even P(0) is more.
    private static func largestTail(_ n: UInt64, _ p: Double, _ tail: Double) -> UInt64? {
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

extension LatencyHistogram {
    /// The latency of a rank counted from 1; nil beyond the queries there are.
    fileprivate func latency(ofRank rank: UInt64) -> UInt64? {
        var seen: UInt64 = 0
        for bucket in buckets {
            seen += bucket.count
            if seen >= rank { return bucket.nanoseconds }
        }
        return nil
    }
}
