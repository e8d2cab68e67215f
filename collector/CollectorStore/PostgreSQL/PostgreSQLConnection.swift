import CPQ

/// One connection, used by one thread at a time: libpq's calls block.
final class PostgreSQLConnection {
    /// Most statements kept prepared.
    private static let preparedLimit = 256

    let handle: OpaquePointer
    private var prepared: [String: String] = [:]
    private var madeCount = 0

    /// Connects, and sees to it that a commit means durable.
    init(to location: PostgreSQLLocation, statementTimeoutSeconds: Int) throws {
        let parameters = location.connectionParameters
        var keywords = parameters.map { Self.copy($0.0) } + [nil]
        var values = parameters.map { Self.copy($0.1) } + [nil]
        defer { for pointer in keywords + values { pointer?.deallocate() } }
        let made = keywords.withUnsafeMutableBufferPointer { keywords in
            values.withUnsafeMutableBufferPointer { values in
                keywords.withMemoryRebound(to: UnsafePointer<CChar>?.self) { keywords in
                    values.withMemoryRebound(to: UnsafePointer<CChar>?.self) { values in
                        PQconnectdbParams(keywords.baseAddress, values.baseAddress, 0)
                    }
                }
            }
        }
        guard let made, PQstatus(made) == CONNECTION_OK else {
            var error = PostgreSQLError(connectionFailureOf: made)
            // A failed connection has no SQLSTATE to ask for (libpq 15); what cannot mend itself is told by its words.
            for (words, state) in [
                ("password authentication failed", "28P01"), ("no password supplied", "28P01"),
                ("no pg_hba.conf entry", "28000"), ("Peer authentication failed", "28000"),
            ] where error.message.contains(words) {
                (error.state, error.isConnectionLost) = (state, false)
            }
            if error.message.contains("database \""), error.message.hasSuffix("does not exist") {
                (error.state, error.isConnectionLost) = ("3D000", false)
            }
            PQfinish(made)
            throw error
        }
        handle = made
        // Notices go nowhere: standard error is the log.
        PQsetNoticeProcessor(made, { _, _ in }, nil)
        try command("SET statement_timeout = '\(statementTimeoutSeconds)s'")
        try command("SET idle_in_transaction_session_timeout = '60s'")
        try command("SET standard_conforming_strings = on")
        try requireDurableCommits(at: location)
    }

    deinit { PQfinish(handle) }

    /// Whether it stands, outside of a transaction.
    var isIdle: Bool { PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// A setting the server reports by itself, such as `server_encoding`.
    func parameterStatus(_ name: String) -> String? { PQparameterStatus(handle, name).map { String(cString: $0) } }

    /// Carries out statements without arguments, several if need be.
    ///
    /// - Returns: The command's tag, such as `COMMIT`.
    @discardableResult
    func command(_ sql: String) throws -> String {
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        try check(result)
        return PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        let name = try prepare(sql)
        let result = try PostgreSQLValues.withArguments(arguments) { count, values, lengths, formats in
            PQexecPrepared(handle, name, count, values, lengths, formats, 1)
        }
        defer { PQclear(result) }
        try check(result)
        return PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    func forEachRow(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        let name = try prepare(sql)
        let isSent = try PostgreSQLValues.withArguments(arguments) { count, values, lengths, formats in
            PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw PostgreSQLError(nil, on: handle) }
        // One row at a time, so that a large answer is never held whole.
        PQsetSingleRowMode(handle)
        var columns: [String] = []
        var types: [UInt32] = []
        var failure: (any Error)?
        while let result = PQgetResult(handle) {
            defer { PQclear(result) }
            guard failure == nil else { continue }
            do {
                try check(result)
                let width = PQnfields(result)
                if columns.isEmpty {
                    columns = (0..<width).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
                    types = (0..<width).map { PQftype(result, $0) }
                }
                for row in 0..<PQntuples(result) {
                    let values = try (0..<width).map {
                        try PostgreSQLValues.value(result, row: row, column: $0, type: types[Int($0)])
                    }
                    try body(SQLRow(columns: columns, values: values))
                }
            } catch {
                failure = error
                if PQstatus(handle) == CONNECTION_OK { cancel() }
            }
        }
        if let failure { throw failure }
    }

    /// Forgets all prepared statements, here and at the server.
    func discardStatements() {
        prepared = [:]
        _ = try? command("DEALLOCATE ALL")
    }

    private func prepare(_ sql: String) throws -> String {
        if let name = prepared[sql] { return name }
        if prepared.count >= Self.preparedLimit {
            try command("DEALLOCATE ALL")
            prepared = [:]
        }
        madeCount += 1
        let name = "s\(madeCount)"
        let result = PQprepare(handle, name, sql, 0, nil)
        defer { PQclear(result) }
        try check(result)
        prepared[sql] = name
        return name
    }

    private func requireDurableCommits(at location: PostgreSQLLocation) throws {
        var setting = ""
        try forEachRow("SELECT current_setting('synchronous_commit') AS setting", []) {
            setting = try $0.text("setting")
        }
        guard setting == "off" else { return }
        throw StoreError(
            .failed,
            "\(location) has synchronous_commit off, so that acknowledged runs could be lost; turn it on for its user: "
                + "ALTER ROLE … SET synchronous_commit = on"
        )
    }

    /// Asks the server to stop an answer nobody wants any more.
    private func cancel() {
        guard let request = PQgetCancel(handle) else { return }
        defer { PQfreeCancel(request) }
        var words = [CChar](repeating: 0, count: 256)
        PQcancel(request, &words, 256)
    }

    private func check(_ result: OpaquePointer?) throws {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: return
        default: throw PostgreSQLError(result, on: handle)
        }
    }

    private static func copy(_ text: String) -> UnsafeMutablePointer<CChar>? {
        let bytes = text.utf8CString
        let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { (pointer + index).initialize(to: byte) }
        return pointer
    }
}

/// A transaction of PostgreSQL's.
struct PostgreSQLTransaction: SQLTransaction {
    let connection: PostgreSQLConnection

    var dialect: SQLDialect { .postgresql }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int { try connection.execute(sql, arguments) }

    func forEachRow(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        try connection.forEachRow(sql, arguments, body)
    }
}
