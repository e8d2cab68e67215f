import EdgeprofAPI
import Measurement

/// What a search for instances x threads found, for people.
enum SearchTable {
    /// The outcome in a sentence or two.
    static func conclusion(_ result: ServingResult, withinMilliseconds limit: Double?) -> String {
        let bound = limit.map { " within \(HumanUnits.number($0)) ms" } ?? ""
        guard let chosen = result.chosen else {
            guard let nearest = result.candidates.first(where: { $0.p99Nanoseconds != nil }) else {
                return "Nothing ran."
            }
            return
                "Nothing answers\(bound): \(nearest.shape.words) comes nearest, with p99 \(milliseconds(nearest.p99Nanoseconds)) ms."
        }
        let rate = chosen.throughputPerSecond ?? 0
        let figures = "\(HumanUnits.number(rate))/s at p99 \(milliseconds(chosen.p99Nanoseconds)) ms"
        let subject = "\(chosen.shape.words) serves most\(bound): \(figures)"
        guard result.ties.isEmpty else {
            let others = result.ties.map { "\($0.shape.words) (\(HumanUnits.number($0.throughputPerSecond ?? 0))/s)" }
            return
                "\(subject). Throughput does not tell it from \(others.joined(separator: " and ")); its p99 is the lowest."
        }
        // A second one beyond the bound is no choice.
        let others = result.candidates.filter { $0.shape != chosen.shape && $0.isFinalist }
        let next = others.filter { candidate in
            guard let limit, let p99 = candidate.p99Nanoseconds else { return limit == nil }
            return p99 <= limit * 1e6
        }.max { ($0.throughputPerSecond ?? 0) < ($1.throughputPerSecond ?? 0) }
        guard let next, let second = next.throughputPerSecond, rate > 0 else { return subject + "." }
        return "\(subject); \(next.shape.words) is \(HumanUnits.number(100 * max(0, 1 - second / rate))) % behind."
    }

    /// One line a shape, best first.
    static func table(_ result: ServingResult) -> Table {
        Table(
            columns: [
                .text("k x t"), .number("per s"), .number("95 %"), .number("p50 ms"), .number("p99 ms"),
                .number("RSS MiB"),
                .number("runs"), .number("each"), .text(""),
            ],
            rows: result.candidates.map { candidate in
                [
                    candidate.shape.words, candidate.throughputPerSecond.map(HumanUnits.number) ?? "-",
                    candidate.throughputInterval.map {
                        "\(HumanUnits.number($0.lowerBound))..\(HumanUnits.number($0.upperBound))"
                    } ?? "-",
                    milliseconds(candidate.p50Nanoseconds), milliseconds(candidate.p99Nanoseconds),
                    candidate.peakRssBytes.map { HumanUnits.number(Double($0) / 1_048_576) } ?? "-",
                    String(candidate.runs), "\(HumanUnits.number(candidate.seconds)) s", remark(candidate, result),
                ]
            }
        )
    }

    /// What all runs share, in words.
    static func settings(_ run: Run) -> String {
        "\(run.model.name), offline, \(run.isa), \(run.plan.rawValue) plan; k instances x t threads\n"
    }

    /// Disturbances and failures.
    static func notes(_ runs: [Run], _ result: ServingResult, width: Int) -> String {
        var lines = ["p50, p99 are medians over runs; the 95 % interval is over processes"]
        let leftOut = result.candidates.reduce(0) { $0 + $1.disturbed }
        if leftOut > 0 { lines.append("disturbed, left out: \(leftOut) of the runs that decided") }
        let disturbed = runs.filter { $0.flags.contains(where: \.isDisturbance) }.count
        if disturbed > leftOut {
            lines.append("\(disturbed) of \(runs.count) runs were disturbed: repeat this on a quiet box")
        }
        for run in runs where run.outcome != .ok {
            lines.append("\(run.instances) x \(run.threads): " + ProfileTable.failure(run))
        }
        return "\n" + lines.map { TextLayout.paragraph($0, width: width, first: "- ", indent: 2) }.joined()
    }

    private static func remark(_ candidate: ServingCandidate, _ result: ServingResult) -> String {
        if candidate.shape == result.chosen?.shape { return "chosen" }
        if result.ties.contains(where: { $0.shape == candidate.shape }) { return "tie" }
        return candidate.throughputPerSecond == nil ? "failed" : ""
    }

    private static func milliseconds(_ nanoseconds: Double?) -> String {
        nanoseconds.map { HumanUnits.number($0 / 1e6) } ?? "-"
    }
}
