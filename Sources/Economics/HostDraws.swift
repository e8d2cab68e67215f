import Glibc
import Statistics

/// What one candidate's throughput, latency and memory are multiplied by in each draw.
struct HostDraws {
    private(set) var throughput: [Double]
    private(set) var latency: [Double]
    private(set) var memory: [Double]
    private var normals: [Double]

    /// Makes room for so many draws, all of them 1.
    init(count: Int) {
        throughput = [Double](repeating: 1, count: count)
        latency = throughput
        memory = throughput
        normals = [Double](repeating: 0, count: 3 * count)
    }

    /// Every draw is the point estimate: nothing is known of the hosts.
    mutating func setConstant() {
        for draw in throughput.indices { (throughput[draw], latency[draw], memory[draw]) = (1, 1, 1) }
    }

    /// Draws from a multivariate t, scaled by 1/√hosts.
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
        for draw in scales.indices {
            let (x, y, z) = (normals[3 * draw], normals[3 * draw + 1], normals[3 * draw + 2])
            let scale = scales[draw]
            throughput[draw] = Self.factor(scale * t * x)
            latency[draw] = Self.factor(scale * (lt * x + l * y))
            memory[draw] = Self.factor(scale * (mt * x + ml * y + m * z))
        }
    }

    /// Draws as many hosts as there are, with replacement, and aggregates them as the point estimate does.
    ///
    /// - Parameters:
    ///   - hosts: The hosts, at least one.
    ///   - random: A stream that all candidates of the tier start alike, so that they meet the same hosts.
    mutating func setResampled(_ hosts: [HostFigures], random: inout RandomSource) {
        let count = hosts.count
        let byThroughput = hosts.indices.sorted { hosts[$0].throughput < hosts[$1].throughput }
        let middle = Quantiles.median(hosts.map(\.throughput)) ?? 1
        let mean = hosts.reduce(0) { $0 + $1.latency } / Double(count)
        let most = hosts.map(\.memory).max() ?? 1
        var seen = [Int](repeating: 0, count: count)
        for draw in throughput.indices {
            for index in seen.indices { seen[index] = 0 }
            for _ in 0..<count { seen[min(count - 1, Int(random.uniform() * Double(count)))] += 1 }
            var latencySum = 0.0
            var memoryMost = 0.0
            for (index, times) in seen.enumerated() where times > 0 {
                latencySum += Double(times) * hosts[index].latency
                memoryMost = max(memoryMost, hosts[index].memory)
            }
            throughput[draw] = Self.median(hosts, order: byThroughput, times: seen) / middle
            latency[draw] = latencySum / Double(count) / mean
            memory[draw] = memoryMost / most
        }
    }

    private static func median(_ hosts: [HostFigures], order: [Int], times: [Int]) -> Double {
        let lowerRank = (order.count - 1) / 2
        let upperRank = order.count / 2
        var passed = 0
        var lower: Double?
        for index in order {
            passed += times[index]
            if lower == nil, passed > lowerRank { lower = hosts[index].throughput }
            if let lower, passed > upperRank { return (lower + hosts[index].throughput) / 2 }
        }
        return lower ?? 1
    }

    /// The exponential, kept within what arithmetic can bear: a t of one degree of freedom has no bounds.
    @inline(__always)
    private static func factor(_ logarithm: Double) -> Double { exp(max(-40, min(40, logarithm))) }
}
