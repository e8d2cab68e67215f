public import EdgeprofAPI

extension SQLStore {
    /// Opens the store at a place, bringing its tables up to date.
    ///
    /// - Throws: `StoreError`: `notInitialized`, `unwritable`, `locked`, `unavailable`, `corrupt`, `newerSchema` or `failed`.
    public static func open(at location: StoreLocation) async throws -> SQLStore {
        switch location {
        case .directory(let directory): return try SQLStore(openingIn: directory)
        case .postgresql(let location):
            let engine = PostgreSQLEngine(location: location)
            do {
                try await engine.migrate()
            } catch {
                try? engine.close()
                throw error
            }
            return SQLStore(engine: engine)
        }
    }

    /// Makes the store of a new collector with its first token, or nothing.
    ///
    /// - Throws: `StoreError`: `alreadyInitialized`, `unwritable`, `unavailable`, `full` or `failed`.
    public static func create(
        at location: StoreLocation,
        firstToken token: NewToken,
        at now: Timestamp
    ) async throws {
        switch location {
        case .directory(let directory): try create(in: directory, firstToken: token, at: now)
        case .postgresql(let location):
            let engine = PostgreSQLEngine(location: location)
            defer { try? engine.close() }
            try await engine.create { _ = try insertToken(token, at: now, in: $0) }
        }
    }

    /// What keeps an acknowledged run from surviving a power cut; nil when nothing is known to.
    public func durabilityWarning() async throws -> String? {
        guard let engine = postgreSQL else { return nil }
        let row = try await read { try $0.row("SELECT current_setting('fsync') AS setting") }
        guard try row?.text("setting") == "off" else { return nil }
        return "\(engine.location) has fsync off: a power cut can lose or damage everything"
    }
}
