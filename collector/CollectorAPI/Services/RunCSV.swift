import EdgeprofAPI

/// Runs as lines of RFC 4180: what a run says but layers and histograms.
///
/// Every number is in the unit its column names, an absent one is empty. Texts that a spreadsheet would take for a formula,
/// those that begin with `=`, `+`, `-`, `@`, a tab or a carriage return, stand behind an apostrophe (OWASP, "CSV Injection").
enum RunCSV {
    /// A value of a line.
    private enum Value {
        case text(String?)
        case integer(UInt64?)
        case number(Double?)
    }

    /// Counters that have columns, scaled for the time they counted.
    private static let counters = [
        "instructions", "cycles", "branch-misses", "L1-dcache-load-misses", "LLC-load-misses", "dTLB-load-misses",
        "context-switches", "page-faults",
    ]

    private typealias Column = (name: String, value: @Sendable (CollectedRun) -> Value)

    /// Columns are only ever added, at the end.
    private static let columns: [Column] =
        identity + settings + latency + memory + rest + counters.map(counter)

    private static let identity: [Column] = [
        ("id", { .text($0.run.id) }),
        ("startedAt", { .text($0.run.startedAt.description) }),
        ("receivedAt", { .text($0.receivedAt?.description) }),
        ("clockOffsetSeconds", { .number($0.clockOffsetSeconds) }),
        ("agentId", { .text($0.run.agentId) }),
        ("jobId", { .text($0.run.jobId) }),
        ("assignmentId", { .text($0.run.assignmentId) }),
        ("hostname", { .text($0.run.host.hostname) }),
        ("cpuModel", { .text($0.run.host.cpuModel) }),
        ("board", { .text($0.run.host.board) }),
        ("hostMemoryBytes", { .integer($0.run.host.effectiveMemoryBytes) }),
        ("outcome", { .text($0.run.outcome.rawValue) }),
        ("outcomeReason", { .text($0.run.outcomeReason) }),
    ]

    private static let settings: [Column] = [
        ("model", { .text($0.run.model.name) }),
        ("sha256", { .text($0.run.model.sha256) }),
        ("family", { .text($0.run.model.family) }),
        ("threads", { .number(Double($0.run.threads)) }),
        ("instances", { .number(Double($0.run.instances)) }),
        ("isa", { .text($0.run.isa) }),
        ("plan", { .text($0.run.plan.rawValue) }),
        ("scenario", { .text($0.run.scenario.rawValue) }),
        ("ratePerSecond", { .number($0.run.ratePerSecond) }),
    ]

    private static let latency: [Column] = [
        ("queries", { .integer($0.run.latencyNanoseconds?.count) }),
        ("latencyP50Nanoseconds", { .integer($0.run.latencyNanoseconds?.p50) }),
        ("latencyP90Nanoseconds", { .integer($0.run.latencyNanoseconds?.p90) }),
        ("latencyP99Nanoseconds", { .integer($0.run.latencyNanoseconds?.p99) }),
        ("latencyMinNanoseconds", { .integer($0.run.latencyNanoseconds?.min) }),
        ("latencyMaxNanoseconds", { .integer($0.run.latencyNanoseconds?.max) }),
        ("latencyMeanNanoseconds", { .number($0.run.latencyNanoseconds?.mean) }),
        ("throughputPerSecond", { .number($0.run.throughputPerSecond) }),
    ]

    private static let memory: [Column] = [
        ("peakRssBytes", { .integer($0.run.memory?.peakRssBytes) }),
        ("loadPeakRssBytes", { .integer($0.run.memory?.loadPeakRssBytes) }),
        ("arenaBytes", { .integer($0.run.memory?.arenaBytes) }),
        ("weightBytes", { .integer($0.run.memory?.weightBytes) }),
    ]

    private static let rest: [Column] = [
        ("joulesPerQueryAboveIdle", { .number($0.run.joulesPerQueryAboveIdle) }),
        ("energyDomain", { .text($0.run.energy?.domain) }),
        ("rooflineShare", { .number($0.run.roofline?.share) }),
        ("rooflineBoundBy", { .text($0.run.roofline?.boundBy?.rawValue) }),
        ("flags", { .text($0.run.flags.map(\.rawValue).joined(separator: " ")) }),
        ("producer", { .text($0.run.producer) }),
    ]

    private static func counter(_ name: String) -> Column {
        ("counter:\(name)", { run in .number(run.run.counters.first { $0.name == name }?.value) })
    }

    /// Names of the columns.
    static var names: [String] { columns.map(\.name) }

    /// The first line.
    static var header: String { names.map(field).joined(separator: ",") + "\r\n" }

    /// A run's line.
    static func line(_ run: CollectedRun) -> String {
        columns.map { column in
            switch column.value(run) {
            case .text(let text): text.map(field) ?? ""
            case .integer(let number): number.map { String($0) } ?? ""
            case .number(let number): number.map(Self.number) ?? ""
            }
        }.joined(separator: ",") + "\r\n"
    }

    /// A text as a field.
    static func field(_ text: String) -> String {
        let formula = "=+-@\t\r".utf8
        let safe = text.utf8.first.map(formula.contains) == true ? "'" + text : text
        let special = ",\"\r\n".utf8
        let hasSpaceAtEnd = safe.utf8.first == UInt8(ascii: " ") || safe.utf8.last == UInt8(ascii: " ")
        guard hasSpaceAtEnd || safe.utf8.contains(where: special.contains) else { return safe }
        var quoted = "\""
        for scalar in safe.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// The shortest text that reads back as the same number, whole ones without a point.
    private static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return "\(value)"
    }
}
