/// Histograms of at most 41 entries, for summaries.
enum ThinnedHistogram {
    /// Shares of the queries at which an entry ends: every 32nd part and what percentiles are asked for, finer at the end.
    static let ends: [Double] = ((1...30).map { Double($0) / 32 } + [0.5, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999])
        .sorted()

    /// Merges neighbours into the upper one, except across an end; the largest value keeps an entry of its own.
    ///
    /// What is at an end's rank stays there: percentiles at ends are those of the whole histogram, by nearest rank.
    static func pairs(_ pairs: [[UInt64]]) -> [[UInt64]] {
        guard pairs.count > ends.count + 3 else { return pairs }
        var total: UInt64 = 0
        for pair in pairs where pair.count == 2 { total.add(pair[1]) }
        var result: [[UInt64]] = []
        var (seen, held): (UInt64, UInt64) = (0, 0)
        var end = 0
        for (index, pair) in pairs.enumerated() where pair.count == 2 {
            seen.add(pair[1])
            held.add(pair[1])
            var isEnd = index >= pairs.count - 2
            while end < ends.count, Double(seen) >= Self.rank(ends[end], of: total) {
                isEnd = true
                end += 1
            }
            guard isEnd else { continue }
            result.append([pair[0], held])
            held = 0
        }
        return result
    }

    private static func rank(_ share: Double, of total: UInt64) -> Double {
        max(1, (Double(total) * share - 1e-9).rounded(.up))
    }

    /// Mean and variance of a histogram; nil without queries.
    static func moments(of pairs: [[UInt64]]) -> (mean: Double, variance: Double)? {
        var total: UInt64 = 0
        for pair in pairs where pair.count == 2 { total.add(pair[1]) }
        guard total > 0 else { return nil }
        let count = Double(total)
        var mean = 0.0
        for pair in pairs where pair.count == 2 { mean += Double(pair[0]) * (Double(pair[1]) / count) }
        var variance = 0.0
        for pair in pairs where pair.count == 2 {
            let deviation = Double(pair[0]) - mean
            variance += deviation * deviation * (Double(pair[1]) / count)
        }
        return (mean, variance)
    }
}
