import EdgeprofAPI

/// Runs into the store, a group of deliveries a transaction.
extension SQLStore {
    /// What a group's transaction learns, beside what became of the runs.
    struct DeliveryOutcome: Sendable {
        var results: [[RunResult]]
        /// Parts that are stored for certain once the transaction is.
        var parts: [[UInt8]: [UInt8]]
        /// Numbers of models and hosts, likewise.
        var facets: FacetCache.Content
    }

    static func store(
        _ deliveries: [RunDelivery],
        knownParts: PartCache,
        knownFacets: FacetCache,
        in transaction: any SQLTransaction
    ) throws -> DeliveryOutcome {
        var group = DeliveryGroup(
            transaction: transaction,
            knownParts: knownParts,
            facets: FacetNumbers(known: knownFacets)
        )
        var results: [[RunResult]] = []
        results.reserveCapacity(deliveries.count)
        for delivery in deliveries {
            results.append(
                try delivery.runs.map { run in
                    let result = try group.insert(run, of: delivery)
                    if result.status == .rejected, case .agent(let id) = delivery.uploader {
                        try close(run.assignmentId, of: id, because: result.reason, in: transaction)
                    }
                    return result
                }
            )
        }
        try merge(group.rollups, in: transaction)
        if group.hasStored { try incrementDataVersion(in: transaction) }
        var contacts: [String: Timestamp] = [:]
        for delivery in deliveries {
            guard case .agent(let id) = delivery.uploader else { continue }
            contacts[id] = max(contacts[id] ?? delivery.receivedAt, delivery.receivedAt)
        }
        // In one order, whoever else writes: rows locked in two orders are a deadlock.
        for (id, moment) in contacts.sorted(by: { $0.key < $1.key }) {
            try recordContact(agentId: id, at: moment, in: transaction)
        }
        if contacts.isEmpty, !group.hasStored { try touch(in: transaction) }
        return DeliveryOutcome(results: results, parts: group.newParts, facets: group.facets.new)
    }
}

/// A transaction that stores a group, and what it has seen so far.
private struct DeliveryGroup {
    let transaction: any SQLTransaction
    let knownParts: PartCache
    private(set) var hasStored = false
    private(set) var newParts: [[UInt8]: [UInt8]] = [:]
    private(set) var rollups: [[UInt8]: NewRollup] = [:]
    private(set) var facets: FacetNumbers
    private var agents: [String: Bool] = [:]

    init(transaction: any SQLTransaction, knownParts: PartCache, facets: FacetNumbers) {
        self.transaction = transaction
        self.knownParts = knownParts
        self.facets = facets
    }

    mutating func insert(_ run: PreparedRun, of delivery: RunDelivery) throws -> RunResult {
        func rejected(_ reason: String) -> RunResult { RunResult(id: run.id, status: .rejected, reason: reason) }
        if case .agent(let id) = delivery.uploader, run.agentId != id {
            return rejected("agentId is not the agent this token belongs to")
        }
        if let known = try transaction.row("SELECT agent_id FROM run WHERE id = $1", [SQLValue(run.id)]) {
            return try known.optionalText("agent_id") == run.agentId
                ? RunResult(id: run.id, status: .duplicate) : rejected("id is taken by another agent's run")
        }
        if let reason = try objection(to: run) { return rejected(reason) }
        for part in knownParts.unknown(run.stored.parts) where newParts[part.key] == nil { try insert(part) }
        let numbers = try facets.numbers(of: run.facets, in: transaction)
        let added = try transaction.execute(
            """
            INSERT INTO run
                (id, agent_id, job_id, assignment_id, model, outcome, started_at, received_at, document,
                 model_number, host_number, flags, clock_offset)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT DO NOTHING
            """,
            [
                SQLValue(run.id), SQLValue(run.agentId), SQLValue(run.jobId), SQLValue(run.assignmentId),
                SQLValue(run.model), SQLValue(run.outcome.rawValue), SQLValue(run.startedAt.millisecondsSinceEpoch),
                SQLValue(delivery.receivedAt.millisecondsSinceEpoch), SQLValue(run.stored.body),
                SQLValue(numbers.model), SQLValue(numbers.host), SQLValue(run.facets.flagBits),
                SQLValue(delivery.clockOffset),
            ]
        )
        // Another collector of the same database was faster with the same run.
        guard added == 1 else { return RunResult(id: run.id, status: .duplicate) }
        hasStored = true
        rollups[run.rollupId, default: NewRollup(key: run.rollupKey, rollup: nil)].add(run.rollup)
        if let assignmentId = run.assignmentId {
            // The first run finishes an assignment; a second one, from an agent that lost its memory, is kept beside it.
            try transaction.execute(
                "UPDATE assignment SET run_id = $1, rejected_reason = NULL WHERE id = $2 AND run_id IS NULL",
                [SQLValue(run.id), SQLValue(assignmentId)]
            )
        }
        return RunResult(id: run.id, status: .stored)
    }

    private mutating func insert(_ part: SharedPart) throws {
        try transaction.execute(
            "INSERT INTO run_part (key, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [SQLValue(part.key), SQLValue(part.bytes)]
        )
        newParts[part.key] = part.bytes
    }

    /// Why a run's agent, job and assignment do not fit together; nil when they do.
    private mutating func objection(to run: PreparedRun) throws -> String? {
        if let agentId = run.agentId, try !isKnown(agentId) { return "agentId names no agent" }
        guard let assignmentId = run.assignmentId else {
            return run.jobId == nil ? nil : "jobId is given without assignmentId"
        }
        let assignment = try transaction.row(
            "SELECT job_id, agent_id, model FROM assignment WHERE id = $1",
            [SQLValue(assignmentId)]
        )
        guard let assignment else { return "assignmentId names no assignment" }
        if try assignment.text("agent_id") != run.agentId { return "assignmentId belongs to another agent" }
        if try assignment.text("job_id") != run.jobId { return "assignmentId belongs to another job than jobId" }
        let model = try assignment.text("model")
        if Run.ModelReference.isSHA256(model) {
            return model == run.modelSha256 ? nil : "model.sha256 is not the assignment's model"
        }
        return model == run.model ? nil : "model.name is not the assignment's model"
    }

    private mutating func isKnown(_ agentId: String) throws -> Bool {
        if let known = agents[agentId] { return known }
        let known = try transaction.row("SELECT id FROM agent WHERE id = $1", [SQLValue(agentId)]) != nil
        agents[agentId] = known
        return known
    }
}

/// Runs to be added to a stored rollup.
struct NewRollup {
    let key: [UInt8]
    var rollup: Rollup?

    mutating func add(_ other: Rollup) {
        if rollup == nil { rollup = other } else { rollup?.merge(other) }
    }
}
