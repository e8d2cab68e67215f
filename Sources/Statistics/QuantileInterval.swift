/// An interval for a quantile, from the order of independent observations alone.
///
/// Whatever the distribution, the number of n observations at or below its p-quantile is binomial(n, p). So the quantile
/// lies between two order statistics whose ranks enclose that count with the wanted confidence (W. J. Conover, "Practical
/// Nonparametric Statistics", 3.2). The interval is exact or wider, and exists only where there are observations enough.
public enum QuantileInterval {
    /// Ranks of the two order statistics that enclose a quantile.
    ///
    /// Observations that hang together are worth fewer: n of them with `inflation` F say what n/F independent ones would, so
    /// the ranks are those of n/F, spread over n.
    ///
    /// - Parameters:
    ///   - count: Number of observations, at most 2^33: beyond it a Double's lgamma is too coarse.
    ///   - probability: Which quantile, above 0 and below 1.
    ///   - confidence: Above 0 and below 1.
    ///   - inflation: How many observations are worth one that is independent, at least 1.
    /// - Returns: Ranks from 1; nil where the sample is too small to enclose that quantile.
    public static func ranks(
        count: UInt64,
        probability: Double,
        confidence: Double = 0.95,
        inflation: Double = 1
    ) -> ClosedRange<UInt64>? {
        guard count > 0, count <= 1 << 33, 0 < probability, probability < 1,
            0 < confidence, confidence < 1
        else { return nil }
        guard inflation <= 1 else {
            let worth = (Double(count) / inflation).rounded(.down)
            guard worth >= 1, let few = ranks(count: UInt64(worth), probability: probability, confidence: confidence)
            else { return nil }
            let each = Double(count) / worth
            let lower = (Double(few.lowerBound - 1) * each).rounded(.down) + 1
            let upper = min((Double(few.upperBound) * each).rounded(.up), Double(count))
            return UInt64(lower)...UInt64(upper)
        }
        let tail = (1 - confidence) / 2
        // P(at most `lower - 1`) <= tail, and the same from the other side with the shares' roles changed.
        guard let below = BinomialTail.largest(count, probability, tail),
            let above = BinomialTail.largest(count, 1 - probability, tail)
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
    ///   - inflation: How many queries are worth one that is independent, at least 1.
    /// - Returns: The interval; nil where there are too few queries.
    public static func bounds(
        of histogram: LatencyHistogram,
        probability: Double,
        confidence: Double = 0.95,
        resolution: Double = 0.001,
        inflation: Double = 1
    ) -> ClosedRange<UInt64>? {
        let ranks = ranks(
            count: histogram.count,
            probability: probability,
            confidence: confidence,
            inflation: inflation
        )
        guard let ranks,
            let lower = histogram.latency(ofRank: ranks.lowerBound),
            let upper = histogram.latency(ofRank: ranks.upperBound)
        else { return nil }
        let edge = UInt64((Double(lower) * (1 - min(max(resolution, 0), 1))).rounded(.down))
        return min(edge, lower)...upper
    }
}

extension LatencyHistogram {
    /// The latency of a rank counted from 1; nil beyond the queries there are.
    func latency(ofRank rank: UInt64) -> UInt64? {
        var seen: UInt64 = 0
        for bucket in buckets {
            seen += bucket.count
            if seen >= rank { return bucket.nanoseconds }
        }
        return nil
    }
}
