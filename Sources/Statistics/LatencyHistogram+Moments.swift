extension LatencyHistogram {
    /// The smallest latency that at least the given share of the queries does not exceed (nearest rank), ns.
    ///
    /// - Parameter probability: The share, 0 to 1.
    /// - Returns: The latency; nil without queries.
    public func quantile(_ probability: Double) -> UInt64? {
        guard count > 0 else { return nil }
        let rank = max(1, (Double(count) * min(1, max(0, probability)) - 1e-9).rounded(.up))
        var seen: UInt64 = 0
        for bucket in buckets {
            seen += bucket.count
            if Double(seen) >= rank { return bucket.nanoseconds }
        }
        return buckets.last?.nanoseconds
    }

    /// The mean latency, ns; nil without queries.
    public var meanNanoseconds: Double? {
        guard count > 0 else { return nil }
        return buckets.reduce(0) { $0 + Double($1.nanoseconds) * (Double($1.count) / Double(count)) }
    }

    /// The variance of the latency, ns^2; nil without queries.
    public var varianceSquareNanoseconds: Double? {
        guard let mean = meanNanoseconds else { return nil }
        return buckets.reduce(0) { sum, bucket in
            let deviation = Double(bucket.nanoseconds) - mean
            return sum + deviation * deviation * (Double(bucket.count) / Double(count))
        }
    }
}

/// Several histograms taken as one, each with the same weight whatever its number of queries.
///
/// This is how runs of one host are combined: a run that lasted longer must not count for more (ROI.md, Inputs).
public struct EquallyWeightedHistograms: Sendable {
    /// Latency and weight in ascending order of latency; the weights add up to 1.
    private let weighted: [(nanoseconds: UInt64, weight: Double)]

    /// Combines histograms; those without queries are left out.
    public init(_ histograms: [LatencyHistogram]) {
        let parts = histograms.filter { !$0.isEmpty }
        var all: [(nanoseconds: UInt64, weight: Double)] = []
        for part in parts {
            let scale = 1 / (Double(part.count) * Double(parts.count))
            for bucket in part.buckets { all.append((bucket.nanoseconds, Double(bucket.count) * scale)) }
        }
        weighted = all.sorted { ($0.nanoseconds, $0.weight) < ($1.nanoseconds, $1.weight) }
    }

    /// The smallest latency that at least the given share does not exceed, ns; nil without queries.
    public func quantile(_ probability: Double) -> UInt64? {
        // The tolerance absorbs the rounding of the weights, which is far below the weight of one query.
        let target = min(1, max(0, probability)) - 1e-12
        var seen = 0.0
        for (nanoseconds, weight) in weighted {
            seen += weight
            if seen >= target { return nanoseconds }
        }
        return weighted.last?.nanoseconds
    }

    /// The mean latency, ns; nil without queries.
    public var meanNanoseconds: Double? {
        weighted.isEmpty ? nil : weighted.reduce(0) { $0 + Double($1.nanoseconds) * $1.weight }
    }

    /// The squared coefficient of variation: variance over squared mean; nil without queries or at mean 0.
    public var squaredCoefficientOfVariation: Double? {
        guard let mean = meanNanoseconds, mean > 0 else { return nil }
        let variance = weighted.reduce(0) { sum, part in
            let deviation = Double(part.nanoseconds) - mean
            return sum + deviation * deviation * part.weight
        }
        return variance / (mean * mean)
    }
}
