import EdgeprofAPI

/// A run made ready for the store, outside of any transaction.
struct PreparedRun: Sendable {
    let id: String
    let agentId: String?
    let jobId: String?
    let assignmentId: String?
    let model: String
    let modelSha256: String
    let outcome: Run.Outcome
    let startedAt: Timestamp
    let stored: StoredRun
    let facets: RunFacets
    let rollup: Rollup
    let rollupKey: [UInt8]
    let rollupId: [UInt8]

    init(_ run: Run) {
        (id, agentId, jobId, assignmentId) = (run.id, run.agentId, run.jobId, run.assignmentId)
        (model, modelSha256) = (run.model.name, run.model.sha256)
        (outcome, startedAt) = (run.outcome, run.startedAt)
        stored = RunCodec.encode(run)
        facets = RunFacets(run)
        rollup = Rollup(run)
        rollupKey = RollupCodec.encode(rollup.key)
        rollupId = RollupCodec.id(ofKey: rollupKey)
    }
}

/// The runs of one request.
struct RunDelivery: Sendable {
    let runs: [PreparedRun]
    let uploader: RunUploader
    let receivedAt: Timestamp
    /// Milliseconds the sender's clock was ahead; nil where it did not tell.
    var clockOffset: Int64?
}
