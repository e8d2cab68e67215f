/// Latencies far outside the rest, by Tukey's outer fence.
///
/// John W. Tukey, "Exploratory Data Analysis" (1977), 2D.
/// Nothing is dropped for lying beyond it: a slow query happened, and percentiles hold it. The count says how many there were.
public enum TukeyFence {
    /// What lies beyond the fence.
    public struct Outliers: Sendable, Equatable {
        /// Queries above `nanoseconds`.
        public var count: UInt64
        /// Where they begin, ns.
        public var nanoseconds: UInt64

        /// Makes a count.
        public init(count: UInt64, nanoseconds: UInt64) {
            self.count = count
            self.nanoseconds = nanoseconds
        }
    }

    /// Queries above the third quartile by more than three times the interquartile range.
    ///
    /// - Parameters:
    ///   - histogram: Latencies.
    ///   - resolution: Relative width of a bucket: quartiles are not told apart more finely, so the range is never less.
    /// - Returns: The fence and what lies above; nil without queries.
    public static func outliers(of histogram: LatencyHistogram, resolution: Double = 0.001) -> Outliers? {
        guard let first = histogram.quantile(0.25), let third = histogram.quantile(0.75) else { return nil }
        let range = max(Double(third - first), Double(third) * resolution)
        let fence = (Double(third) + 3 * range).rounded(.up)
        // Latencies from outside may be of any size.
        guard let nanoseconds = UInt64(exactly: min(fence, 0x1p63)) else { return nil }
        let count = histogram.buckets.reduce(0) { $0 + ($1.nanoseconds > nanoseconds ? $1.count : 0) }
        return Outliers(count: count, nanoseconds: nanoseconds)
    }
}
