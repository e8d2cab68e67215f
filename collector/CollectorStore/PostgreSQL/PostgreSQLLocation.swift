import CPQ

/// Which PostgreSQL database holds the store, as libpq's own URL says it.
///
/// `postgres://user@host:5432/database?sslmode=verify-full`; several hosts are separated by commas
/// (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING). What the URL does not say comes from libpq's
/// environment (`PGPASSFILE`, `PGPASSWORD`, …). Printing one shows hosts and database, never the password.
public struct PostgreSQLLocation: Sendable, CustomStringConvertible, CustomReflectable {
    /// libpq's parameters that were given.
    private(set) var parameters: [String: String]
    /// Hosts, ports and database.
    public let description: String
    /// Whether the text itself holds a password, which others can see on a command line.
    public var holdsPassword: Bool { parameters["password"] != nil }
    /// Hides the password from `dump`.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Reads a URL; nothing is connected to.
    ///
    /// - Throws: `StoreError` that does not repeat the URL, for it may hold a password.
    public init(url: String) throws {
        let wrong = StoreError(
            .failed,
            "the PostgreSQL URL cannot be read; write it as postgres://user@host:5432/database"
        )
        guard Self.isURL(url), !url.utf8.contains(0) else { throw wrong }
        guard let options = PQconninfoParse(url, nil) else { throw wrong }
        defer { PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        guard parameters["dbname"]?.isEmpty == false else {
            throw StoreError(.failed, "the PostgreSQL URL names no database; write postgres://user@host/database")
        }
        self.parameters = parameters
        let host = parameters["host"] ?? parameters["hostaddr"] ?? ""
        let port = parameters["port"].map { ":" + $0 } ?? ""
        description = "postgres://\(host)\(port)/\(parameters["dbname"] ?? "")"
    }

    /// Whether a text is meant as a URL of PostgreSQL.
    public static func isURL(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }

    /// The same place for those who cannot wait: two seconds a host are the least libpq knows.
    var hasty: PostgreSQLLocation {
        var hasty = self
        hasty.parameters["connect_timeout"] = "2"
        return hasty
    }

    /// What a connection is made with: what was given, over the store's own wishes.
    var connectionParameters: [(String, String)] {
        let wishes = [
            "application_name": "edgeprof-collector",
            "client_encoding": "UTF8",
            "connect_timeout": "5",
            // A host that vanished is noticed within half a minute.
            "keepalives_idle": "10",
            "keepalives_interval": "5",
            "keepalives_count": "3",
            "tcp_user_timeout": "20000",
            // After a fail-over, the host that takes writes among those listed.
            "target_session_attrs": "read-write",
        ]
        return wishes.merging(parameters) { $1 }.sorted { $0.key < $1.key }
    }
}
