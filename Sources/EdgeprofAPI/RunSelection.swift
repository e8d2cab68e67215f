/// Which runs one side of a comparison has: by id, or the newest that meet every condition given.
public struct RunSelection: Codable, Sendable, Hashable {
    /// Runs taken where `latest` is not given.
    public static let defaultLatest = 200
    /// Most runs of a selection.
    public static let maximumRuns = 1000

    /// The runs themselves; the conditions below hold all the same.
    public var ids: [String]?
    /// Model's name.
    public var model: String?
    /// Agent's id.
    public var agent: String?
    /// Job's id.
    public var job: String?
    /// Instruction set.
    public var isa: String?
    /// Plan.
    public var plan: PlanKind?
    /// Scenario.
    public var scenario: Scenario?
    /// Threads of each instance.
    public var threads: Int?
    /// Instances.
    public var instances: Int?
    /// Version of the program that took them.
    public var producer: String?
    /// Begun at this moment or later.
    public var since: Timestamp?
    /// Begun before this moment.
    public var until: Timestamp?
    /// At most so many, the newest.
    public var latest: Int?

    /// Makes a selection of every run.
    public init() {}

    /// Whether a run meets every condition.
    public func accepts(_ run: Run) -> Bool {
        (ids?.contains(run.id) ?? true) && Self.meets(model, run.model.name) && Self.meets(agent, run.agentId)
            && Self.meets(job, run.jobId) && Self.meets(isa, run.isa) && Self.meets(plan, run.plan)
            && Self.meets(scenario, run.scenario) && Self.meets(threads, run.threads)
            && Self.meets(instances, run.instances) && Self.meets(producer, run.producer)
            && since.map { run.startedAt >= $0 } ?? true && until.map { run.startedAt < $0 } ?? true
    }

    private static func meets<Value: Equatable>(_ condition: Value?, _ value: Value?) -> Bool {
        condition == nil || condition == value
    }

    /// What keeps it from being used, in words; empty when nothing does.
    public func problems() -> [ConfigurationProblem] {
        var found: [ConfigurationProblem] = []
        if let ids {
            if !(1...Self.maximumRuns).contains(ids.count) {
                found.append(.init(path: "ids", message: "has \(ids.count) runs, must be 1 to \(Self.maximumRuns)"))
            }
            for (index, id) in ids.enumerated() where !UUIDv7.isValid(id) {
                found.append(.init(path: "ids[\(index)]", message: "`\(id.prefix(60))` is not a run's id"))
            }
        }
        if let latest, !(1...Self.maximumRuns).contains(latest) {
            found.append(.init(path: "latest", message: "is \(latest), must be 1 to \(Self.maximumRuns)"))
        }
        if let since, let until, since >= until {
            found.append(.init(path: "since", message: "is not before until"))
        }
        if self == RunSelection() {
            found.append(.init(path: "", message: "selects every run; give ids or a condition such as model"))
        }
        return found
    }
}

extension RunSelection {
    /// The conditions a collector's list of runs knows; `accepts` has them all.
    public var filter: RunFilter {
        RunFilter(model: model, agentId: agent, jobId: job, startedFrom: since, startedTo: until)
    }
}
