import CPQ

/// What PostgreSQL or the way to it said.
struct PostgreSQLError: Error {
    /// SQLSTATE, empty where libpq itself failed (https://www.postgresql.org/docs/15/errcodes-appendix.html).
    var state: String
    /// The primary message only: details quote rows.
    var message: String
    /// Whether the connection is gone.
    var isConnectionLost: Bool

    /// Reads the error of a result; nil stands for one libpq could not even make.
    init(_ result: OpaquePointer?, on connection: OpaquePointer) {
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        state = result == nil ? "" : field("C") ?? ""
        message = (result == nil ? nil : field("M")) ?? Self.lastMessage(of: connection)
        isConnectionLost = PQstatus(connection) != CONNECTION_OK
    }

    init(connectionFailureOf connection: OpaquePointer?) {
        state = ""
        message = connection.map(Self.lastMessage) ?? "out of memory"
        isConnectionLost = true
    }

    private static func lastMessage(of connection: OpaquePointer) -> String {
        PQerrorMessage(connection).map { String(cString: $0) }?
            .split(separator: "\n").joined(separator: "; ") ?? "no message"
    }

    /// Another transaction was in the way; the same one may succeed now.
    ///
    /// A duplicate key counts: where two insert the same row at once, the second must look again and find it there.
    var isConflict: Bool { ["40001", "40P01", "23505", "55P03"].contains(state) }

    /// The server knows a prepared statement no longer, or in another shape.
    var isStaleStatement: Bool { state == "26000" || (state == "0A000" && message.contains("cached plan")) }

    /// The server went away, is starting or stopping, became a standby, or has no connection to spare.
    var isUnreachable: Bool {
        isConnectionLost || state.hasPrefix("08") || ["57P01", "57P02", "57P03", "25006", "53300"].contains(state)
    }
}

extension StoreError {
    /// Puts an error of PostgreSQL into the store's words.
    init(_ error: any Error, at location: PostgreSQLLocation) {
        if error is SQLColumnError {
            self.init(.corrupt, "\(location) holds a value of a wrong type; restore it from a backup")
            return
        }
        guard let error = error as? PostgreSQLError else {
            self = error as? StoreError ?? StoreError(.failed, "cannot use \(location)", cause: "\(error)")
            return
        }
        let cause = error.state.isEmpty ? error.message : "\(error.message), SQLSTATE \(error.state)"
        switch error.state {
        case "40001", "40P01", "55P03":
            self.init(.locked, "\(location) is busy with other writers; try again", cause: cause)
        case "57014":
            self.init(.locked, "\(location) did not answer in time; try again", cause: cause)
        case "58030":
            self.init(.disk, "\(location) cannot read or write its disk; see its log", cause: cause)
        case "53100":
            self.init(.full, "no space is left for \(location); free some on its disk", cause: cause)
        case "42501":
            self.init(.unwritable, "\(location) does not allow this; grant its user the database", cause: cause)
        case "3D000":
            self.init(.notInitialized, "\(location) does not exist; create it with createdb", cause: cause)
        case _ where error.state.hasPrefix("28"):
            self.init(.unwritable, "\(location) refused the user; check PGPASSFILE and pg_hba.conf", cause: cause)
        case _ where error.state.hasPrefix("XX00"):
            self.init(.corrupt, "\(location) is damaged; restore it from a backup", cause: cause)
        case _ where error.isUnreachable:
            self.init(.unavailable, "cannot reach \(location); check that it runs", cause: cause)
        default:
            self.init(.failed, "cannot use \(location)", cause: cause)
        }
    }
}
