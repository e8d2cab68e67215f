import Foundation

/// A transaction carried out until it is done, or cannot be.
struct PostgreSQLAttempts {
    enum Mode: Sendable {
        case read, serializable, committed, idempotent

        var begin: String {
            switch self {
            case .read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
            case .committed, .idempotent: "BEGIN ISOLATION LEVEL READ COMMITTED"
            }
        }
    }

    /// The connection broke while COMMIT was under way.
    private struct LostCommit: Error {
        /// The transaction's number; nil where running it again is harmless.
        var transactionId: String?
        var error: PostgreSQLError
    }

    let mode: Mode

    func run<Value>(
        on worker: PostgreSQLWorker,
        _ body: (PostgreSQLConnection) throws -> Value
    ) throws -> Value {
        var conflicts = 0
        var losses = Patience()
        var last: Value?
        while true {
            do {
                return try attempt(on: worker.connection(), remembering: &last, body)
            } catch let lost as LostCommit {
                worker.disconnect()
                try losses.pause(orThrow: lost.error)
                if let id = lost.transactionId, try wasCommitted(id, on: worker, &losses), let last { return last }
            } catch let error as PostgreSQLError {
                if error.isUnreachable {
                    worker.disconnect()
                    try losses.pause(orThrow: error)
                } else if error.isStaleStatement, conflicts < PostgreSQLEngine.conflictTries {
                    conflicts += 1
                    try worker.connection().discardStatements()
                } else if error.isConflict, conflicts < (error.state == "23505" ? 3 : PostgreSQLEngine.conflictTries) {
                    conflicts += 1
                    // Jitter, or those who met would meet again.
                    let longest = min(0.002 * Double(1 << min(conflicts, 8)), 0.25)
                    Thread.sleep(forTimeInterval: Double.random(in: 0...longest))
                } else {
                    throw error
                }
            }
        }
    }

    private func attempt<Value>(
        on connection: PostgreSQLConnection,
        remembering last: inout Value?,
        _ body: (PostgreSQLConnection) throws -> Value
    ) throws -> Value {
        try connection.command(mode.begin)
        let value: Value
        var transactionId: String?
        do {
            value = try body(connection)
            if mode == .serializable || mode == .committed {
                let sql = "SELECT CAST(pg_current_xact_id_if_assigned() AS TEXT) AS id"
                try connection.forEachRow(sql, []) { transactionId = try $0.optionalText("id") }
            }
        } catch {
            // If this fails too, the connection is not idle and will be let go.
            _ = try? connection.command("ROLLBACK")
            throw error
        }
        last = value
        do {
            guard try connection.command("COMMIT") == "COMMIT" else {
                throw StoreError(.failed, "a transaction failed without a word")
            }
        } catch let error as PostgreSQLError where error.isUnreachable {
            throw LostCommit(transactionId: transactionId, error: error)
        }
        return value
    }

    /// Asks the server what became of a transaction whose COMMIT went unanswered.
    ///
    /// https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-PG-SNAPSHOT
    private func wasCommitted(_ id: String, on worker: PostgreSQLWorker, _ losses: inout Patience) throws -> Bool {
        while true {
            do {
                var status: String?
                try worker.connection().forEachRow(
                    "SELECT pg_xact_status(CAST(CAST($1 AS TEXT) AS xid8)) AS status",
                    [SQLValue(id)]
                ) { status = try $0.optionalText("status") }
                switch status {
                case "committed": return true
                case "aborted": return false
                default:
                    var error = PostgreSQLError(connectionFailureOf: nil)
                    error.message = "it is unknown whether a transaction was committed"
                    try losses.pause(orThrow: error)
                }
            } catch let error as PostgreSQLError where error.isUnreachable {
                worker.disconnect()
                try losses.pause(orThrow: error)
            }
        }
    }

    /// Pauses that grow, until patience is over.
    struct Patience {
        private var end: Date?
        private var pauses = 0

        mutating func pause(orThrow error: PostgreSQLError) throws {
            let end = end ?? Date(timeIntervalSinceNow: PostgreSQLEngine.patienceSeconds)
            self.end = end
            // A connection that died idle deserves one immediate try.
            defer { pauses += 1 }
            guard pauses > 0 else { return }
            guard Date() < end else { throw error }
            Thread.sleep(forTimeInterval: Double.random(in: 0...min(0.05 * Double(1 << min(pauses, 6)), 2)))
        }
    }
}
