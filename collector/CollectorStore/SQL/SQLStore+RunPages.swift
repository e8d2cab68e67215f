// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI

/// Pages of runs.
extension SQLStore {
    /// Runs read at once: one statement's text, whatever the page.
    private static let readSize = 50

    public func collectedRuns(
        matching filter: RunFilter,
        after cursor: RunCursor?,
        limit: Int
    ) async throws -> RunPage {
        let parts = knownParts
        return try await read { transaction in
            guard let query = try Self.query(for: filter, in: transaction) else { return RunPage(runs: []) }
            let page = try Self.places(query, after: cursor, limit: limit, in: transaction)
            return RunPage(
                runs: try Self.collectedRuns(page.places.map(\.id), parts: parts, in: transaction),
                next: page.next
            )
        }
    }

    public func runPlace(
        matching filter: RunFilter,
        after cursor: RunCursor?,
        skipping count: Int
    ) async throws -> RunCursor? {
        try await read { transaction in
            guard let query = try Self.query(for: filter, in: transaction) else { return nil }
            var (cursor, left) = (cursor, count)
            while true {
                let page = try Self.places(query, after: cursor, limit: min(left, 5000), in: transaction)
                left -= page.places.count
                guard left > 0, page.next != nil else { return page.next }
                cursor = page.next
            }
        }
    }

    public func collectedRun(id: String) async throws -> CollectedRun? {
        let parts = knownParts
        return try await read { try Self.collectedRuns([id], parts: parts, in: $0).first }
    }

    /// Places of up to `limit` runs, and where to go on; nil at the end of the list.
    static func places(
        _ query: RunQuery,
        after cursor: RunCursor?,
        limit: Int,
        in transaction: any SQLTransaction
    ) throws -> (places: [RunCursor], next: RunCursor?) {
        // One more than asked for tells whether there is a next page.
        let (sql, arguments) = query.page(after: cursor, limit: limit + 1, transaction.dialect)
        let found = try transaction.rows(sql, arguments).map(place)
        if found.count > limit { return (Array(found.prefix(limit)), found[limit - 1]) }
        guard let (sql, arguments) = query.lastLookedAt(after: cursor, transaction.dialect) else { return (found, nil) }
        return (found, try transaction.row(sql, arguments).map(place))
    }

    private static func place(_ row: SQLRow) throws -> RunCursor {
        RunCursor(startedAt: try row.timestamp("started_at"), id: try row.text("id"))
    }

    /// Runs by their ids, in that order; those that are gone are left out.
    static func collectedRuns(
        _ ids: [String],
        parts: PartCache,
        in transaction: any SQLTransaction
    ) throws -> [CollectedRun] {
        var runs: [CollectedRun] = []
        runs.reserveCapacity(ids.count)
        var rest = ids[...]
        while let last = rest.last {
            let chunk = Array(rest.prefix(Self.readSize))
            rest = rest.dropFirst(chunk.count)
            let size = chunk.count == 1 ? 1 : Self.readSize
            let places = (1...size).map { "$\($0)" }.joined(separator: ", ")
            let rows = try transaction.rows(
                "SELECT id, document, received_at, clock_offset FROM run WHERE id IN (\(places))",
                // Filled up with one that is asked for anyway.
                (0..<size).map { SQLValue($0 < chunk.count ? chunk[$0] : last) }
            )
            var byId: [String: CollectedRun] = [:]
            for (row, run) in zip(rows, try Self.runs(rows, parts: parts, in: transaction)) {
                byId[try row.text("id")] = CollectedRun(
                    run: run,
                    receivedAt: try row.timestamp("received_at"),
                    clockOffsetSeconds: try row.optionalInteger("clock_offset").map { Double($0) / 1000 }
                )
            }
            runs += chunk.compactMap { byId[$0] }
        }
        return runs
    }
}

extension SQLStore {
    /// A filter with its models and hosts looked up; nil where no run can match.
    static func query(for filter: RunFilter, in transaction: any SQLTransaction) throws -> RunQuery? {
        var scope = RunQuery.Scope()
        if let (column, value) = filter.sha256.map({ ("sha256", $0) }) ?? filter.model.map({ ("name", $0) }) {
            scope.models = try transaction.rows(
                "SELECT number, name FROM measured_model WHERE \(column) = $1 ORDER BY number",
                [SQLValue(value)]
            )
            .map { (try $0.integer("number"), try $0.text("name")) }
            .filter { filter.model == nil || $0.1 == filter.model }
        }
        if filter.hostname != nil || filter.tier != nil {
            scope.hosts = try hosts(for: filter, in: transaction)
        }
        return RunQuery(filter, scope, transaction.dialect)
    }

    private static func hosts(
        for filter: RunFilter,
        in transaction: any SQLTransaction
    ) throws -> [(number: Int64, agentId: String?)] {
        let tiers = try filter.tier.map { _ in try Self.tiers(in: transaction).tiers } ?? []
        var labels: [String: [String: String]] = [:]
        if filter.tier != nil {
            for row in try transaction.rows("SELECT id, labels FROM agent WHERE labels <> '{}'") {
                labels[try row.text("id")] = try decode([String: String].self, from: row, "labels")
            }
        }
        let columns = "SELECT number, agent_id, hostname, cpu_model, board, memory_bytes FROM measured_host"
        let rows = try filter.hostname.map {
            try transaction.rows(columns + " WHERE hostname = $1 ORDER BY number", [SQLValue($0)])
        }
        return try (rows ?? transaction.rows(columns + " ORDER BY number")).compactMap { row in
            let agentId = try row.optionalText("agent_id")
            if let wanted = filter.agentId, agentId != wanted { return nil }
            if let tier = filter.tier {
                let facts = TierMatchFacts(
                    cpuModel: try row.text("cpu_model"),
                    memoryMib: Double(try row.integer("memory_bytes")) / 1_048_576,
                    board: try row.optionalText("board"),
                    labels: agentId.flatMap { labels[$0] } ?? [:]
                )
                guard TierMatcher.tiers(matching: facts, in: tiers).contains(tier) else { return nil }
            }
            return (try row.integer("number"), agentId)
        }
    }
}
