import EdgeprofAPI

/// A run's memory and its limit, in words.
enum MemoryRows {
    /// The account of memory and the limit, as names and values.
    static func details(_ run: Run) -> [[String]] {
        var rows: [[String]] = []
        if let memory = run.memory, let account = account(memory, run) { rows.append(["memory account", account]) }
        if let memory = run.memory, let faults = faults(memory) { rows.append(["page faults", faults]) }
        if let limit = run.memoryLimit { rows.append(["memory limit", line(limit, run)]) }
        return rows
    }

    /// One line a run with a limit.
    static func notes(_ runs: [Run]) -> [String] {
        runs.compactMap { run in run.memoryLimit.map { "\(run.model.name): \(line($0, run))" } }
    }

    /// For example `512 MiB by cgroup v1: fits (peak 41 MiB)`.
    static func line(_ limit: Run.MemoryLimit, _ run: Run) -> String {
        var line = "\(HumanUnits.bytes(limit.bytes)) by \(mechanism(limit)): \(verdict(limit))"
        let detail = detail(limit, run)
        if !detail.isEmpty { line += limit.verdict == .fits ? " (\(detail))" : ": \(detail)" }
        if limit.mechanism == .addressSpace, let reason = limit.reason { line += "; no control group: \(reason)" }
        return line
    }

    /// Name, verdict and what it rests on.
    static func figure(_ limit: Run.MemoryLimit, _ run: Run) -> [String] {
        let size = "\(HumanUnits.bytes(limit.bytes)) by \(mechanism(limit))"
        let detail = [detail(limit, run), limit.reason ?? ""].filter { !$0.isEmpty }
        return ["memory limit", verdict(limit), ([size] + detail).joined(separator: "; ")]
    }

    /// The verdict alone.
    static func verdict(_ limit: Run.MemoryLimit) -> String {
        switch limit.verdict {
        case .fits: "fits"
        case .slowsDown: "slows down"
        case .doesNotFit: "does not fit"
        case nil: "no verdict"
        }
    }

    /// What the verdict rests on.
    static func detail(_ limit: Run.MemoryLimit, _ run: Run) -> String {
        switch limit.verdict {
        case .fits:
            let peak = limit.peakBytes.map { "peak \(HumanUnits.bytes($0))" }
            return peak ?? (limit.mechanism == .addressSpace ? "cannot tell whether it slows down" : "")
        case .slowsDown:
            guard let queries = run.latencyNanoseconds?.count, queries > 0 else {
                return "no query ended in time, pages were read back all along"
            }
            let pages = max(limit.refaults?.value ?? 0, Double(limit.majorFaults ?? 0))
            return "\(HumanUnits.number(pages / Double(queries))) pages read back per inference"
        case .doesNotFit, nil: return run.outcomeReason ?? ""
        }
    }

    private static func mechanism(_ limit: Run.MemoryLimit) -> String {
        switch limit.mechanism {
        case .cgroupV2: "cgroup v2"
        case .cgroupV1: "cgroup v1"
        case .addressSpace: "address space"
        }
    }

    /// Planned against measured; nil for runs that did not look.
    private static func account(_ memory: Run.Memory, _ run: Run) -> String? {
        guard memory.planResidentBytes != nil else { return nil }
        let planned = bytes(memory.plannedBytes(instances: run.instances))
        guard let measured = memory.modelBytes else {
            let reason = memory.planResidentBytes?.reason ?? memory.anonymousBeforePlanBytes?.reason
            return "\(planned) planned, not measured: \(reason ?? "")"
        }
        let pss = memory.pssBytes?.value.map { "; PSS \(bytes($0))" } ?? ""
        return "\(planned) planned, \(bytes(measured)) measured\(pss)"
    }

    /// Bytes of a number that came over a wire.
    private static func bytes(_ count: Double) -> String {
        HumanUnits.bytes(count.isFinite ? UInt64(min(max(count, 0), 1e18)) : 0)
    }

    private static func faults(_ memory: Run.Memory) -> String? {
        guard let load = memory.loadFaults, let window = memory.windowFaults else { return nil }
        return "while loading \(load.minor) and \(load.major) from disk, "
            + "in the window \(window.minor) and \(window.major)"
    }
}
