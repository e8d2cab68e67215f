import CollectorStore
import Comparison
import EdgeprofAPI
import Statistics

extension Rollup {
    /// Medians of its runs; none where something disturbed them.
    var points: [RunSeries.Point] {
        guard !key.isDisturbed else { return [] }
        return latest.compactMap { summary in
            // Thinned histograms keep the median exactly.
            guard let histogram = try? LatencyHistogram(pairs: summary.histogram), let median = histogram.quantile(0.5)
            else { return nil }
            return RunSeries.Point(runId: summary.runId, medianMilliseconds: Double(median) / 1e6)
        }
    }
}

extension RunSeries {
    /// The series of all rollups: steady runs and bursts are of one.
    static func all(in digests: some Sequence<RollupDigest>) -> [RunSeries] {
        var series: [Key: [Point]] = [:]
        for digest in digests where !digest.points.isEmpty { series[Key(digest.key), default: []] += digest.points }
        return series.map { key, points in
            RunSeries(
                model: key.rollup.model,
                hostId: key.rollup.hostId,
                hostname: key.rollup.hostname,
                settings: key.settings,
                points: points
            )
        }
    }

    private struct Key: Hashable {
        let rollup: Rollup.Key

        init(_ key: Rollup.Key) {
            var key = key
            key.isBurst = false
            rollup = key
        }

        var settings: String {
            let settings = TierMeasurement.Settings(
                threads: rollup.threads,
                instances: rollup.instances,
                isa: rollup.isa,
                plan: rollup.plan.rawValue
            )
            return settings.description + ", " + rollup.scenario.rawValue
        }
    }
}
