import EdgeprofAPI

/// A job in words.
enum JobWords {
    /// What there is to know of a job beside its assignments, a line each.
    static func lines(of job: JobRecord) -> [String] {
        let request = job.request
        var lines = ["job \(job.id): \(state(of: job)), \(job.finished) of \(job.total) done, \(job.failed) failed"]
        var asked = request.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        if let tier = request.tier { asked.append("tier \(tier)") }
        lines.append("asked of: " + (asked.isEmpty ? "every agent" : asked.joined(separator: ", ")))
        if let priority = request.priority, priority != 0 { lines.append("priority: \(priority)") }
        if let window = request.window { lines.append("begins only at: \(window), each box's local time") }
        if let deadline = request.deadline { lines.append("deadline: \(deadline.shortDescription)") }
        if let seconds = request.everySeconds {
            let every = "every \(DurationArgument(seconds: Double(seconds)).shortest)"
            if let next = job.nextAt {
                lines.append("repeats: \(every), next at \(next.shortDescription)")
            } else if let schedule = job.scheduleId, schedule != job.id {
                lines.append("repeats: \(every), as a round of \(schedule)")
            } else {
                lines.append("repeats: no more (\(every))")
            }
        }
        return lines
    }

    /// How far a job is, in a word.
    static func state(of job: JobRecord) -> String {
        job.nextAt != nil ? "repeats" : job.state.rawValue
    }

    /// How many runs were given up, and why; nil when none was.
    static func ending(of job: JobRecord) -> String? {
        let runs = { (count: Int) in "\(count) of \(job.total) run\(job.total == 1 ? "" : "s") given up" }
        if job.cancelledAt != nil, let closed = job.closed, closed > 0 { return "cancelled, \(runs(closed))" }
        return job.expired.flatMap { $0 > 0 ? "expired, \(runs($0))" : nil }
    }

    /// What became of an assignment, in a word.
    static func state(of assignment: JobAssignment) -> String {
        if let outcome = assignment.outcome { return outcome.rawValue }
        if assignment.runId != nil { return "stored" }
        return assignment.closedReason == nil ? "open" : "given up"
    }

    /// What became of each agent's part, a line an agent in the order they come; none where each has one assignment, which says it.
    static func totals(of assignments: [JobAssignment]) -> [String] {
        var parts: [String: (name: String, counts: [(state: String, count: Int)])] = [:]
        var agents: [String] = []
        for assignment in assignments {
            let state = state(of: assignment)
            if parts[assignment.agentId] == nil { agents.append(assignment.agentId) }
            var part = parts[assignment.agentId] ?? (assignment.agentName, [])
            if let index = part.counts.firstIndex(where: { $0.state == state }) {
                part.counts[index].count += 1
            } else {
                part.counts.append((state, 1))
            }
            parts[assignment.agentId] = part
        }
        guard agents.count < assignments.count else { return [] }
        return agents.compactMap { parts[$0] }.map { part in
            part.name + ": " + part.counts.map { "\($0.count) \($0.state)" }.joined(separator: ", ")
        }
    }
}

extension DurationArgument {
    /// In the largest unit that needs no fraction, for example `24h`.
    var shortest: String {
        for (unit, length) in [("d", 86400.0), ("h", 3600.0), ("m", 60.0)]
        where seconds >= length && seconds.truncatingRemainder(dividingBy: length) == 0 {
            return "\(Int(seconds / length))\(unit)"
        }
        return description
    }
}
