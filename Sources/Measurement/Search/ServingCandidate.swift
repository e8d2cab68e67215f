internal import Statistics

/// What a search found of one shape.
public struct ServingCandidate: Sendable, Hashable {
    /// The shape.
    public var shape: ServingShape
    /// Length of the windows the figures are from.
    public var seconds: Double
    /// Runs the figures are from: those undisturbed where any was.
    public var runs: Int
    /// Runs left out as disturbed.
    public var disturbed: Int
    /// Whether it came to the last round.
    public var isFinalist: Bool
    /// Queries a second, median over runs; nil where a run failed.
    public var throughputPerSecond: Double?
    /// 95 % interval over processes; nil for fewer than two.
    public var throughputInterval: ClosedRange<Double>?
    /// Latencies, medians over runs; nil where a run failed.
    public var p50Nanoseconds, p99Nanoseconds: Double?
    /// Peak resident memory, the most of all runs; nil where a run failed.
    public var peakRssBytes: UInt64?

    init(_ shape: ServingShape, _ trials: [ServingSearch.Trial], seconds: Double, isFinalist: Bool) {
        self.shape = shape
        self.seconds = seconds
        self.isFinalist = isFinalist
        let clean = trials.filter { !$0.isDisturbed }
        let counted = clean.isEmpty ? trials : clean
        runs = counted.count
        disturbed = trials.count - counted.count
        let throughputs = trials.compactMap(\.throughputPerSecond)
        // A shape that fails now and then cannot serve.
        guard throughputs.count == trials.count, !trials.isEmpty else { return }
        throughputPerSecond = Quantiles.median(counted.compactMap(\.throughputPerSecond))
        throughputInterval = ProcessInterval.bounds(counted.compactMap(\.throughputPerSecond))
        p50Nanoseconds = Quantiles.median(counted.map { Double($0.p50Nanoseconds) })
        p99Nanoseconds = Quantiles.median(counted.map { Double($0.p99Nanoseconds) })
        peakRssBytes = trials.map(\.peakRssBytes).max()
    }

    /// Whether its 99th percentile is within a bound, nanoseconds; anything measured is within none.
    func isWithin(_ limit: Double?) -> Bool {
        guard let p99Nanoseconds else { return false }
        return limit.map { p99Nanoseconds <= $0 } ?? true
    }

    /// Those within the bound first, by throughput; then those beyond, by how far; then those that failed.
    static func isBetter(_ first: ServingCandidate, _ second: ServingCandidate, _ limit: Double?) -> Bool {
        let within = (first.isWithin(limit), second.isWithin(limit))
        if within.0 != within.1 { return within.0 }
        if within.0 { return (first.throughputPerSecond ?? 0) > (second.throughputPerSecond ?? 0) }
        return (first.p99Nanoseconds ?? .infinity) < (second.p99Nanoseconds ?? .infinity)
    }
}

/// What a search found.
public struct ServingResult: Sendable, Hashable {
    /// The shape that serves most.
    ///
    /// Of those that tie for it, the one with the lowest 99th percentile. Nil where none ran, or none
    /// within the bound.
    public var chosen: ServingCandidate?
    /// Finalists whose throughput cannot be told from the highest one, without the chosen one, best first.
    public var ties: [ServingCandidate]
    /// All, best first: the chosen one, those it ties with, other finalists, then those that left, the last to leave first.
    public var candidates: [ServingCandidate]
}

extension ServingSearch {
    /// What is found so far; complete once there is no round.
    public var result: ServingResult {
        let limit = withinNanoseconds.map { Double($0) }
        let finalists = concluded.filter(\.isFinalist).sorted { ServingCandidate.isBetter($0, $1, limit) }
        let others = concluded.filter { !$0.isFinalist }
        guard let leader = finalists.first, leader.isWithin(limit) else {
            return ServingResult(chosen: nil, ties: [], candidates: finalists + others)
        }
        let tied = finalists.filter { candidate in
            guard candidate.isWithin(limit) else { return false }
            if candidate.shape == leader.shape { return true }
            guard let its = candidate.throughputInterval, let best = leader.throughputInterval else { return false }
            return its.overlaps(best)
        }.sorted { ($0.p99Nanoseconds ?? .infinity) < ($1.p99Nanoseconds ?? .infinity) }
        let rest = finalists.filter { candidate in !tied.contains { $0.shape == candidate.shape } }
        return ServingResult(chosen: tied.first, ties: Array(tied.dropFirst()), candidates: tied + rest + others)
    }
}
