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

    /// A transaction that writes.
    private struct Identity {
        /// Its number.
        var number: String
        /// The server's history, which a fail-over ends: a number may be given again in the next one
        /// (https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-TIMELINES).
        var timeline: String

        static let timelineSQL = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
    }

    /// The connection broke while COMMIT was under way.
    private struct LostCommit: Error {
        /// Which transaction; nil where running it again is harmless.
        var transaction: Identity?
        var error: PostgreSQLError
    }

    let mode: Mode
    /// Whether a lost connection is worth waiting for.
    var isPatient = true

    func run<Value>(
        on worker: PostgreSQLWorker,
        _ body: (PostgreSQLConnection) throws -> Value
    ) throws -> Value {
        var conflicts = 0
        var losses = Patience(worker.outage, isPatient: isPatient)
        var last: Value?
        while true {
            do {
                let value = try attempt(on: worker.connection(), remembering: &last, body)
                worker.outage.noteSuccess()
                return value
            } catch let lost as LostCommit {
                worker.disconnect()
                try losses.pause(orThrow: lost.error)
                if let lost = lost.transaction, try wasCommitted(lost, on: worker, &losses), let last { return last }
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
        var identity: Identity?
        do {
            value = try body(connection)
            if mode == .serializable || mode == .committed {
                let sql = """
                    SELECT CAST(pg_current_xact_id_if_assigned() AS TEXT) AS id, \(Identity.timelineSQL) AS timeline
                    """
                try connection.forEachRow(sql, []) { row in
                    guard let number = try row.optionalText("id") else { return }
                    identity = Identity(number: number, timeline: try row.text("timeline"))
                }
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
            throw LostCommit(transaction: identity, error: error)
        }
        return value
    }

    /// Asks the server what became of a transaction whose COMMIT went unanswered.
    ///
    /// https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-PG-SNAPSHOT
    private func wasCommitted(
        _ lost: Identity,
        on worker: PostgreSQLWorker,
        _ losses: inout Patience
    ) throws -> Bool {
        while true {
            do {
                var (timeline, status): (String?, String?)
                try worker.connection().forEachRow("SELECT \(Identity.timelineSQL) AS timeline", []) {
                    timeline = try $0.text("timeline")
                }
                guard timeline == lost.timeline else {
                    throw StoreError(
                        .unavailable,
                        "another server took over; it is unknown whether a transaction of the one before was committed"
                    )
                }
                try worker.connection().forEachRow(
                    "SELECT pg_xact_status(CAST(CAST($1 AS TEXT) AS xid8)) AS status",
                    [SQLValue(lost.number)]
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
        private let outage: PostgreSQLOutage
        private let isPatient: Bool
        private var end: ContinuousClock.Instant?
        private var pauses = 0

        init(_ outage: PostgreSQLOutage, isPatient: Bool) {
            self.outage = outage
            self.isPatient = isPatient
        }

        mutating func pause(orThrow error: PostgreSQLError) throws {
            let seconds = isPatient ? PostgreSQLEngine.patienceSeconds : 0
            let own = end ?? .now + .seconds(seconds)
            end = own
            // A connection that died idle deserves one immediate try.
            defer { pauses += 1 }
            guard pauses > 0 else { return }
            // Who comes late to an outage does not wait longer than those who met its beginning.
            let common = outage.beginning.map { $0 + .seconds(seconds) } ?? own
            guard .now < min(own, common) else { throw error }
            Thread.sleep(forTimeInterval: Double.random(in: 0...min(0.05 * Double(1 << min(pauses, 6)), 2)))
        }
    }
}
