/// MLPerf's rule for how many queries a percentile needs, and what may be said of it with those there are.
///
/// "Inference rules", early stopping (mlcommons/inference, `loadgen/early_stopping.cc`): with t queries over a bound among n,
/// the bound holds for the p-quantile once P(binomial(n, 1 - p) <= t) is no more than 1 - confidence, which MLPerf writes as
/// the regularised incomplete beta function I_p(n - t, t + 1). So the (t + 1)th largest latency, for the largest such t, is an
/// upper bound: a run may end early and pays for it with a bound further out.
public enum EarlyStopping {
    /// MLPerf's confidence.
    public static let confidence = 0.99

    /// The most queries that may lie over a bound of a quantile.
    ///
    /// - Parameters:
    ///   - count: Number of queries, at most 2^53.
    ///   - probability: Which quantile, above 0 and below 1.
    ///   - confidence: That the bound holds, above 0 and below 1.
    /// - Returns: The number; nil where there are too few queries to bound that quantile.
    public static func mostOver(
        count: UInt64,
        probability: Double,
        confidence: Double = EarlyStopping.confidence
    ) -> UInt64? {
        guard count > 0, count <= LatencyHistogram.maximumCount, 0 < probability, probability < 1,
            0 < confidence, confidence < 1
        else { return nil }
        guard let over = BinomialTail.largest(count, 1 - probability, 1 - confidence), over < count else { return nil }
        return over
    }

    /// The fewest queries of which so many may lie over a bound of a quantile.
    ///
    /// - Parameters:
    ///   - over: Queries over the bound, at most 2^20.
    ///   - probability: Which quantile, above 0 and below 1.
    ///   - confidence: That the bound holds, above 0 and below 1.
    /// - Returns: The number; nil where no run could hold so many.
    public static func fewestQueries(
        over: UInt64,
        probability: Double,
        confidence: Double = EarlyStopping.confidence
    ) -> UInt64? {
        func suffices(_ count: UInt64) -> Bool {
            mostOver(count: count, probability: probability, confidence: confidence).map { $0 >= over } ?? false
        }
        guard over <= 1 << 20 else { return nil }
        var high: UInt64 = 1
        while !suffices(high) {
            guard high < LatencyHistogram.maximumCount else { return nil }
            high *= 2
        }
        var low = high / 2
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if suffices(middle) { high = middle } else { low = middle }
        }
        return high
    }

    /// An upper bound of a latency's quantile.
    public struct Bound: Sendable, Equatable {
        /// The bound, ns.
        public var nanoseconds: UInt64
        /// How many of the queries may lie over it.
        public var over: UInt64

        /// Makes a bound.
        public init(nanoseconds: UInt64, over: UInt64) {
            self.nanoseconds = nanoseconds
            self.over = over
        }
    }

    /// The upper bound that a run's own queries give.
    ///
    /// - Parameters:
    ///   - histogram: Latencies; a bucket stands for the longest of its own, so the bound is rounded up.
    ///   - probability: Which quantile, above 0 and below 1.
    ///   - inflation: How many queries are worth one that is independent, at least 1.
    /// - Returns: The bound; nil where there are too few queries.
    public static func bound(
        of histogram: LatencyHistogram,
        probability: Double,
        inflation: Double = 1
    ) -> Bound? {
        let worth = (Double(histogram.count) / max(1, inflation)).rounded(.down)
        guard worth >= 1, let few = mostOver(count: UInt64(worth), probability: probability) else { return nil }
        // As many of n as the share allows of those it is worth.
        let over = UInt64((Double(few) * Double(histogram.count) / worth).rounded(.down))
        guard over < histogram.count, let latency = histogram.latency(ofRank: histogram.count - over) else {
            return nil
        }
        return Bound(nanoseconds: latency, over: over)
    }
}
