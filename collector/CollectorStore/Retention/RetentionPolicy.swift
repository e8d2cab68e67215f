import EdgeprofAPI

/// How long what is stored stays, by when the collector received it; nothing is ever deleted unless told.
public struct RetentionPolicy: Sendable, Hashable {
    /// Seconds the layers of a run stay; nil for ever.
    public var layerSeconds: Int?
    /// Seconds a run stays that no ranking uses; nil for ever.
    public var runSeconds: Int?

    /// Makes a policy.
    public init(layerSeconds: Int? = nil, runSeconds: Int? = nil) {
        self.layerSeconds = layerSeconds
        self.runSeconds = runSeconds
    }

    /// Whether everything stays.
    public var keepsEverything: Bool { layerSeconds == nil && runSeconds == nil }

    /// Layers of runs received before go.
    func layerCutoff(at now: Timestamp) -> Timestamp? { layerSeconds.map { now.advanced(bySeconds: -$0) } }
    /// Runs received before go.
    func runCutoff(at now: Timestamp) -> Timestamp? { runSeconds.map { now.advanced(bySeconds: -$0) } }
}

/// What a policy did, or would do.
public struct RetentionOutcome: Sendable, Hashable {
    /// Runs that lost their layers; of a forecast, runs whose layers are looked at.
    public var strippedRuns = 0
    /// Runs deleted.
    public var deletedRuns = 0
    /// Runs old enough that stay, because a ranking uses them.
    public var rankedRuns = 0
    /// Months whose partition is dropped, as `202611`.
    public var droppedMonths: [String] = []

    /// Nothing done.
    public init() {}

    /// Whether anything changed.
    public var isEmpty: Bool { strippedRuns == 0 && deletedRuns == 0 && droppedMonths.isEmpty }

    /// In words for the audit log.
    public var summary: String {
        "stripped=\(strippedRuns) deleted=\(deletedRuns) kept=\(rankedRuns)"
            + (droppedMonths.isEmpty ? "" : " dropped=" + droppedMonths.joined(separator: ","))
    }
}
