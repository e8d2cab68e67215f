import EdgeprofAPI

/// How the box served a run, in a few words: what was seen, and once each reason why something was not.
enum ServiceWords {
    /// Clock, temperature and what slowed the processor; nil where nothing shows.
    static func heat(_ run: Run) -> String? {
        guard let heat = run.heat else { return nil }
        var parts: [String] = []
        if let mean = heat.meanHertz.value {
            var clock = "clock \(gigahertz(mean)) GHz"
            if let low = heat.lowestHertz.value, let high = heat.highestHertz.value, high > 1.005 * low {
                clock += " (\(gigahertz(low)) to \(gigahertz(high)))"
            }
            parts.append(clock + (heat.governors.isEmpty ? "" : " by \(heat.governors.joined(separator: ", "))"))
        }
        if let hottest = heat.hottestCelsius.value {
            let before = heat.hottestBeforeCelsius.value.map { " (\(degrees($0)) before)" } ?? ""
            parts.append("hottest \(degrees(hottest)) °C\(before)")
        }
        if let capped = heat.cappedCpus.value, capped > 0 { parts.append("clock capped on \(cpus(capped))") }
        if let lowered = heat.loweredCpus.value, lowered > 0 { parts.append("its cap lowered on \(cpus(lowered))") }
        if let slowed = heat.slowedFraction.value, slowed > 0 { parts.append("slowed in \(percent(slowed)) of looks") }
        parts += heat.throttling.causes
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// What others did, and the box itself; nil where there was nothing, or nobody looked.
    static func load(_ run: Run) -> String? {
        guard let load = run.load else { return nil }
        var parts: [String] = []
        let shares: [(String, MeasuredValue)] = [
            ("CPU pressure", load.cpuPressureFraction), ("memory pressure", load.memoryPressureFraction),
            ("device pressure", load.ioPressureFraction), ("own threads waited", load.ownWaitFraction),
            ("others waited", load.othersWaitFraction),
        ]
        for (name, share) in shares {
            // Less than half a thousandth tells nothing.
            if let value = share.value, value >= 0.0005 { parts.append("\(name) \(percent(value))") }
        }
        if let pages = load.swapByOthersPages.value, pages > 0 {
            parts.append("\(HumanUnits.count(pages)) pages swapped by others")
        }
        if let count = load.vanishedCpus.value, count > 0 { parts.append("\(cpus(count)) vanished") }
        if let count = load.newCpus.value, count > 0 { parts.append("\(cpus(count)) came") }
        if let slept = load.suspendedNanoseconds.value, slept > 0 {
            parts.append("suspended \(HumanUnits.nanoseconds(slept))")
        }
        // Looks are a quarter of a second apart.
        if let gap = run.heat?.longestGapNanoseconds.value, gap > 1e9 {
            parts.append("stood still for \(HumanUnits.nanoseconds(gap))")
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The warm-up.
    static func warmUp(_ run: Run) -> String? {
        guard let warmUp = run.warmUp else { return nil }
        let count = HumanUnits.count(Double(warmUp.queries))
        let words = "\(HumanUnits.nanoseconds(warmUp.seconds * 1e9)), \(count) queries"
        let latency = warmUp.isSettled ? "latency steady" : "latency not steady yet"
        guard let tail = warmUp.tail else { return "\(words), \(latency)" }
        return words
            + [
                Run.WarmUp.Tail.steady: ", clock and heat steady",
                .steadyLatency: ", \(latency) for 30 s; no clock or heat shows here",
                .unsteady: ", not thermally steady in time",
            ][tail, default: ""]
    }

    /// What could not be seen, by reason.
    static func missing(_ run: Run) -> [(reason: String, names: [String])] {
        guard let heat = run.heat, let load = run.load else { return [] }
        let values: [(String, String?)] = [
            ("throttling", heat.throttling.reason), ("clock", heat.meanHertz.reason),
            ("temperature", heat.hottestCelsius.reason), ("pressure", load.cpuPressureFraction.reason),
            ("run queues", load.othersWaitFraction.reason), ("swapping", load.swapByOthersPages.reason),
            ("CPUs", load.vanishedCpus.reason), ("suspend", load.suspendedNanoseconds.reason),
        ]
        var found: [(reason: String, names: [String])] = []
        for (name, reason) in values {
            guard let reason else { continue }
            if let index = found.firstIndex(where: { $0.reason == reason }) {
                found[index].names.append(name)
            } else {
                found.append((reason, [name]))
            }
        }
        return found
    }

    /// Lines below a table of local runs: each run's heat and load where there is any, what is missing once for all.
    static func notes(_ runs: [Run]) -> [String] {
        var lines: [String] = []
        for (index, run) in runs.enumerated() {
            // Repetitions of a model are told apart by their place.
            let isRepeated = runs.filter { $0.model.name == run.model.name }.count > 1
            let name = isRepeated ? "\(run.model.name), run \(index + 1)" : run.model.name
            let words = [heat(run), load(run)].compactMap(\.self)
            if !words.isEmpty { lines.append("\(name): " + words.joined(separator: "; ")) }
            if let tail = run.warmUp?.tail, let words = warmUp(run) {
                lines.append("\(name): warm-up \(words)" + (tail == .unsteady ? "; try a longer --settle" : ""))
            }
        }
        return lines
            + (runs.first { $0.heat != nil }.map(missing) ?? []).map {
                "not seen (\($0.reason)): \($0.names.joined(separator: ", "))"
            }
    }

    /// Rows of a run's details.
    static func details(_ run: Run) -> [[String]] {
        var rows: [[String]] = []
        if let words = warmUp(run) { rows.append(["warm-up", words]) }
        if run.heat != nil { rows.append(["heat", heat(run) ?? "not shown here"]) }
        if run.load != nil { rows.append(["load", load(run) ?? "nothing seen of others"]) }
        return rows + missing(run).map { ["not seen", "\($0.names.joined(separator: ", ")): \($0.reason)"] }
    }

    private static func gigahertz(_ hertz: Double) -> String { HumanUnits.number(hertz / 1e9) }

    private static func degrees(_ celsius: Double) -> String { HumanUnits.number(celsius.rounded()) }

    private static func percent(_ share: Double) -> String { HumanUnits.number(100 * share) + " %" }

    private static func cpus(_ count: Double) -> String { "\(HumanUnits.count(count)) CPU\(count == 1 ? "" : "s")" }
}
