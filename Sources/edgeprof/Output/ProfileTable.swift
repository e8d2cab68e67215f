import EdgeprofAPI

/// Local runs as a table: what was measured, and below it what a reader has to know.
enum ProfileTable {
    /// One line a run; the settings, which all share, go into CSV and Markdown and, for people, below the table.
    static func table(_ runs: [Run], showsSettings: Bool) -> Table {
        let fields: [Table.Field<Run>] = [
            (.text("model"), false, { $0.model.name }),
            (.text("scenario"), Set(runs.map(\.scenario)).count == 1, { $0.scenario.rawValue }),
            (.text("isa"), true, { $0.isa }),
            (.text("plan"), true, { $0.plan.rawValue }),
            (.number("instances"), true, { String($0.instances) }),
            (.number("threads"), true, { String($0.threads) }),
            (.number("p50 ms"), false, { RunTable.milliseconds($0.latencyNanoseconds?.p50) }),
            (.number("p90 ms"), false, { RunTable.milliseconds($0.latencyNanoseconds?.p90) }),
            (.number("p99 ms"), false, { RunTable.milliseconds($0.latencyNanoseconds?.p99) }),
            (.number("per s"), false, RunTable.throughput),
            (.number("RSS MiB"), false, RunTable.peakRssMib),
            (.number("roofline"), false, RunTable.rooflineShare),
            (.number("mJ"), true, { EnergyText.millijoules($0.joulesPerQuery) }),
            (.number("mJ above idle"), true, { EnergyText.millijoules($0.joulesPerQueryAboveIdle) }),
            (.text("bound"), true, { $0.roofline?.boundBy?.rawValue ?? "-" }),
            (.number("queries"), false, { $0.latencyNanoseconds.map { String($0.count) } ?? $0.outcome.rawValue }),
        ]
        return Table(runs, fields: fields, showsOptional: showsSettings)
    }

    /// The settings in words.
    static func settings(_ run: Run) -> String {
        let count = { (count: Int, unit: String) in "\(count) \(unit)\(count == 1 ? "" : "s")" }
        let rate = run.ratePerSecond.map { " at \(HumanUnits.number($0)) queries a second" } ?? ""
        return
            "\(run.scenario.rawValue)\(rate), \(count(run.instances, "instance")) x \(count(run.threads, "thread")), "
            + "\(run.isa), \(run.plan.rawValue) plan\n"
    }

    /// The time of backbone and head in words, empty for a network without a head.
    static func sections(_ run: Run) -> String {
        let layers = run.layers ?? []
        let total = layers.reduce(0) { $0 + Double($1.nanoseconds) }
        return LayerSectionJSON.sections(of: layers).map { section in
            "\(section.name.rawValue): \(HumanUnits.nanoseconds(Double(section.nanoseconds))) "
                + "(\(percentage(Double(section.nanoseconds), of: total))), "
                + "\(HumanUnits.count(Double(section.macs))) MACs, "
                + "\(HumanUnits.bytes(UInt64(section.memoryAccessBytes))) read and written\n"
        }.joined()
    }

    /// How a run failed, in one line.
    static func failure(_ run: Run) -> String {
        "\(run.model.name): \(run.outcome.rawValue): \(run.outcomeReason ?? "no reason given")"
    }

    /// Failures, flags and what could not be counted, each said once.
    static func notes(_ runs: [Run], width: Int) -> String {
        var lines = runs.filter { $0.outcome != .ok }.map(failure)
        lines += Flag.allCases.compactMap { flag in
            let all = runs.filter { $0.flags.contains(flag) }.map(\.model.name)
            let models = all.enumerated().filter { all.firstIndex(of: $1) == $0 }.map(\.element)
            return models.isEmpty ? nil : "\(flag.rawValue): \(models.joined(separator: ", "))"
        }
        lines += MemoryRows.notes(runs)
        lines += ServiceWords.notes(runs)
        for reason in Set(runs.compactMap { $0.roofline?.reason }).sorted() {
            let models = runs.filter { $0.roofline?.reason == reason }.map(\.model.name)
            lines.append("no roofline (\(reason)): \(models.joined(separator: ", "))")
        }
        lines += EnergyText.notes(runs)
        let missing = runs.first?.counters.filter { $0.availability != .ok } ?? []
        for reason in Set(missing.compactMap(\.reason)).sorted() {
            let names = missing.filter { $0.reason == reason }.map(\.name)
            lines.append("not counted (\(reason)): \(names.joined(separator: ", "))")
        }
        guard !lines.isEmpty else { return "" }
        return "\n" + lines.map { TextLayout.paragraph($0, width: width, first: "- ", indent: 2) }.joined()
    }
}
