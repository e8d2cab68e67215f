import Measurement

/// What a search for instances x threads found, beside the runs it took.
struct SearchJSON: Encodable {
    private struct Candidate: Encodable {
        let instances, threads: Int
        let runs, disturbed: Int
        let seconds: Double
        let isFinalist: Bool
        let throughputPerSecond: NullOr<Double>
        let throughputInterval: NullOr<[Double]>
        let p50Nanoseconds, p99Nanoseconds: NullOr<Double>
        let peakRssBytes: NullOr<UInt64>

        init(_ candidate: ServingCandidate) {
            (instances, threads) = (candidate.shape.instances, candidate.shape.threads)
            (runs, disturbed, seconds) = (candidate.runs, candidate.disturbed, candidate.seconds)
            isFinalist = candidate.isFinalist
            throughputPerSecond = NullOr(candidate.throughputPerSecond)
            throughputInterval = NullOr(candidate.throughputInterval.map { [$0.lowerBound, $0.upperBound] })
            p50Nanoseconds = NullOr(candidate.p50Nanoseconds)
            p99Nanoseconds = NullOr(candidate.p99Nanoseconds)
            peakRssBytes = NullOr(candidate.peakRssBytes)
        }
    }

    private let chosen: NullOr<ServingShape>
    private let ties: [ServingShape]
    private let candidates: [Candidate]

    /// Wraps a result.
    init(_ result: ServingResult) {
        chosen = NullOr(result.chosen?.shape)
        ties = result.ties.map(\.shape)
        candidates = result.candidates.map(Candidate.init)
    }
}
