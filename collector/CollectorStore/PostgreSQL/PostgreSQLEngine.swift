import Foundation

/// A PostgreSQL database, shared by any number of collectors.
///
/// Reads are REPEATABLE READ: one snapshot. Writes are SERIALIZABLE, so that every method may reason as if it were alone,
/// as on SQLite; `.idempotent` ones (`SQLWriteKind`) are READ COMMITTED. A transaction that met another one runs again.
/// Where the connection breaks, a transaction that cannot have been committed runs again on a new one; where the answer
/// to COMMIT is lost, the server is asked what became of the transaction.
final class PostgreSQLEngine: SQLEngine {
    /// No statement takes longer.
    static let statementTimeoutSeconds = 30
    /// Most connections of one collector.
    static let poolSize = 8
    /// How long a broken connection or a fail-over is waited out.
    static let patienceSeconds = 20.0
    /// Tries of a transaction that others are in the way of.
    static let conflictTries = 100

    let location: PostgreSQLLocation
    let pool: PostgreSQLPool
    /// One connection for probes: they must not wait behind what they are to tell about.
    private let probe: PostgreSQLPool
    private let condition = WriteCondition()
    let partitions = PartitionMemory()
    /// Tells this collector's announcements from those of others.
    let origin = String(UInt64.random(in: .min ... .max), radix: 16)

    /// Names a database; connections are made when needed.
    init(location: PostgreSQLLocation) {
        self.location = location
        pool = PostgreSQLPool(location: location, size: Self.poolSize)
        probe = PostgreSQLPool(location: location.hasty, size: 1)
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await transact(.read, body)
    }

    func write<Value: Sendable>(
        _ kind: SQLWriteKind,
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await condition.observe { try await transact(kind == .idempotent ? .idempotent : .serializable, body) }
    }

    func checkReadiness() async throws {
        let isInDoubt = condition.failure != nil
        try condition.requireProgress()
        try await probe.perform { [location] worker in
            do {
                let mode: PostgreSQLAttempts.Mode = isInDoubt ? .idempotent : .read
                try PostgreSQLAttempts(mode: mode, isPatient: false).run(on: worker) { connection in
                    let transaction = PostgreSQLTransaction(connection: connection)
                    _ = try SQLStore.dataVersion(in: transaction)
                    if isInDoubt { try SQLStore.touch(in: transaction) }
                }
            } catch {
                throw StoreError(error, at: location)
            }
        }
        if isInDoubt { condition.noteSuccess() }
    }

    func close() throws {
        probe.close()
        pool.close()
    }

    func transact<Value: Sendable>(
        _ mode: PostgreSQLAttempts.Mode,
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await pool.perform { [location] worker in
            do {
                return try PostgreSQLAttempts(mode: mode).run(on: worker) { connection in
                    try body(PostgreSQLTransaction(connection: connection))
                }
            } catch {
                throw StoreError(error, at: location)
            }
        }
    }
}
