import EdgeprofAPI

/// Runs as `runs list` prints them.
struct CollectedRunListJSON: Encodable {
    private let runs: [CollectedRunJSON]

    /// Wraps runs.
    init(_ runs: [CollectedRun]) { self.runs = runs.map(CollectedRunJSON.init) }
}

/// A run with every documented name in it, and the collector's times.
struct CollectedRunJSON: Encodable {
    private let run: CollectedRun

    private enum Key: CodingKey {
        case receivedAt, clockOffsetSeconds
    }

    /// Wraps a run.
    init(_ run: CollectedRun) { self.run = run }

    func encode(to encoder: any Encoder) throws {
        try RunJSON(run.run).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(NullOr(run.receivedAt), forKey: .receivedAt)
        try container.encode(NullOr(run.clockOffsetSeconds), forKey: .clockOffsetSeconds)
    }
}

extension RunTable {
    /// Everything a run says, and the collector's times, as names and values.
    static func details(_ collected: CollectedRun) -> Table {
        var table = details(collected.run)
        guard let receivedAt = collected.receivedAt else { return table }
        let clock = collected.clockOffsetSeconds.map { "; the box's clock: \(AgentDescription.clock($0))" }
        let place = (table.rows.firstIndex { $0.first == "started" } ?? table.rows.count - 1) + 1
        table.rows.insert(["received", receivedAt.shortDescription + (clock ?? "")], at: min(place, table.rows.count))
        return table
    }
}
