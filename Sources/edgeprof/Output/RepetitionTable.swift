import EdgeprofAPI
import Statistics

/// What several processes say together: the process is what is repeated (docs/decisions/0006).
struct Repetitions: Encodable {
    /// One percentile over processes, nanoseconds.
    struct Percentile: Encodable {
        /// The middle process's figure.
        var median: Double
        /// The typical process's figure: the geometric mean.
        var typical: Double
        /// 95 % for `typical`, Student's t on logarithms.
        var interval: NullOr<[Double]>
        /// Standard deviation of the logarithms: 0.01 is one percent.
        var spread: NullOr<Double>

        fileprivate init?(_ figures: [Double]) {
            guard let median = Quantiles.median(figures), let typical = ProcessInterval.typical(figures) else {
                return nil
            }
            (self.median, self.typical) = (median, typical)
            interval = NullOr(ProcessInterval.bounds(figures).map { [$0.lowerBound, $0.upperBound] })
            spread = NullOr(ProcessInterval.spread(figures))
        }
    }

    /// The model.
    var model: String
    /// How queries arrived.
    var scenario: String
    /// Runs that count: measured, and undisturbed where any was.
    var processes: Int
    /// Runs left out as disturbed.
    var disturbed: Int
    var p50, p90, p99: Percentile

    /// Groups runs by model and scenario; models run once have no repetitions.
    static func of(_ runs: [Run]) -> [Repetitions] {
        var groups: [(key: String, runs: [Run])] = []
        for run in runs where run.outcome == .ok {
            let key = "\(run.model.sha256) \(run.scenario.rawValue)"
            if let index = groups.firstIndex(where: { $0.key == key }) {
                groups[index].runs.append(run)
            } else {
                groups.append((key, [run]))
            }
        }
        return groups.compactMap { Repetitions($0.runs) }
    }

    private init?(_ runs: [Run]) {
        guard runs.count > 1 else { return nil }
        let clean = runs.filter { !$0.flags.contains(where: \.isDisturbance) }
        let counted = clean.isEmpty ? runs : clean
        let latencies = counted.compactMap(\.latencyNanoseconds)
        guard let p50 = Percentile(latencies.map { Double($0.p50) }),
            let p90 = Percentile(latencies.map { Double($0.p90) }),
            let p99 = Percentile(latencies.map { Double($0.p99) })
        else { return nil }
        model = runs[0].model.name
        scenario = runs[0].scenario.rawValue
        processes = counted.count
        disturbed = runs.count - counted.count
        (self.p50, self.p90, self.p99) = (p50, p90, p99)
    }
}

/// Repetitions in words under the table of runs.
enum RepetitionTable {
    /// A line a model; empty without repetitions.
    static func text(_ runs: [Run]) -> String {
        let repetitions = Repetitions.of(runs)
        guard !repetitions.isEmpty else { return "" }
        let table = Table(
            columns: [
                .text("over processes"), .number("runs"), .number("p50 ms"), .number("95 %"), .number("spread"),
                .number("p99 ms"), .number("95 %"),
            ],
            rows: repetitions.map {
                [
                    $0.model, String($0.processes), milliseconds($0.p50.typical), interval($0.p50),
                    $0.p50.spread.value.map { HumanUnits.number(100 * $0) + " %" } ?? "-",
                    milliseconds($0.p99.typical), interval($0.p99),
                ]
            }
        )
        let disturbed = repetitions.reduce(0) { $0 + $1.disturbed }
        let note = disturbed == 0 ? "" : "\(disturbed) disturbed run\(disturbed == 1 ? "" : "s") left out\n"
        return "\n" + table.rendered(as: .table) + note
    }

    private static func milliseconds(_ nanoseconds: Double) -> String { HumanUnits.number(nanoseconds / 1e6) }

    private static func interval(_ percentile: Repetitions.Percentile) -> String {
        guard let bounds = percentile.interval.value, bounds.count == 2 else { return "-" }
        return "\(milliseconds(bounds[0]))..\(milliseconds(bounds[1]))"
    }
}
