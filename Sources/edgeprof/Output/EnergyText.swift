import EdgeprofAPI

/// A run's energy in words.
enum EnergyText {
    /// Joules of a query, in millijoules: a column's value.
    static func millijoules(_ joules: Double?) -> String { joules.map { HumanUnits.number(1000 * $0) } ?? "-" }

    /// Energy of a query; nil where none was measured.
    static func perQuery(_ run: Run) -> String? {
        run.joulesPerQuery.map { joules in
            "\(millijoules(joules)) mJ a query"
                + (run.joulesPerQueryAboveIdle.map { ", \(millijoules($0)) mJ above idle" } ?? "")
        }
    }

    /// Power and what measured it; nil where none was.
    static func power(_ run: Run) -> String? {
        guard let energy = run.energy, let joules = energy.joules else { return nil }
        let amount = energy.watts.map { "\(HumanUnits.number($0)) W" } ?? "\(HumanUnits.number(joules)) J"
        return "\(amount) by \(energy.instrument ?? "?") (\(energy.domain ?? "?"))"
    }

    /// How finely it was measured; nil in runs of versions that did not say.
    static func resolution(_ run: Run) -> String? {
        guard let energy = run.energy, let samples = energy.samples, let changes = energy.changes,
            let period = energy.updatePeriodSeconds
        else { return nil }
        return "resolution \(HumanUnits.nanoseconds(1e9 * period)), \(changes) changes in \(samples) values"
    }

    /// Idle power before and after, or why there is none; nil where there is no energy to compare it with.
    static func idle(_ run: Run) -> String? {
        guard let idle = run.energy?.idle else { return nil }
        guard let before = idle.beforeWatts, let after = idle.afterWatts, let drift = idle.driftFraction else {
            return "\(idle.availability.rawValue): \(idle.reason ?? "")"
        }
        let governors = (idle.governors ?? []).joined(separator: "+")
        let doubts = (idle.doubts ?? []).map(\.rawValue).joined(separator: " ")
        let parts = [
            "idle \(HumanUnits.number(before)) W before, \(HumanUnits.number(after)) W after",
            "drift \(HumanUnits.number(100 * drift)) %",
            idle.busyFraction.map { "\(HumanUnits.number(100 * $0)) % busy" },
            governors.isEmpty ? nil : governors,
            doubts.isEmpty ? nil : "doubtful: \(doubts)",
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    /// Rows of one run's table.
    static func rows(_ run: Run) -> [[String]] {
        guard let energy = run.energy else { return [] }
        guard let perQuery = perQuery(run) ?? power(run), let power = power(run) else {
            return [["energy", "\(energy.availability.rawValue): \(energy.reason ?? "")"]]
        }
        let measured = [power, resolution(run)].compactMap(\.self).joined(separator: ", ")
        var rows = [["energy", perQuery], ["power", measured]]
        if let idle = idle(run) { rows.append(["idle power", idle]) }
        return rows
    }

    /// Lines for below a table of runs: each model's energy, of several runs the one in the middle; what is missing once.
    static func notes(_ runs: [Run]) -> [String] {
        var lines: [String] = []
        let names = runs.map(\.model.name)
        for (index, name) in names.enumerated() where names.firstIndex(of: name) == index {
            let measured = runs.filter { $0.model.name == name && $0.joulesPerQuery != nil }
                .sorted { ($0.joulesPerQuery ?? 0) < ($1.joulesPerQuery ?? 0) }
            guard !measured.isEmpty else { continue }
            let run = measured[measured.count / 2]
            let idle = run.energy?.idle?.availability == .ok ? idle(run) : nil
            let parts = [perQuery(run), power(run), idle].compactMap(\.self)
            lines.append("energy of \(name): " + parts.joined(separator: "; "))
        }
        func missing(_ what: String, _ reason: (Run) -> String?) {
            for text in Set(runs.compactMap(reason)).sorted() {
                let models = runs.filter { reason($0) == text }.map(\.model.name)
                let distinct = models.enumerated().filter { models.firstIndex(of: $1) == $0 }.map(\.element)
                lines.append("\(what) (\(text)): \(distinct.joined(separator: ", "))")
            }
        }
        missing("no energy") { $0.energy?.reason }
        missing("no idle power") { $0.energy?.idle?.reason }
        return lines
    }
}
