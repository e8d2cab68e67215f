/// Latencies counted by value: the sorted [nanoseconds, count] pairs of the wire, validated, merged by key.
///
/// Counts add up to at most 2^53, so every sum and rank below is exact in a `Double` and none can overflow.
public struct LatencyHistogram: Sendable, Equatable {
    /// One value and how often it was seen.
    public struct Bucket: Sendable, Equatable {
        /// The latency, ns.
        public var nanoseconds: UInt64
        /// How often it was seen; at least 1.
        public var count: UInt64

        /// Creates a bucket.
        public init(nanoseconds: UInt64, count: UInt64) {
            self.nanoseconds = nanoseconds
            self.count = count
        }
    }

    /// Most queries a histogram may hold.
    public static let maximumCount: UInt64 = 1 << 53

    /// The buckets in ascending order of latency, each value once.
    public private(set) var buckets: [Bucket]
    /// Number of queries.
    public private(set) var count: UInt64

    /// Creates a histogram without queries.
    public init() {
        buckets = []
        count = 0
    }

    /// Creates a histogram from the pairs of the wire.
    ///
    /// - Parameter pairs: [nanoseconds, count] in strictly ascending order, every count at least 1.
    /// - Throws: `LatencyHistogramError` that names the first bad pair.
    public init(pairs: [[UInt64]]) throws(LatencyHistogramError) {
        var buckets: [Bucket] = []
        buckets.reserveCapacity(pairs.count)
        var total: UInt64 = 0
        for (index, pair) in pairs.enumerated() {
            guard pair.count == 2 else { throw .notAPair(index: index) }
            let bucket = Bucket(nanoseconds: pair[0], count: pair[1])
            guard bucket.count > 0 else { throw .emptyBucket(index: index) }
            if let last = buckets.last, last.nanoseconds >= bucket.nanoseconds { throw .notAscending(index: index) }
            total = try Self.add(total, bucket.count)
            buckets.append(bucket)
        }
        self.buckets = buckets
        count = total
    }

    /// The histogram as the pairs of the wire.
    public var pairs: [[UInt64]] { buckets.map { [$0.nanoseconds, $0.count] } }

    /// Whether there are no queries.
    public var isEmpty: Bool { buckets.isEmpty }

    /// Adds the queries of another histogram.
    ///
    /// - Throws: `LatencyHistogramError.tooManyQueries`, leaving the histogram as it was.
    /// - Complexity: O(n + m) in the number of buckets.
    public mutating func merge(_ other: LatencyHistogram) throws(LatencyHistogramError) {
        let total = try Self.add(count, other.count)
        var merged: [Bucket] = []
        merged.reserveCapacity(buckets.count + other.buckets.count)
        var left = buckets[...]
        var right = other.buckets[...]
        while let first = left.first, let second = right.first {
            if first.nanoseconds == second.nanoseconds {
                merged.append(Bucket(nanoseconds: first.nanoseconds, count: first.count + second.count))
                left.removeFirst()
                right.removeFirst()
            } else if first.nanoseconds < second.nanoseconds {
                merged.append(first)
                left.removeFirst()
            } else {
                merged.append(second)
                right.removeFirst()
            }
        }
        merged.append(contentsOf: left)
        merged.append(contentsOf: right)
        buckets = merged
        count = total
    }

    private static func add(_ total: UInt64, _ more: UInt64) throws(LatencyHistogramError) -> UInt64 {
        let (sum, overflow) = total.addingReportingOverflow(more)
        guard !overflow, sum <= maximumCount else { throw .tooManyQueries }
        return sum
    }
}

/// What is wrong with the pairs of a histogram.
public enum LatencyHistogramError: Error, Sendable, Equatable, CustomStringConvertible {
    /// An element does not have two numbers.
    case notAPair(index: Int)
    /// A count is 0.
    case emptyBucket(index: Int)
    /// A value is not above the one before it.
    case notAscending(index: Int)
    /// The counts add up to more than 2^53.
    case tooManyQueries

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .notAPair(let index): "pair \(index) is not [nanoseconds, count]"
        case .emptyBucket(let index): "pair \(index) has count 0"
        case .notAscending(let index): "pair \(index) is not above the one before it"
        case .tooManyQueries: "the counts add up to more than 2^53"
        }
    }
}
