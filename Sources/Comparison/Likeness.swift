import EdgeprofAPI

/// Two sets of runs are not alike enough to be compared: what differs, one line each.
public struct ComparisonRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and how to go on all the same.
    public var description: String

    init(_ description: String) { self.description = description }
}

extension RunDifference {
    /// Those a run has a value of, by which like is told from unlike.
    static let attributes: [RunDifference] = [
        .model, .host, .scenario, .instances, .threads, .isa, .plan, .limits,
    ]

    /// A run's value, in words.
    func value(of run: Run) -> String {
        switch self {
        case .model: "\(run.model.name)@\(run.model.sha256.prefix(8))"
        case .host:
            "\(run.host.hostname) (\(run.host.cpuModel), \(run.host.memoryBytes >> 20) MiB)"
                + (run.agentId.map { ", agent \($0)" } ?? "")
        case .scenario: run.scenario.rawValue + (run.ratePerSecond.map { " at \($0)/s" } ?? "")
        case .instances: "\(run.instances)"
        case .threads: "\(run.threads)"
        case .isa: run.isa
        case .plan: run.plan.rawValue
        case .limits: Self.words(run.host.limits)
        case .failed, .disturbed: ""
        }
    }

    private static func words(_ limits: HostLimits?) -> String {
        let parts = [
            limits?.memoryBytes.map { "\($0 >> 20) MiB" },
            limits?.cpus.map { "CPUs \($0.map(String.init).joined(separator: " "))" },
        ].compactMap(\.self)
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }
}

/// Runs of both sides that are alike but for what is allowed to differ.
struct LikeRuns {
    var a: [Run]
    var b: [Run]

    /// Pairs the runs of two sides.
    ///
    /// - Parameters:
    ///   - a: The base.
    ///   - b: What is compared with it.
    ///   - allowed: Differences that are meant.
    /// - Returns: Groups, by model and settings.
    /// - Throws: `ComparisonRefusal` that says what differs.
    static func groups(
        _ a: [Run],
        _ b: [Run],
        allowing allowed: Set<RunDifference>
    ) throws(ComparisonRefusal) -> [LikeRuns] {
        for (name, side) in [("A", a), ("B", b)] where side.isEmpty {
            throw ComparisonRefusal("\(name) has no runs")
        }
        let (a, b) = (unique(a), unique(b))
        let ids = Set(a.map(\.id))
        if let both = b.first(where: { ids.contains($0.id) }) {
            throw ComparisonRefusal("run \(both.id) is in A and in B; a run can be compared with others only")
        }
        let strict = RunDifference.attributes.filter { $0 != .host && !allowed.contains($0) }
        let key = { (run: Run) in strict.map { $0.value(of: run) } }
        let (left, right) = (Dictionary(grouping: a, by: key), Dictionary(grouping: b, by: key))
        guard Set(left.keys) == Set(right.keys) else { throw refusal(a, b, strict) }
        var groups: [LikeRuns] = []
        for key in left.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let group = LikeRuns(a: left[key] ?? [], b: right[key] ?? [])
            try group.requireLikeHosts(allowed)
            try group.requireOneValue(of: allowed)
            groups.append(group)
        }
        return groups
    }

    private static func unique(_ runs: [Run]) -> [Run] {
        var seen: Set<String> = []
        return runs.filter { seen.insert($0.id).inserted }.sorted { $0.id < $1.id }
    }

    /// The same hosts on both sides, each its own control; or one a side, when that is meant.
    private func requireLikeHosts(_ allowed: Set<RunDifference>) throws(ComparisonRefusal) {
        let (left, right) = (Self.values(.host, a), Self.values(.host, b))
        guard left != right else { return }
        guard allowed.contains(.host) else { throw Self.refusal(a, b, [.host]) }
        guard left.count == 1, right.count == 1 else {
            throw ComparisonRefusal(
                "with different hosts each side must have one: A has \(Self.list(left)); B has \(Self.list(right)). "
                    + "Processes of a host are no replicates of hosts"
            )
        }
    }

    /// A side that mixes what may differ between the sides would compare mixtures.
    private func requireOneValue(of allowed: Set<RunDifference>) throws(ComparisonRefusal) {
        for attribute in RunDifference.attributes where attribute != .host && allowed.contains(attribute) {
            let (left, right) = (Self.values(attribute, a), Self.values(attribute, b))
            guard left.count > 1 || right.count > 1 else { continue }
            throw ComparisonRefusal(
                "\(attribute.rawValue) is allowed to differ between A and B, not within: A has \(Self.list(left)); "
                    + "B has \(Self.list(right)). Select one for each, or do not allow it"
            )
        }
    }

    /// What differs between the sides, in words; only attributes that do.
    static func differences(_ a: [Run], _ b: [Run], in attributes: [RunDifference]) -> [(RunDifference, String)] {
        attributes.compactMap { attribute in
            let (left, right) = (values(attribute, a), values(attribute, b))
            guard left != right else { return nil }
            return (attribute, "\(attribute.rawValue): A has \(list(left)); B has \(list(right))")
        }
    }

    private static func refusal(_ a: [Run], _ b: [Run], _ attributes: [RunDifference]) -> ComparisonRefusal {
        let found = differences(a, b, in: attributes)
        guard !found.isEmpty else {
            return ComparisonRefusal(
                "A and B have the same models and settings, but not in the same combinations; select one of each"
            )
        }
        return ComparisonRefusal(
            "A and B are not alike: " + found.map(\.1).joined(separator: "; ")
                + ". Select like runs, or, where that is "
                + "what you compare: " + found.map { "--allow \($0.0.rawValue)" }.joined(separator: " ")
        )
    }

    private static func values(_ attribute: RunDifference, _ runs: [Run]) -> Set<String> {
        Set(runs.map { attribute.value(of: $0) })
    }

    private static func list(_ values: Set<String>) -> String {
        let sorted = values.sorted()
        return sorted.prefix(4).joined(separator: ", ") + (sorted.count > 4 ? " and \(sorted.count - 4) more" : "")
    }
}
