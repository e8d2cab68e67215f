import Glibc

/// How far the queries of one process hang together, from counts of them in parts of the window.
///
/// The window is cut into stretches of equal length. Were queries independent, the share of them below some latency would
/// differ between stretches as little as binomial chance lets it. It differs more where slow queries come in groups or the
/// level drifts: the ratio of the two variances, Pearson's chi-square of homogeneity over its degrees of freedom, is how many
/// queries are worth one independent (the design effect of cluster sampling: W. G. Cochran, "Sampling Techniques", 9.2).
/// Whatever hangs together over less than a stretch adds up inside it, whatever does over more makes stretches differ.
public struct SerialDependence: Sendable, Equatable {
    /// Fewer stretches say too little of a variance.
    public static let fewestStretches = 8
    /// Stretches with fewer queries on average are joined with their neighbours.
    public static let fewestQueries = 8.0

    /// Queries by stretch and rung: `rungs` counts for each stretch, from the shortest latencies to the longest.
    private let stretches: [[UInt64]]
    /// Queries at or below each rung's upper end, all stretches, over all queries.
    private let shares: [Double]

    /// Makes it from counts of queries; nil where there are too few to tell, or stretches have different ladders.
    ///
    /// - Parameter counts: for each stretch, in their order, queries on each rung of a ladder of latencies.
    public init?(counts: [[UInt64]]) {
        guard let rungs = counts.first?.count, rungs > 1, counts.allSatisfy({ $0.count == rungs }) else { return nil }
        var stretches = counts
        guard let total = Self.sum(counts.joined()), total > 0 else { return nil }
        while stretches.count > 1, Double(total) < Self.fewestQueries * Double(stretches.count) {
            stretches = stride(from: 0, to: stretches.count, by: 2).map { index in
                guard index + 1 < stretches.count else { return stretches[index] }
                return zip(stretches[index], stretches[index + 1]).map { $0 + $1 }
            }
        }
        guard stretches.count >= Self.fewestStretches else { return nil }
        self.stretches = stretches
        var below: UInt64 = 0
        shares = (0..<(rungs - 1)).map { rung in
            below += stretches.reduce(0) { $0 + $1[rung] }
            return Double(below) / Double(total)
        }
    }

    /// How many queries are worth one independent for a quantile: at least 1.
    ///
    /// Taken at the rung that parts the queries most nearly at that share. As a variance of few stretches it is itself
    /// uncertain, which is allowed for as Student's t does for a mean.
    ///
    /// - Parameter probability: Which quantile, above 0 and below 1.
    /// - Returns: 1 where all queries are on one rung: then nothing tells them apart.
    public func inflation(at probability: Double) -> Double {
        let wanted = Self.logit(min(max(probability, 1e-9), 1 - 1e-9))
        let parting = shares.indices.filter { shares[$0] > 0 && shares[$0] < 1 }
        guard
            let rung = parting.min(by: {
                abs(Self.logit(shares[$0]) - wanted) < abs(Self.logit(shares[$1]) - wanted)
            })
        else { return 1 }
        let share = shares[rung]
        var chiSquare = 0.0
        var filled = 0
        for stretch in stretches {
            let count = Double(stretch.reduce(0, +))
            guard count > 0 else { continue }
            filled += 1
            let difference = Double(stretch[...rung].reduce(0, +)) / count - share
            chiSquare += count * difference * difference / (share * (1 - share))
        }
        guard filled > 1 else { return 1 }
        let allowance = StudentT.quantile(0.975, degreesOfFreedom: filled - 1) / WilsonInterval.z95
        return max(1, chiSquare / Double(filled - 1) * allowance * allowance)
    }

    private static func logit(_ share: Double) -> Double { log(share / (1 - share)) }

    /// The sum of counts from outside; nil where it is more than a histogram may hold.
    private static func sum(_ counts: some Sequence<UInt64>) -> UInt64? {
        var total: UInt64 = 0
        for count in counts {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow, sum <= LatencyHistogram.maximumCount else { return nil }
            total = sum
        }
        return total
    }
}
