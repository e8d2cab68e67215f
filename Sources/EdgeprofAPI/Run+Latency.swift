extension Run {
    /// Latency of timed queries in nanoseconds.
    ///
    /// Intervals and bounds are of this process's own queries; how processes differ only repetition shows.
    public struct Latency: Codable, Sendable, Hashable {
        /// Percentiles of the histogram.
        public var p50, p90, p99: UInt64
        /// Extremes.
        public var min, max: UInt64
        /// Arithmetic mean.
        public var mean: Double
        /// Number of queries.
        public var count: UInt64
        /// Sorted [nanoseconds, count] pairs, at most 3 significant digits of value.
        public var histogram: [[UInt64]]
        /// 95 % intervals of those of the 50th, 90th and 99th percentile that there are queries enough for; nil in runs of versions
        /// that gave none.
        public var intervals: [Interval]?
        /// Upper bounds at 99 % confidence of those of the 90th, 95th, 99th and 99.9th percentile that there are queries enough for;
        /// nil in runs of versions that gave none.
        public var bounds: [UpperBound]?
        /// Queries far above the rest, which are kept; nil in runs of versions that did not count them.
        public var outliers: Outliers?

        /// Makes a latency summary.
        public init(
            p50: UInt64,
            p90: UInt64,
            p99: UInt64,
            min: UInt64,
            max: UInt64,
            mean: Double,
            count: UInt64,
            histogram: [[UInt64]],
            intervals: [Interval]? = nil,
            bounds: [UpperBound]? = nil,
            outliers: Outliers? = nil
        ) {
            self.p50 = p50
            self.p90 = p90
            self.p99 = p99
            self.min = min
            self.max = max
            self.mean = mean
            self.count = count
            self.histogram = histogram
            self.intervals = intervals
            self.bounds = bounds
            self.outliers = outliers
        }

        /// Where a percentile lies with 95 % confidence, by the order of the run's own queries.
        public struct Interval: Codable, Sendable, Hashable {
            /// Which, for example 99.
            public var percentile: Double
            /// Its ends, rounded outwards to bins of the histogram.
            public var lower, upper: UInt64
            /// How many queries were worth one independent, at least 1; nil where there were too few to tell, and 1 was assumed.
            public var inflation: Double?

            /// Makes an interval.
            public init(percentile: Double, lower: UInt64, upper: UInt64, inflation: Double? = nil) {
                self.percentile = percentile
                self.lower = lower
                self.upper = upper
                self.inflation = inflation
            }
        }

        /// What a percentile does not exceed with 99 % confidence: MLPerf's rule of early stopping.
        public struct UpperBound: Codable, Sendable, Hashable {
            /// Which, for example 99.9.
            public var percentile: Double
            /// The bound.
            public var upper: UInt64
            /// Queries that could lie over it for it to hold.
            public var over: UInt64

            /// Makes a bound.
            public init(percentile: Double, upper: UInt64, over: UInt64) {
                self.percentile = percentile
                self.upper = upper
                self.over = over
            }
        }

        /// Queries above the third quartile by more than three interquartile ranges (Tukey's outer fence).
        public struct Outliers: Codable, Sendable, Hashable {
            /// How many.
            public var count: UInt64
            /// Where they begin.
            public var aboveNanoseconds: UInt64

            /// Makes a count.
            public init(count: UInt64, aboveNanoseconds: UInt64) {
                self.count = count
                self.aboveNanoseconds = aboveNanoseconds
            }
        }
    }
}
