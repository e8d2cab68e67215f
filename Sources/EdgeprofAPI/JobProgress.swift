extension JobRecord {
    /// How far a job is.
    public enum State: String, Sendable {
        /// Some of its assignments have no run yet.
        case open
        /// Every assignment has its run, or never will.
        case done
        /// Somebody cancelled it.
        case cancelled
        /// Nothing is open, and some of it had not begun by the deadline.
        case expired
    }

    /// How far it is.
    public var state: State {
        if cancelledAt != nil { return .cancelled }
        guard isDone else { return .open }
        return expired ?? 0 > 0 ? .expired : .done
    }
}

/// `GET /v1/jobs/{id}/assignments`: each part of a job and what became of it.
public struct JobAssignmentList: Codable, Sendable, Hashable {
    /// In the order they were made: by agent, then repetition, then model; 10,000 at most.
    public var assignments: [JobAssignment]

    /// Makes a list.
    public init(assignments: [JobAssignment]) {
        self.assignments = assignments
    }
}

/// One model on one agent for a job, and what became of it.
public struct JobAssignment: Codable, Sendable, Hashable {
    /// Identifies the assignment.
    public var id: String
    /// The agent asked.
    public var agentId: String
    /// What it is called.
    public var agentName: String
    /// Zoo name, or the SHA-256 of a stored file.
    public var model: String
    /// The run that answers it; nil while there is none.
    public var runId: String?
    /// How that run ended.
    public var outcome: Run.Outcome?
    /// Why there will be no run: rejected, cancelled, expired.
    public var closedReason: String?

    /// Makes an entry.
    public init(
        id: String,
        agentId: String,
        agentName: String,
        model: String,
        runId: String? = nil,
        outcome: Run.Outcome? = nil,
        closedReason: String? = nil
    ) {
        self.id = id
        self.agentId = agentId
        self.agentName = agentName
        self.model = model
        self.runId = runId
        self.outcome = outcome
        self.closedReason = closedReason
    }
}
