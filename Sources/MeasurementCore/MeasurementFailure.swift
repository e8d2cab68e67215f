/// Why a model could not be measured; each case has its exit code (docs/measurement.md).
public enum MeasurementFailure: Error, Sendable, Hashable {
    /// Memory could not be had.
    case outOfMemory(String)
    /// The plan or the limits cannot be used on this host.
    case refused(String)
    /// The packed plan is damaged or of another version.
    case unusablePlan(String)
    /// No query ended inside the window.
    case unfinished(String)
    /// The parent went away.
    case abandoned
    /// The control group made for the process cannot be used.
    case noGroup(String)
    /// Anything else.
    case failed(String)

    /// What happened, in one clause.
    public var reason: String {
        switch self {
        case .outOfMemory(let reason), .refused(let reason), .unusablePlan(let reason), .unfinished(let reason),
            .noGroup(let reason), .failed(let reason):
            reason
        case .abandoned: "the program that asked for the measurement is gone"
        }
    }

    /// The measuring process's exit code.
    public var exitCode: ChildExit {
        switch self {
        case .outOfMemory: .outOfMemory
        case .refused: .refused
        case .unusablePlan: .unusablePlan
        case .unfinished: .unfinished
        case .abandoned: .abandoned
        case .noGroup: .noGroup
        case .failed: .failed
        }
    }
}

/// Exit codes of `edgeprof-measure`.
public enum ChildExit: Int32, Sendable, CaseIterable {
    /// Measured; the record holds the result.
    case measured = 0
    /// Something else went wrong.
    case failed = 1
    /// The arguments make no sense.
    case usage = 2
    /// Memory could not be had.
    case outOfMemory = 3
    /// The plan or the limits cannot be used on this host.
    case refused = 4
    /// No query ended inside the window.
    case unfinished = 5
    /// The parent went away.
    case abandoned = 6
    /// The packed plan is damaged or of another version.
    case unusablePlan = 7
    /// The control group made for the process cannot be used.
    case noGroup = 8
}
