import EdgeprofAPI

/// Runs as tables: one line each, or one run in full.
enum RunTable {
    /// One line a run; a narrow terminal gets fewer columns.
    static func table(_ runs: [Run], width: Int = Terminal.width) -> Table {
        let fields: [Table.Field<Run>] = [
            (.text("run"), false, { $0.id }),
            (.text("model"), false, { $0.model.name }),
            (.text("isa"), true, { $0.isa }),
            (.text("scenario"), true, { $0.scenario.rawValue }),
            (.number("k x t"), true, { "\($0.instances) x \($0.threads)" }),
            (.number("p50 ms"), false, { milliseconds($0.latencyNanoseconds?.p50) }),
            (.number("p99 ms"), true, { milliseconds($0.latencyNanoseconds?.p99) }),
            (.number("per s"), true, throughput),
            (.number("RSS MiB"), true, peakRssMib),
            (.number("roofline"), true, rooflineShare),
            (.text("outcome"), false, { $0.outcome.rawValue }),
            (.text("flags"), true, { $0.flags.map(\.rawValue).joined(separator: " ") }),
        ]
        return Table(runs, fields: fields, showsOptional: width >= 120)
    }

    /// Everything a run says, as names and values.
    static func details(_ run: Run) -> Table {
        var rows: [[String]] = [
            ["run", run.id], ["model", run.model.name], ["sha256", run.model.sha256],
            ["started", run.startedAt.shortDescription], ["outcome", run.outcome.rawValue],
        ]
        if let reason = run.outcomeReason { rows.append(["reason", reason]) }
        rows += [
            ["host", "\(run.host.hostname), \(run.host.cpuModel), \(HumanUnits.bytes(run.host.memoryBytes))"],
            [
                "settings",
                "\(run.scenario.rawValue), \(run.instances) x \(run.threads) threads, \(run.isa), \(run.plan.rawValue) plan",
            ],
        ]
        if let latency = run.latencyNanoseconds {
            rows.append([
                "latency ms",
                "p50 \(milliseconds(latency.p50)), p90 \(milliseconds(latency.p90)), p99 \(milliseconds(latency.p99)), "
                    + "min \(milliseconds(latency.min)), max \(milliseconds(latency.max)), \(latency.count) queries",
            ])
            rows += LatencyWords.rows(latency)
        }
        if let throughput = run.throughputPerSecond {
            rows.append(["throughput", HumanUnits.number(throughput) + " /s"])
        }
        if let memory = run.memory {
            rows.append([
                "memory",
                "peak RSS \(HumanUnits.bytes(memory.peakRssBytes)), while loading \(HumanUnits.bytes(memory.loadPeakRssBytes)), "
                    + "arena \(HumanUnits.bytes(memory.arenaBytes)), weights \(HumanUnits.bytes(memory.weightBytes))",
            ])
        }
        rows += MemoryRows.details(run)
        rows += run.counters.map { ["counter \($0.name)", CounterWords.describe($0, of: run)] }
        rows += run.counterFigures.filter { $0.value != nil }.map {
            [CounterWords.name($0.name), CounterWords.describe($0)]
        }
        rows += EnergyText.rows(run)
        rows += ServiceWords.details(run)
        if let roofline = run.roofline { rows.append(["roofline", describe(roofline)]) }
        if !run.flags.isEmpty { rows.append(["flags", run.flags.map(\.rawValue).joined(separator: " ")]) }
        rows += (run.layers ?? []).map {
            let roofline = $0.rooflineShare.map { ", \(Self.share($0)) of the roofline" } ?? ""
            let time = HumanUnits.nanoseconds(Double($0.nanoseconds))
            return ["layer \($0.name)", "\($0.operation) \($0.shape) \(time)\(roofline)"]
        }
        return Table(columns: [.text("what"), .text("value")], rows: rows)
    }

    /// Queries per second, three digits.
    static func throughput(_ run: Run) -> String { run.throughputPerSecond.map(HumanUnits.number) ?? "-" }

    /// Peak RSS in MiB, three digits.
    static func peakRssMib(_ run: Run) -> String {
        run.memory.map { HumanUnits.number(Double($0.peakRssBytes) / 1_048_576) } ?? "-"
    }

    /// Nanoseconds in milliseconds, three digits.
    static func milliseconds(_ nanoseconds: UInt64?) -> String {
        nanoseconds.map { HumanUnits.number(Double($0) / 1e6) } ?? "-"
    }

    /// A share as a percentage of whole points.
    static func share(_ share: Double) -> String {
        let percent = (100 * share).rounded()
        // A collector's answer is not checked before it is shown.
        return (percent.magnitude < 1e6 ? String(Int(percent)) : HumanUnits.number(percent)) + " %"
    }

    /// The run's share of its roofline.
    static func rooflineShare(_ run: Run) -> String { run.roofline?.share.map(share) ?? "-" }

    private static func describe(_ roofline: Run.Roofline) -> String {
        guard let value = roofline.share, let allowed = roofline.allowedNanoseconds else {
            return "\(roofline.availability.rawValue): \(roofline.reason ?? "")"
        }
        let ceilings = (roofline.bandwidths ?? []).map {
            "\($0.level.rawValue) \(HumanUnits.number($0.bytesPerSecond / 1e9)) GB/s"
        }
        let peak = roofline.peakMacsPerSecond.map { "peak \(HumanUnits.number(2 * $0 / 1e9)) GOP/s" }
        return "\(share(value)): \(HumanUnits.nanoseconds(allowed)) allowed, mostly by "
            + "\(roofline.boundBy?.rawValue ?? "?"); " + ([peak].compactMap { $0 } + ceilings).joined(separator: ", ")
    }
}
