import EdgeprofAPI

/// How sure a run's percentiles are, in words.
///
/// Always said of the run's own queries: other processes of the same settings may lie elsewhere, which repetition shows.
enum LatencyWords {
    /// For example `10.1..10.4 ms (95 %), at most 10.6 ms (99 %)`; says why not where nothing can be said.
    static func certainty(_ latency: Run.Latency, percentile: Double = 99) -> String? {
        guard latency.intervals != nil || latency.bounds != nil else { return nil }
        var parts: [String] = []
        if let interval = latency.intervals?.first(where: { $0.percentile == percentile }) {
            parts.append("\(milliseconds(interval.lower))..\(milliseconds(interval.upper)) ms (95 %)")
        }
        if let bound = latency.bounds?.first(where: { $0.percentile == percentile }) {
            parts.append("at most \(milliseconds(bound.upper)) ms (99 %)")
        }
        return parts.isEmpty ? "too few independent queries to say how sure" : parts.joined(separator: ", ")
    }

    /// Which percentiles the queries bound, for example `p90, p95`.
    static func bounded(_ latency: Run.Latency) -> String? {
        guard let bounds = latency.bounds else { return nil }
        return bounds.isEmpty
            ? "no percentile" : bounds.map { "p\(HumanUnits.plain($0.percentile))" }.joined(separator: ", ")
    }

    /// For example `12 of 3200 queries above 15.3 ms`.
    static func outliers(_ latency: Run.Latency) -> String? {
        latency.outliers.map {
            $0.count == 0
                ? "none above \(milliseconds($0.aboveNanoseconds)) ms"
                : "\($0.count) of \(latency.count) queries above \(milliseconds($0.aboveNanoseconds)) ms, kept"
        }
    }

    /// What hangs together, where it makes intervals wider.
    static func dependence(_ latency: Run.Latency) -> String? {
        guard let inflation = latency.intervals?.compactMap(\.inflation).max(), inflation >= 2 else { return nil }
        return "queries hang together: \(HumanUnits.number(inflation)) are worth one independent"
    }

    /// How queries are spread between the fastest and the 99th percentile, as bars; the slowest hundredth would flatten them.
    static func shape(_ latency: Run.Latency) -> String? {
        let pairs = latency.histogram.compactMap { pair -> (value: Double, count: Double)? in
            guard pair.count == 2, pair[0] <= latency.p99 else { return nil }
            return (Double(pair[0]), Double(pair[1]))
        }
        let bars = Sparkline.histogram(pairs)
        guard bars.count > 1 else { return nil }
        return "\(milliseconds(latency.min)) ms \(bars) \(milliseconds(latency.p99)) ms"
    }

    /// Rows of a table of one run's figures: name and value.
    static func rows(_ latency: Run.Latency) -> [[String]] {
        [
            shape(latency).map { ["from least to p99", $0] },
            certainty(latency).map {
                ["p99 of this process", [$0, dependence(latency)].compactMap(\.self).joined(separator: "; ")]
            },
            bounded(latency).map { ["99 % bounds of", $0] },
            outliers(latency).map { ["outliers", $0] },
        ].compactMap(\.self)
    }

    /// A line a run under a table of runs; empty where repetitions say more, and of runs that do not tell.
    static func lines(_ runs: [Run], width: Int) -> String {
        guard Set(runs.map { "\($0.model.sha256) \($0.scenario.rawValue)" }).count == runs.count else { return "" }
        let lines = runs.compactMap { run -> String? in
            guard let latency = run.latencyNanoseconds, let certainty = certainty(latency) else { return nil }
            let name =
                Set(runs.map(\.scenario)).count == 1 ? run.model.name : "\(run.model.name) \(run.scenario.rawValue)"
            let parts = [
                "p99 \(certainty)", bounded(latency).map { "queries bound \($0)" },
                outliers(latency).map { "outliers: \($0)" }, dependence(latency),
            ]
            return "\(name): " + parts.compactMap(\.self).joined(separator: "; ")
        }
        guard !lines.isEmpty else { return "" }
        let caveat = "how sure is said of one process's queries; --repeat shows how processes differ"
        return "\n" + (lines + [caveat]).map { TextLayout.paragraph($0, width: width, indent: 2) }.joined()
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> String { RunTable.milliseconds(nanoseconds) }
}
