import Glibc
import Statistics

/// What one candidate's throughput, latency and memory are multiplied by in each draw.
struct HostDraws {
    private(set) var throughput: [Double]
    private(set) var latency: [Double]
    private(set) var memory: [Double]
    private var normals: [Double]

    /// Variance of the median of so many normal numbers over that of their mean, by count from 1.
    ///
    /// From the densities of order statistics, integrated numerically. A tier's throughput is the median over its hosts, which
    /// a few hosts know less well than their mean (docs/decisions/0010-spread-of-a-median.md).
    static let medianVariance: [Double] = [
        1, 1, 1.346, 1.1928, 1.4342, 1.2885, 1.4731, 1.3455, 1.4949, 1.3833, 1.5088, 1.4102, 1.5184, 1.4304, 1.5254,
        1.4461, 1.5308, 1.4586, 1.535,
    ]

    /// Makes room for so many draws, all of them 1.
    init(count: Int) {
        throughput = [Double](repeating: 1, count: count)
        latency = throughput
        memory = throughput
        normals = [Double](repeating: 0, count: 4 * count)
    }

    /// Every draw is the point estimate: nothing is known of the hosts.
    mutating func setConstant() {
        for draw in throughput.indices { (throughput[draw], latency[draw], memory[draw]) = (1, 1, 1) }
    }

    /// Draws from a multivariate t, scaled by 1/√hosts; throughput by what a median has more.
    ///
    /// The median's surplus is independent of all means (Basu's theorem), so it is drawn apart and correlations stay as they are.
    ///
    /// - Parameters:
    ///   - factor: The covariance factor of one host.
    ///   - hosts: Number of hosts averaged over.
    ///   - scales: The t's factor in each draw, shared by all candidates because they share the covariance.
    ///   - random: The candidate's own stream.
    mutating func setStudent(factor: CholeskyFactor, hosts: Int, scales: [Double], random: inout RandomSource) {
        normals.withUnsafeMutableBufferPointer { random.fillWithNormals($0) }
        let shrink = 1 / Double(max(1, hosts)).squareRoot()
        let (t, lt, l) = (factor[0, 0] * shrink, factor[1, 0] * shrink, factor[1, 1] * shrink)
        let (mt, ml, m) = (factor[2, 0] * shrink, factor[2, 1] * shrink, factor[2, 2] * shrink)
        let excess = Self.medianVariance[min(max(1, hosts), Self.medianVariance.count) - 1] - 1
        let surplus = t * max(0, excess).squareRoot()
        for draw in scales.indices {
            let (x, y, z, w) = (normals[4 * draw], normals[4 * draw + 1], normals[4 * draw + 2], normals[4 * draw + 3])
            let scale = scales[draw]
            throughput[draw] = Self.factor(scale * (t * x + surplus * w))
            latency[draw] = Self.factor(scale * (lt * x + l * y))
            memory[draw] = Self.factor(scale * (mt * x + ml * y + m * z))
        }
    }

    /// Draws hosts and aggregates them as the point estimate does.
    ///
    /// - Parameters:
    ///   - hosts: The hosts, at least one.
    ///   - resampling: Of so many hosts: all candidates of a tier meet the same hosts.
    mutating func setResampled(_ hosts: [HostFigures], _ resampling: Resampling) {
        let middle = Quantiles.median(hosts.map(\.throughput)) ?? 1
        let mean = hosts.reduce(0) { $0 + $1.latency } / Double(hosts.count)
        let most = hosts.map(\.memory).max() ?? 1
        latency = resampling.sums(of: hosts.map { $0.latency / mean / Double(hosts.count) })

        let largestFirst = hosts.indices.sorted { hosts[$0].memory > hosts[$1].memory }
        let peaks = largestFirst.map { hosts[$0].memory / most }
        memory = resampling.places(ofRank: 0, in: largestFirst).map { peaks[Int($0)] }

        let slowestFirst = hosts.indices.sorted { hosts[$0].throughput < hosts[$1].throughput }
        let rates = slowestFirst.map { hosts[$0].throughput / middle / 2 }
        let lower = resampling.places(ofRank: (hosts.count - 1) / 2, in: slowestFirst)
        let upper = hosts.count % 2 == 1 ? lower : resampling.places(ofRank: hosts.count / 2, in: slowestFirst)
        throughput = zip(lower, upper).map { rates[Int($0)] + rates[Int($1)] }
    }

    /// The exponential, kept within what arithmetic can bear: a t of one degree of freedom has no bounds.
    @inline(__always)
    private static func factor(_ logarithm: Double) -> Double { exp(max(-40, min(40, logarithm))) }
}
