/// An engine whose transactions are timed.
struct ObservedEngine: SQLEngine {
    let engine: any SQLEngine
    let observe: @Sendable (_ isWrite: Bool, _ seconds: Double) -> Void

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        defer { observe(false, (ContinuousClock.now - start) / .seconds(1)) }
        return try await engine.read(body)
    }

    func write<Value: Sendable>(
        _ kind: SQLWriteKind,
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        defer { observe(true, (ContinuousClock.now - start) / .seconds(1)) }
        return try await engine.write(kind, body)
    }

    func checkReadiness() async throws { try await engine.checkReadiness() }

    func makeRoom(forRuns ids: [String]) async throws { try await engine.makeRoom(forRuns: ids) }

    func close() throws { try engine.close() }
}

extension SQLStore {
    /// The engine where it is PostgreSQL's, timed or not.
    var postgreSQL: PostgreSQLEngine? { ((engine as? ObservedEngine)?.engine ?? engine) as? PostgreSQLEngine }

    /// The same store, which tells how long each transaction took.
    ///
    /// - Parameter observe: Called after each, with whether it writes and its seconds, its wait for a turn included.
    /// - Returns: A store over the same engine; closing one closes both.
    public func observed(by observe: @escaping @Sendable (_ isWrite: Bool, _ seconds: Double) -> Void) -> SQLStore {
        SQLStore(engine: ObservedEngine(engine: engine, observe: observe))
    }
}
