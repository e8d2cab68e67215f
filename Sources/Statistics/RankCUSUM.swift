/// Finds a change of level in a short series, whatever the distribution of its values.
///
/// The CUSUM of ranks, Sₖ = Σ (Rᵢ − (n + 1)/2) over the first k of n values, is Mann and Whitney's statistic of the values
/// after k against those before, less its mean (Pettitt, Applied Statistics 28, 1979, 126-135; as a control chart Hawkins and Deng,
/// J. Quality Technology 42, 2010, 165-173). At every k that leaves enough values on both sides its chance is exact, from
/// counting orders; the least of them, times the number of k looked at, is a p-value (Bonferroni), so nothing is taken from an
/// asymptote or a simulation. Tied values count half, which makes the statistic smaller than the chance allows for.
public struct RankCUSUM: Sendable, Equatable {
    /// Most values looked at; of a longer series the last.
    public static let longestSeries = 32
    /// Fewest values on either side of a change.
    public static let fewestOfASide = 5

    /// At most the chance of a value that stands out as much somewhere, up or down, where nothing changed.
    public let pValue: Double
    /// Where the change is likeliest: the first value after it.
    public let firstAfter: Int

    /// Looks for a change; nil for fewer than twice `fewestOfASide` values.
    ///
    /// - Parameter series: In order of time, free of NaN.
    public init?(_ series: [Double]) {
        let series = Array(series.suffix(Self.longestSeries))
        let splits = Self.fewestOfASide...max(Self.fewestOfASide, series.count - Self.fewestOfASide)
        guard series.count >= 2 * Self.fewestOfASide else { return nil }
        var best = (p: 2.0, split: splits.lowerBound)
        for split in splits {
            let p = Self.chance(series[..<split], series[split...])
            if p < best.p { best = (p, split) }
        }
        pValue = min(1, best.p * Double(splits.count))
        firstAfter = best.split
    }

    /// The chance, up or down, of values that lie so far from others.
    private static func chance(_ before: ArraySlice<Double>, _ after: ArraySlice<Double>) -> Double {
        var twice = 0
        for value in after {
            for other in before { twice += value > other ? 2 : value == other ? 1 : 0 }
        }
        let pairs = before.count * after.count
        // Rounded towards no difference.
        let larger = max(twice, 2 * pairs - twice) / 2
        let orders = orderCounts[before.count + after.count][after.count]
        let extreme = orders[larger...].reduce(0, +)
        return min(1, 2 * extreme / orders.reduce(0, +))
    }

    /// For each length n and each number of values after the change m: of the ways to choose m of n ranks, how many have so
    /// many pairs in which the later value is the greater, 0…m(n − m).
    ///
    /// The greatest rank is either before, and adds nothing, or after, and exceeds all before: c(n, m, u) = c(n − 1, m, u) +
    /// c(n − 1, m − 1, u − (n − m)). Counts stay below 2^53.
    private static let orderCounts: [[[Double]]] = {
        var table: [[[Double]]] = [[[1]]]
        for n in 1...longestSeries {
            table.append(
                (0...n).map { m in
                    let before = n - m
                    var counts = [Double](repeating: 0, count: m * before + 1)
                    if m < n { for (u, count) in table[n - 1][m].enumerated() { counts[u] += count } }
                    if m > 0 { for (u, count) in table[n - 1][m - 1].enumerated() { counts[u + before] += count } }
                    return counts
                }
            )
        }
        return table
    }()
}
