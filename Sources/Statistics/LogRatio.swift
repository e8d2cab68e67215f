import Glibc

/// How much a positive figure changed between two sets of processes, measured on the same hosts.
///
/// Welch's test (Biometrika 34, 1947, 28-35, with Satterthwaite's degrees of freedom, rounded down) on logarithms, whose
/// difference is a ratio: the two sides may spread differently, which a change of a program often brings about. With more
/// than one host, each host is its own control: the effect is the mean over hosts of the difference of a host's two means,
/// and the spread of each side is pooled over hosts about the hosts' own means. With one host this is Welch's test itself.
/// What is inferred is of these hosts, each counting alike.
public struct LogRatio: Sendable, Equatable {
    /// The figures of one host, one a process.
    public struct Host: Sendable, Equatable {
        /// Of the first side, the base.
        public var base: [Double]
        /// Of the second side.
        public var other: [Double]

        /// Makes a host's figures.
        public init(base: [Double], other: [Double]) {
            self.base = base
            self.other = other
        }
    }

    /// Second side over first: the geometric means' ratio.
    public var ratio: Double
    /// Where the ratio lies with the confidence asked for.
    public var interval: ClosedRange<Double>
    /// How probable a difference at least as large is where there is none.
    public var pValue: Double

    /// Compares; nil where a side has no process more than it has hosts, and for figures without a logarithm.
    ///
    /// - Parameters:
    ///   - hosts: At least one figure of each side on each; all positive and finite.
    ///   - resolution: Width of a figure's rounding, as a share of it: processes are not taken to agree better than that.
    ///   - confidence: Above 0 and below 1.
    public init?(_ hosts: [Host], resolution: Double = 0, confidence: Double = 0.95) {
        guard let base = LogMean(hosts.map(\.base), resolution: resolution),
            let other = LogMean(hosts.map(\.other), resolution: resolution),
            0 < confidence, confidence < 1
        else { return nil }
        let difference = other.mean - base.mean
        let (first, second) = (base.squaredError, other.squaredError)
        let sum = first + second
        let error = sum.squareRoot()
        let freedom =
            sum > 0
            ? sum * sum
                / (first * first / Double(base.degreesOfFreedom) + second * second / Double(other.degreesOfFreedom))
            : Double(base.degreesOfFreedom + other.degreesOfFreedom)
        guard freedom.isFinite, freedom < 1e9 else { return nil }
        // Welch's value never lies below the smaller side's; rounding must not bring it there.
        let degrees = max(1, min(base.degreesOfFreedom, other.degreesOfFreedom), Int(freedom))
        let half = StudentT.quantile((1 + confidence) / 2, degreesOfFreedom: degrees) * error
        let (low, high) = (exp(difference - half), exp(difference + half))
        guard low.isFinite, high.isFinite else { return nil }
        ratio = exp(difference)
        interval = low...high
        let chance = error > 0 ? 1 - StudentT.centralProbability(abs(difference) / error, degreesOfFreedom: degrees) : 0
        pValue = difference == 0 ? 1 : max(0, chance)
    }
}

/// The mean over hosts of the mean logarithm of a figure, and how well it is known.
struct LogMean: Equatable {
    /// The mean of the hosts' means.
    var mean: Double
    /// Its squared standard error.
    var squaredError: Double
    /// Processes less hosts, at least 1.
    var degreesOfFreedom: Int

    init?(_ hosts: [[Double]], resolution: Double) {
        let figures = hosts.joined()
        let freedom = figures.count - hosts.count
        guard freedom > 0, hosts.allSatisfy({ !$0.isEmpty }), figures.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            return nil
        }
        var sum = 0.0
        var squares = 0.0
        var reciprocals = 0.0
        for host in hosts {
            let logs = host.map { log($0) }
            let mean = logs.reduce(0, +) / Double(logs.count)
            squares += logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            sum += mean
            reciprocals += 1 / Double(logs.count)
        }
        let count = Double(hosts.count)
        // A figure rounded to bins of width w is uncertain by w/√12 at least (Sheppard).
        let variance = max(squares / Double(freedom), resolution * resolution / 12)
        mean = sum / count
        squaredError = variance * reciprocals / (count * count)
        degreesOfFreedom = freedom
    }

    /// The geometric mean over hosts, and its interval.
    func figure(confidence: Double) -> (value: Double, interval: ClosedRange<Double>)? {
        let half =
            StudentT.quantile((1 + confidence) / 2, degreesOfFreedom: degreesOfFreedom) * squaredError.squareRoot()
        let (low, high) = (exp(mean - half), exp(mean + half))
        return low.isFinite && high.isFinite && low > 0 ? (exp(mean), low...high) : nil
    }
}

extension ProcessInterval {
    /// The typical figure over hosts that count alike, and its interval: `bounds` where there is one host.
    ///
    /// - Parameters:
    ///   - hosts: The figures of each host, one a process, all positive and finite.
    ///   - resolution: Width of a figure's rounding, as a share of it.
    ///   - confidence: Above 0 and below 1.
    /// - Returns: The figure; nil where no host has two processes, one has none, or a figure has no logarithm.
    public static func typical(
        ofHosts hosts: [[Double]],
        resolution: Double = 0,
        confidence: Double = 0.95
    ) -> (value: Double, interval: ClosedRange<Double>)? {
        guard 0 < confidence, confidence < 1 else { return nil }
        return LogMean(hosts, resolution: resolution)?.figure(confidence: confidence)
    }
}
