import EdgeprofAPI

extension FieldChecker {
    /// Longer than any query: a day and a bit.
    static let maximumNanoseconds: UInt64 = 100_000_000_000_000

    /// More queries than an hour holds, and few enough that thousands of runs can be added up.
    static let maximumQueries: UInt64 = 100_000_000_000

    /// Checks that a latency summary agrees with itself.
    mutating func check(_ latency: Run.Latency) {
        let path = "latencyNanoseconds"
        for (name, value) in [
            ("min", latency.min), ("p50", latency.p50), ("p90", latency.p90), ("p99", latency.p99),
            ("max", latency.max),
        ] {
            require(value, "\(path).\(name)", in: 0...Self.maximumNanoseconds)
        }
        require(latency.count, "\(path).count", in: 1...Self.maximumQueries)
        let isOrdered = latency.p50 <= latency.p90 && latency.p90 <= latency.p99
        require(isOrdered, path, "must have p50 <= p90 <= p99")
        require(latency.min <= latency.max, path, "must have min <= max")
        for (name, value) in [("p50", latency.p50), ("p99", latency.p99)] {
            let isWithin = Self.isWithin(Double(value), latency)
            require(isWithin, "\(path).\(name)", "must lie between min and max")
        }
        require(
            latency.mean.isFinite && Self.isWithin(latency.mean, latency),
            "\(path).mean",
            "must be a number between min and max"
        )
        check(histogram: latency.histogram, of: latency, "\(path).histogram")
        checkCertainty(of: latency, path)
    }

    private mutating func check(histogram: [[UInt64]], of latency: Run.Latency, _ path: String) {
        require((1...100_000).contains(histogram.count), path, "must have 1 to 100000 entries")
        guard histogram.allSatisfy({ $0.count == 2 }) else {
            return require(false, path, "must hold [nanoseconds, count] pairs")
        }
        let values = histogram.map { $0[0] }
        require(zip(values, values.dropFirst()).allSatisfy(<), path, "must be sorted by nanoseconds, each once")
        require(histogram.allSatisfy { $0[1] >= 1 }, path, "must not hold empty entries")
        var total: UInt64 = 0
        for pair in histogram {
            let (sum, overflow) = total.addingReportingOverflow(pair[1])
            total = overflow ? .max : sum
        }
        require(total == latency.count, path, "must add up to count")
        guard let first = values.first, let last = values.last else { return }
        let isWithin = Self.isWithin(Double(first), latency) && Self.isWithin(Double(last), latency)
        require(isWithin, path, "must lie between min and max")
    }

    /// Whether a value lies between the extremes, give or take what three significant digits lose.
    static func isWithin(_ value: Double, _ latency: Run.Latency) -> Bool {
        value >= Double(latency.min) * 0.99 - 1 && value <= Double(latency.max) * 1.01 + 1
    }
}
