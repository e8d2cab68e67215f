import Crypto

/// Copies a whole store to another place, in steps that a killed copy goes on from.
public struct StoreCopy: Sendable {
    /// What was copied and found equal.
    public struct Result: Sendable, Hashable {
        /// Rows of each table.
        public var rows: [(table: String, count: Int)] { tables.map { ($0, counts[$0] ?? 0) } }
        /// Rows of all tables.
        public var total: Int { counts.values.reduce(0, +) }
        private let tables: [String]
        private let counts: [String: Int]

        init(_ rows: [(String, Int)]) {
            tables = rows.map(\.0)
            counts = Dictionary(rows) { $1 }
        }
    }

    private let source: any SQLEngine
    private let target: any SQLEngine
    private let targetName: String
    private let locks: [ServingLock]

    /// Opens the source, and makes the target or goes on with one that was begun.
    ///
    /// Neither may be served meanwhile: on SQLite that is made sure of, on PostgreSQL it is the caller's business.
    ///
    /// - Throws: `StoreError`; `alreadyInitialized` when the target holds a store that is not an unfinished copy of this
    ///   source.
    public init(from source: StoreLocation, to target: StoreLocation) async throws {
        var locks: [ServingLock] = []
        if case .directory(let folder) = source { locks.append(try folder.lockForServing()) }
        self.source = try await SQLStore.open(at: source).engine
        let fingerprint = try await Self.fingerprint(of: self.source)
        self.target = try await CopyTarget.open(at: target, for: fingerprint)
        if case .directory(let folder) = target { locks.append(try folder.lockForServing()) }
        targetName = target.description
        self.locks = locks
    }

    /// Copies what is missing, then compares both places, and only then makes the target a store.
    ///
    /// - Parameter progress: Told of each table that is done, and how many rows it has.
    /// - Returns: What was copied.
    /// - Throws: `StoreError`; `failed` when the two differ, as they do when the source was written to meanwhile.
    public func run(progress: (String, Int) -> Void = { _, _ in }) async throws -> Result {
        defer {
            withExtendedLifetime(locks) {}
            try? source.close()
            try? target.close()
        }
        let tables = try StoreTable.all()
        for table in tables { progress(table.name, try await copy(table)) }
        var rows: [(String, Int)] = []
        for table in tables {
            let (left, right) = (try await digest(table, source), try await digest(table, target))
            guard left == right else {
                throw StoreError(
                    .failed,
                    "\(table.name) differs: \(left.count) rows in the source, \(right.count) in \(targetName); the source was "
                        + "written to meanwhile: stop its collectors, delete the target and copy again"
                )
            }
            rows.append((table.name, left.count))
        }
        let version = try await source.read { try SQLStore.dataVersion(in: $0) }
        try await target.write(.exclusive) { try CopyTarget.finish(version: version, in: $0) }
        return Result(rows)
    }

    private func copy(_ table: StoreTable) async throws -> Int {
        var size = BatchSize()
        while true {
            let entry = try await target.read { try CopyProgress.entry(of: table.name, in: $0) }
            if let entry, entry.isDone { return entry.count }
            let (last, limit) = (entry?.last, size.rows)
            let rows = try await source.read { try table.rows(after: last, limit: limit, in: $0) }
            size.learn(from: rows)
            let next = CopyProgress.Entry(
                last: try rows.last.map(table.key(of:)) ?? last,
                count: (entry?.count ?? 0) + rows.count,
                isDone: rows.isEmpty
            )
            try await target.makeRoom(forRuns: table.runIds(of: rows))
            try await target.write(.exclusive) { transaction in
                guard try CopyProgress.entry(of: table.name, in: transaction)?.count ?? 0 == entry?.count ?? 0 else {
                    throw StoreError(.locked, "another copy into this store is under way")
                }
                try table.insert(rows, in: transaction)
                try CopyProgress.save(next, of: table.name, in: transaction)
            }
        }
    }

    private func digest(_ table: StoreTable, _ engine: any SQLEngine) async throws -> TableDigest {
        try await TableDigest.of(table) { try await engine.read($0) }
    }

    /// What tells a store from all others: a hash of its secret.
    private static func fingerprint(of engine: any SQLEngine) async throws -> String {
        let secret = try await SQLStore(engine: engine).challengeSecret()
        return TokenHash(of: "store " + secret.map { String($0, radix: 16) }.joined(separator: " ")).bytes
            .map { String($0, radix: 16) }.joined(separator: ":")
    }
}

extension StoreTable {
    /// Ids of runs in rows of a table that is partitioned by them.
    func runIds(of rows: [SQLRow]) throws -> [String] {
        guard name.hasPrefix("run"), let column = key.last(where: { $0 == "id" || $0 == "run_id" }) else { return [] }
        return try rows.map { try $0.text(column) }
    }
}
