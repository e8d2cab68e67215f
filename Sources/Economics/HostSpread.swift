import EdgeprofAPI
import Glibc
import Statistics

/// Throughput, latency and memory of one host in one configuration.
struct HostFigures: Equatable {
    var throughput: Double
    var latency: Double
    var memory: Double

    /// Combines a host's runs: median throughput, latency of the merged histogram (else the mean of its runs), most memory.
    init?(_ host: TierMeasurement.Host, percentile: Double) {
        guard let throughput = Quantiles.median(host.runs.map(\.throughputPerSecond)),
            let memory = host.runs.map(\.peakRssMib).max()
        else { return nil }
        let latencies = host.runs.compactMap {
            TierMeasurement.Latency(p50: $0.p50, p90: $0.p90, p99: $0.p99).at(percentile: percentile)
        }
        guard latencies.count == host.runs.count else { return nil }
        self.throughput = throughput
        self.memory = memory
        latency =
            host.latencyMilliseconds?.at(percentile: percentile)
            ?? latencies.reduce(0, +) / Double(latencies.count)
    }

    var logs: [Double] { [log(throughput), log(latency), log(memory)] }
}

/// The spread between hosts, pooled over all tiers and models.
struct HostSpread {
    /// The spread assumed of each quantity where no configuration was measured on two hosts.
    static let assumedSd = 0.1
    /// From so many hosts on, hosts are resampled instead of modelled.
    static let resampledHosts = 20

    /// Degrees of freedom; 0 where the spread is assumed.
    let degreesOfFreedom: Int
    /// Factor of the covariance of the logarithms of throughput, latency and memory of one host.
    let factor: CholeskyFactor

    /// Pools the covariance of the hosts' logarithms about the mean of their own model, tier and settings.
    ///
    /// Settings of one model and tier share their hosts, so they count once among the degrees of freedom.
    init(_ candidates: [Candidate], percentile: Double) {
        var products = [[Double]](repeating: [0, 0, 0], count: 3)
        var replicates = 0
        var freedom: [[String]: Int] = [:]
        for candidate in candidates {
            let logs = candidate.hosts(percentile: percentile).map(\.logs)
            guard logs.count > 1 else { continue }
            let means = (0..<3).map { column in logs.reduce(0) { $0 + $1[column] } / Double(logs.count) }
            for row in logs {
                for i in 0..<3 {
                    for j in 0..<3 { products[i][j] += (row[i] - means[i]) * (row[j] - means[j]) }
                }
            }
            replicates += logs.count - 1
            freedom[[candidate.model, candidate.tier.id], default: 0] = max(
                freedom[[candidate.model, candidate.tier.id], default: 0],
                logs.count - 1
            )
        }
        degreesOfFreedom = freedom.values.reduce(0, +)
        guard replicates > 0 else {
            let variance = Self.assumedSd * Self.assumedSd
            factor = CholeskyFactor([[variance, 0, 0], [0, variance, 0], [0, 0, variance]])
            return
        }
        factor = CholeskyFactor(products.map { row in row.map { $0 / Double(replicates) } })
    }
}

extension Candidate {
    /// The figures of the hosts it was measured on, by id.
    func hosts(percentile: Double) -> [HostFigures] {
        measurement.hosts.sorted { $0.id < $1.id }.compactMap { HostFigures($0, percentile: percentile) }
    }
}
