internal import EdgeprofAPI
internal import MeasurementCore
internal import Statistics

extension Run.Latency {
    /// What a record's queries say; nil without queries.
    init?(_ latency: RecordedLatency) {
        let pairs = latency.bins.map { [$0.nanoseconds, $0.count] }
        guard let histogram = try? LatencyHistogram(pairs: pairs), !histogram.isEmpty else { return nil }
        // A bin stands for its longest latency, which may lie above the longest there was.
        func percentile(_ share: Double) -> UInt64 { Swift.min(histogram.quantile(share) ?? 0, latency.maximum) }
        self.init(
            p50: percentile(0.5),
            p90: percentile(0.9),
            p99: percentile(0.99),
            min: latency.minimum,
            max: latency.maximum,
            mean: Double(latency.sum) / Double(histogram.count),
            count: histogram.count,
            histogram: pairs
        )
        let dependence = SerialDependence(counts: latency.stretches.map { $0.map(UInt64.init) })
        intervals = [50, 90, 99].compactMap { percentile in
            let inflation = dependence?.inflation(at: percentile / 100)
            return QuantileInterval.bounds(of: histogram, probability: percentile / 100, inflation: inflation ?? 1).map
            {
                Interval(
                    percentile: percentile,
                    lower: Swift.max($0.lowerBound, latency.minimum),
                    upper: Swift.min($0.upperBound, latency.maximum),
                    inflation: inflation
                )
            }
        }
        bounds = [90, 95, 99, 99.9].compactMap { percentile in
            let inflation = dependence?.inflation(at: percentile / 100) ?? 1
            return EarlyStopping.bound(of: histogram, probability: percentile / 100, inflation: inflation).map {
                UpperBound(percentile: percentile, upper: Swift.min($0.nanoseconds, latency.maximum), over: $0.over)
            }
        }
        outliers = TukeyFence.outliers(of: histogram).map {
            Outliers(count: $0.count, aboveNanoseconds: $0.nanoseconds)
        }
    }
}
