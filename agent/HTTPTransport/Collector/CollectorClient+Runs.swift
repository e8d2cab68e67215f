public import EdgeprofAPI

/// Runs with what the collector knows of them.
extension CollectorClient {
    /// A page of runs, newest first: `GET /v1/runs`.
    ///
    /// A page may be empty and yet not the last: go on while there is a `nextCursor`.
    ///
    /// - Parameters:
    ///   - filter: which runs.
    ///   - limit: most runs in the page, 1...500; nil for the collector's choice.
    ///   - cursor: `nextCursor` of the page before, of the same filter.
    /// - Returns: the page.
    /// - Throws: `CollectorError`.
    public func collectedRuns(
        _ filter: RunFilter = RunFilter(),
        limit: Int? = nil,
        cursor: String? = nil
    ) async throws(CollectorError) -> CollectedRunList {
        try await fetch(.get, ["v1", "runs"], query: Self.query(filter, limit: limit, cursor: cursor))
    }

    /// One run: `GET /v1/runs/{id}`.
    ///
    /// - Parameter id: the run.
    /// - Returns: the run, and when the collector had it.
    /// - Throws: `CollectorError`.
    public func collectedRun(_ id: String) async throws(CollectorError) -> CollectedRun {
        try await fetch(.get, ["v1", "runs", id])
    }

    /// Runs as a file: `GET /v1/runs/export`.
    ///
    /// - Parameters:
    ///   - format: `csv` or `jsonl`.
    ///   - filter: which runs.
    ///   - limit: most runs; nil for all.
    ///   - cursor: where an earlier export ended, of the same filter.
    ///   - sink: takes what comes.
    /// - Returns: the answer without its body, and where the next part begins; nil on the last one.
    /// - Throws: `CollectorError`.
    public func exportRuns(
        as format: String,
        _ filter: RunFilter = RunFilter(),
        limit: Int? = nil,
        cursor: String? = nil,
        into sink: any HTTPBodySink
    ) async throws(CollectorError) -> (answer: HTTPResponse, nextCursor: String?) {
        let answer = try await send(
            .get,
            ["v1", "runs", "export"],
            query: [("format", format)] + Self.query(filter, limit: limit, cursor: cursor),
            streaming: HTTPStreaming(sink: sink),
            timeoutSeconds: 86_400,
            stallSeconds: 60
        )
        return (answer, answer.header("edgeprof-next-cursor"))
    }

    /// Stores runs of another collector: `POST /v1/runs/import` as an administrator.
    ///
    /// - Parameter body: a `RunBatch` as JSON.
    /// - Returns: what became of each.
    /// - Throws: `CollectorError`.
    public func importRuns(body: [UInt8]) async throws(CollectorError) -> RunBatchResult {
        try await fetch(.post, ["v1", "runs", "import"], body: body, timeoutSeconds: 120)
    }

    static func query(
        _ filter: RunFilter,
        limit: Int?,
        cursor: String?
    ) -> [(name: String, value: String?)] {
        filter.queryItems + [("limit", limit.map { String($0) }), ("cursor", cursor)]
    }
}
