import EdgeprofAPI

/// Rollups in the store.
extension SQLStore {
    /// Adds runs to their rollups, in the order of ids: two collectors of one database never wait for each other in a ring.
    static func merge(_ rollups: [[UInt8]: NewRollup], in transaction: any SQLTransaction) throws {
        let lock = transaction.dialect == .postgresql ? " FOR UPDATE" : ""
        for (id, new) in rollups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            guard let rollup = new.rollup else { continue }
            let query = "SELECT body FROM rollup WHERE id = $1" + lock
            var row = try transaction.row(query, [SQLValue(id)])
            var isAdded = false
            // One that was there at the insertion may be gone at the next look: retention deletes what has become empty.
            while row == nil, !isAdded {
                let added = try transaction.execute(
                    "INSERT INTO rollup (id, revision, key, body) VALUES ($1, 1, $2, $3) ON CONFLICT DO NOTHING",
                    [SQLValue(id), SQLValue(new.key), SQLValue(RollupCodec.encode(rollup))]
                )
                isAdded = added > 0
                if !isAdded { row = try transaction.row(query, [SQLValue(id)]) }
            }
            guard let row else { continue }
            let body = try row.blob("body")
            let merged = try readingRollup { () throws(StoredRunError) in try RollupCodec.merge(rollup, into: body) }
            try transaction.execute(
                "UPDATE rollup SET body = $1, revision = revision + 1 WHERE id = $2",
                [SQLValue(merged), SQLValue(id)]
            )
        }
    }

    static func rollup(key: [UInt8], body: [UInt8]) throws -> Rollup {
        try readingRollup { () throws(StoredRunError) in try RollupCodec.decode(key: key, body: body) }
    }

    private static func readingRollup<Value>(_ body: () throws(StoredRunError) -> Value) throws -> Value {
        do throws(StoredRunError) {
            return try body()
        } catch {
            throw StoreError(
                .corrupt,
                "a stored rollup cannot be read; stop the collector and run `edgeprof-collector rebuild-rollups`",
                cause: "\(error)"
            )
        }
    }

    /// Makes all rollups anew from the runs there are.
    ///
    /// Nothing else can be stored meanwhile.
    ///
    /// - Returns: How many runs there are, and how many rollups they make.
    public func rebuildRollups() async throws -> (runs: Int, rollups: Int) {
        let parts = knownParts
        return try await write { transaction in
            var bodies: [[UInt8]: (key: [UInt8], body: [UInt8])] = [:]
            var last = ""
            var runs = 0
            while true {
                let rows = try transaction.rows(
                    "SELECT id, document FROM run WHERE id > $1 ORDER BY id LIMIT 500",
                    [SQLValue(last)]
                )
                guard let end = rows.last else { break }
                last = try end.text("id")
                runs += rows.count
                for run in try Self.runs(rows, parts: parts, in: transaction) {
                    var rollup = Rollup(run)
                    let key = RollupCodec.encode(rollup.key)
                    let id = RollupCodec.id(ofKey: key)
                    if let known = bodies[id] { rollup.merge(try Self.rollup(key: key, body: known.body)) }
                    bodies[id] = (key, RollupCodec.encode(rollup))
                }
            }
            // Greater than any before: whoever remembers a rollup must see that it is another.
            let revision = try transaction.row("SELECT coalesce(max(revision), 0) + 1 AS next FROM rollup")?
                .integer("next")
            try transaction.execute("DELETE FROM rollup")
            for (id, rollup) in bodies {
                try transaction.execute(
                    "INSERT INTO rollup (id, revision, key, body) VALUES ($1, $2, $3, $4)",
                    [SQLValue(id), SQLValue(revision ?? 1), SQLValue(rollup.key), SQLValue(rollup.body)]
                )
            }
            try Self.incrementDataVersion(in: transaction)
            return (runs, bodies.count)
        }
    }
}

extension SQLStore {
    /// What a ranking is made from: how often each rollup was changed, and digests of those that are not known so.
    static func rollups<Digest>(
        knowing known: [RollupId: Int64],
        _ digest: (Rollup) throws -> Digest,
        in transaction: any SQLTransaction
    ) throws -> (revisions: [RollupId: Int64], changed: [RollupId: Digest]) {
        var revisions: [RollupId: Int64] = [:]
        try transaction.forEachRow("SELECT id, revision FROM rollup", []) { row in
            revisions[RollupId(bytes: try row.blob("id"))] = try row.integer("revision")
        }
        var changed: [RollupId: Digest] = [:]
        let wanted = revisions.filter { known[$0.key] != $0.value }.keys
        func add(_ row: SQLRow) throws {
            let rollup = try rollup(key: row.blob("key"), body: row.blob("body"))
            changed[RollupId(bytes: try row.blob("id"))] = try digest(rollup)
        }
        if wanted.count > revisions.count / 2 {
            // Most of them: one pass over the table is faster than as many searches.
            let all = Set(wanted)
            try transaction.forEachRow("SELECT id, key, body FROM rollup", []) { row in
                if all.contains(RollupId(bytes: try row.blob("id"))) { try add(row) }
            }
        } else {
            for id in wanted {
                let row = try transaction.row("SELECT id, key, body FROM rollup WHERE id = $1", [SQLValue(id.bytes)])
                if let row { try add(row) }
            }
        }
        return (revisions, changed)
    }
}
