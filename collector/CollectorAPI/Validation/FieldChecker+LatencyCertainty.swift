import EdgeprofAPI

extension FieldChecker {
    /// Checks what a latency summary says of its own certainty; runs of older agents say nothing.
    mutating func checkCertainty(of latency: Run.Latency, _ path: String) {
        check(latency.intervals?.map(\.percentile), "\(path).intervals")
        for (index, interval) in (latency.intervals ?? []).prefix(Self.mostPercentiles).enumerated() {
            let field = "\(path).intervals[\(index)]"
            require(interval.lower <= interval.upper, field, "must have lower <= upper")
            let isWithin = [interval.lower, interval.upper].allSatisfy { Self.isWithin(Double($0), latency) }
            require(isWithin, field, "must lie between min and max")
            if let inflation = interval.inflation {
                require(inflation, "\(field).inflation", in: 1...Double(Self.maximumQueries))
            }
        }
        check(latency.bounds?.map(\.percentile), "\(path).bounds")
        for (index, bound) in (latency.bounds ?? []).prefix(Self.mostPercentiles).enumerated() {
            let field = "\(path).bounds[\(index)]"
            require(Self.isWithin(Double(bound.upper), latency), field, "must lie between min and max")
            require(bound.over < latency.count, "\(field).over", "must be less than count")
        }
        if let outliers = latency.outliers {
            require(outliers.count <= latency.count, "\(path).outliers.count", "must be at most count")
            let isLatency = (0...4 * Self.maximumNanoseconds).contains(outliers.aboveNanoseconds)
            require(isLatency, "\(path).outliers.aboveNanoseconds", "must be at most \(4 * Self.maximumNanoseconds)")
        }
    }

    private static let mostPercentiles = 16

    private mutating func check(_ percentiles: [Double]?, _ path: String) {
        guard let percentiles else { return }
        require(percentiles.count <= Self.mostPercentiles, path, "must have at most \(Self.mostPercentiles) entries")
        let areShares = percentiles.allSatisfy { $0 > 0 && $0 < 100 }
        require(areShares, path, "must have percentiles between 0 and 100")
        require(
            zip(percentiles, percentiles.dropFirst()).allSatisfy(<),
            path,
            "must be sorted by percentile, each once"
        )
    }
}
