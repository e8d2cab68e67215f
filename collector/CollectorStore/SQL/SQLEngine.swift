/// The two ways of SQL, for where they differ.
enum SQLDialect: String, Sendable, CaseIterable {
    case sqlite, postgresql
}

/// A transaction under way, for the time of one closure.
///
/// Parameters are `$1`, `$2` and so on, first used in that order and without gaps: SQLite numbers them by appearance,
/// PostgreSQL by their digits. One statement a call. Statements are kept prepared by their text, so a text must not hold
/// values.
protocol SQLTransaction {
    /// Which SQL is understood, where the two differ.
    var dialect: SQLDialect { get }

    /// Carries out a statement that returns nothing.
    ///
    /// - Returns: Rows inserted, updated or deleted.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Hands out the rows of an answer one by one, without holding them all.
    ///
    /// `body` must not use the transaction.
    func forEachRow(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws
}

extension SQLTransaction {
    @discardableResult
    func execute(_ sql: String) throws -> Int { try execute(sql, []) }

    /// All rows of an answer.
    func rows(_ sql: String, _ arguments: [SQLValue] = []) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        try forEachRow(sql, arguments) { rows.append($0) }
        return rows
    }

    /// The first row of an answer that has one at most.
    func row(_ sql: String, _ arguments: [SQLValue] = []) throws -> SQLRow? { try rows(sql, arguments).first }
}

/// What a transaction that writes may rely on.
enum SQLWriteKind: Sendable {
    /// It is as if alone in the store; it has happened once when it returns.
    case exclusive
    /// It sees what others commit meanwhile, waits for rows they hold, and may happen twice after a lost connection.
    ///
    /// For writes that keys and conditions in single statements guard, whose repetition changes nothing. A value that is
    /// read, changed and written back needs `FOR UPDATE` at the reading.
    case idempotent
}

/// What carries transactions out.
///
/// All methods throw `StoreError`, or `CancellationError`.
protocol SQLEngine: Sendable {
    /// Reads as of one moment.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value

    /// Writes in one transaction, durable on return and undone on a throw.
    ///
    /// `body` may run again, after a conflict with another transaction: it must depend on nothing but what it reads and
    /// change nothing but the store.
    func write<Value: Sendable>(
        _ kind: SQLWriteKind,
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value

    /// Fails unless reading works, and writing where the latest write failed for no fault of its own.
    ///
    /// Does not wait behind other transactions where that can be avoided, nor for a fail-over.
    func checkReadiness() async throws

    /// Makes sure, before their transaction, that runs of these ids have a place.
    func makeRoom(forRuns ids: [String]) async throws

    /// Ends all connections after what is under way.
    func close() throws
}
