import GRDB

extension SQLStore {
    /// Steps that a store's tables still have to take; nothing is changed.
    ///
    /// - Throws: `StoreError`, also where there is no store, or a newer one.
    public static func dueMigrations(at location: StoreLocation) async throws -> [String] {
        let applied: [String]
        switch location {
        case .directory(let directory):
            try directory.requireStore()
            applied = try SQLiteEngine.appliedMigrations(path: directory.databasePath)
        case .postgresql(let location):
            let engine = PostgreSQLEngine(location: location)
            defer { try? engine.close() }
            guard let names = try await engine.appliedMigrations() else {
                throw StoreError(.notInitialized, "\(location) holds no store; run `edgeprof-collector init` first")
            }
            applied = names
        }
        let known = Migration.all.map(\.name)
        guard applied.allSatisfy(known.contains) else {
            throw StoreError(.newerSchema, "\(location) was made by a newer edgeprof-collector; upgrade this one")
        }
        return known.filter { !applied.contains($0) }
    }
}
