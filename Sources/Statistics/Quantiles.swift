/// Order statistics of small samples.
public enum Quantiles {
    /// The quantile of a sorted sample by linear interpolation (type 7 of Hyndman and Fan 1996).
    ///
    /// - Parameters:
    ///   - sorted: The sample in ascending order.
    ///   - probability: Which quantile, 0 to 1.
    /// - Returns: The quantile; nil for an empty sample.
    public static func quantile(ofSorted sorted: [Double], _ probability: Double) -> Double? {
        guard let last = sorted.last else { return nil }
        let position = Double(sorted.count - 1) * min(1, max(0, probability))
        let lower = Int(position)
        guard lower + 1 < sorted.count else { return last }
        let fraction = position - Double(lower)
        return fraction == 0 ? sorted[lower] : sorted[lower] + fraction * (sorted[lower + 1] - sorted[lower])
    }

    /// The median of a sample in any order; nil for an empty one.
    public static func median(_ sample: [Double]) -> Double? { quantile(ofSorted: sample.sorted(), 0.5) }

    /// The central interval that holds the given share of a sample in any order; nil for an empty one.
    public static func interval(_ sample: [Double], share: Double = 0.95) -> ClosedRange<Double>? {
        let sorted = sample.sorted()
        guard let low = quantile(ofSorted: sorted, (1 - share) / 2),
            let high = quantile(ofSorted: sorted, (1 + share) / 2), low <= high
        else { return nil }
        return low...high
    }
}
