/// An interval for a share counted on independent trials.
///
/// Edwin B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927): the shares p
/// for which the count seen lies within z standard deviations of what p would give. Unlike the textbook's p ± z·sd it
/// stays within 0...1 and has a width at counts of none and all.
public enum WilsonInterval {
    /// The normal distribution's quantile for 95 %, both sides.
    public static let z95 = 1.959963984540054

    /// The interval of a share.
    ///
    /// - Parameters:
    ///   - successes: 0...`trials`.
    ///   - trials: At least 1.
    ///   - z: Standard deviations; `z95` gives 95 %.
    /// - Returns: Lower and upper end, within 0...1 and around `successes` / `trials`.
    public static func bounds(successes: Int, trials: Int, z: Double = z95) -> ClosedRange<Double> {
        precondition(trials > 0 && (0...trials).contains(successes), "a share of trials")
        let n = Double(trials)
        let share = Double(successes) / n
        let z2 = z * z
        let centre = (share + z2 / (2 * n)) / (1 + z2 / n)
        let half = z / (1 + z2 / n) * (share * (1 - share) / n + z2 / (4 * n * n)).squareRoot()
        // Rounding must not put the share itself outside.
        return max(0, min(share, centre - half))...min(1, max(share, centre + half))
    }
}
