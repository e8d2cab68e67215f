/// Several tests made at once.
public enum MultipleTests {
    /// p-values of which any falls to a level, where nothing is there to be found, with that probability at most.
    ///
    /// Holm, "A simple sequentially rejective multiple test procedure" (1979); holds however the tests depend on each other.
    ///
    /// - Parameter pValues: 0 to 1 each.
    /// - Returns: The adjusted values, in the same order.
    public static func holm(_ pValues: [Double]) -> [Double] {
        var adjusted = pValues
        var largest = 0.0
        for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
            largest = max(largest, min(1, pValues[index] * Double(pValues.count - rank)))
            adjusted[index] = largest
        }
        return adjusted
    }

    /// p-values of which those up to a level are false findings for a share of that level at most, in expectation.
    ///
    /// Benjamini and Hochberg (1995); for tests that are independent or depend positively (Benjamini and Yekutieli 2001).
    ///
    /// - Parameter pValues: 0 to 1 each.
    /// - Returns: The adjusted values, in the same order.
    public static func benjaminiHochberg(_ pValues: [Double]) -> [Double] {
        var adjusted = pValues
        var smallest = 1.0
        let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
        for (rank, index) in order.enumerated().reversed() {
            smallest = min(smallest, pValues[index] * Double(pValues.count) / Double(rank + 1))
            adjusted[index] = smallest
        }
        return adjusted
    }
}
