import Glibc

/// An interval for a positive figure measured once in each of several processes.
///
/// Queries of one process share its memory layout, its place in the caches and the moment; they are not independent, and
/// an interval over them is too narrow. The process is what is repeated, so its figure is the observation: Student's t on
/// logarithms, whose differences are shares. Resampling few processes comes to the same but is too narrow
/// (docs/decisions/0006).
public enum ProcessInterval {
    /// The interval of the typical (geometric mean) process's figure.
    ///
    /// - Parameters:
    ///   - figures: One a process, all positive and finite, in any order.
    ///   - confidence: Above 0 and below 1.
    /// - Returns: The interval; nil for fewer than two processes or figures without a logarithm.
    public static func bounds(_ figures: [Double], confidence: Double = 0.95) -> ClosedRange<Double>? {
        guard figures.count > 1, figures.allSatisfy({ $0 > 0 && $0.isFinite }), 0 < confidence, confidence < 1 else {
            return nil
        }
        let logs = figures.map { log($0) }
        let count = Double(logs.count)
        let mean = logs.reduce(0, +) / count
        let variance = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        let half =
            StudentT.quantile((1 + confidence) / 2, degreesOfFreedom: logs.count - 1) * (variance / count).squareRoot()
        let (low, high) = (exp(mean - half), exp(mean + half))
        return low.isFinite && high.isFinite ? low...high : nil
    }

    /// The typical process's figure, which `bounds` is the interval of: the geometric mean; nil for none, or figures without a logarithm.
    public static func typical(_ figures: [Double]) -> Double? {
        guard !figures.isEmpty, figures.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        return exp(figures.reduce(0) { $0 + log($1) } / Double(figures.count))
    }

    /// The spread between processes: the standard deviation of the figures' logarithms; nil for fewer than two.
    public static func spread(_ figures: [Double]) -> Double? {
        guard figures.count > 1, figures.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        let logs = figures.map { log($0) }
        let mean = logs.reduce(0, +) / Double(logs.count)
        return (logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(logs.count - 1)).squareRoot()
    }
}
