import GRDB

/// A table of the store, the same in both dialects.
struct StoreTable: Sendable, Hashable {
    let name: String
    /// What a copy carries, in order.
    let columns: [String]
    /// The primary key's columns, which a copy goes by.
    let key: [String]

    /// All tables, those others refer to first.
    ///
    /// Asked of an empty database in memory, so that a migration need not be told twice. `data_version` is left out: it
    /// counts differently in the two dialects.
    static func all() throws -> [StoreTable] {
        let queue = try DatabaseQueue()
        try Schema.migrator.migrate(queue)
        return try queue.read { database in
            let names = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                        AND name NOT LIKE 'grdb_%' AND name <> 'data_version' ORDER BY name
                    """
            )
            var ordered: [String] = []
            var visited: Set<String> = []
            func visit(_ name: String) throws {
                guard visited.insert(name).inserted else { return }
                let sql = "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?) ORDER BY 1"
                for other in try String.fetchAll(database, sql: sql, arguments: [name]) { try visit(other) }
                ordered.append(name)
            }
            // Runs and assignments refer to each other on SQLite; PostgreSQL's runs to nothing.
            visited.insert("run")
            for name in names where name != "run" { try visit(name) }
            if names.contains("run") { ordered.append("run") }
            return try ordered.map { name in
                let columns = try Row.fetchAll(
                    database,
                    sql: "SELECT name, pk FROM pragma_table_info(?) ORDER BY cid",
                    arguments: [name]
                )
                .map { (name: try $0.decode(String.self, atIndex: 0), key: try $0.decode(Int.self, atIndex: 1)) }
                return StoreTable(
                    name: name,
                    columns: columns.map(\.name),
                    key: columns.filter { $0.key > 0 }.sorted { $0.key < $1.key }.map(\.name)
                )
            }
        }
    }

    /// Rows behind a key, in the key's order.
    func rows(after last: [SQLValue]?, limit: Int, in transaction: any SQLTransaction) throws -> [SQLRow] {
        let names = Self.list(key)
        let arguments = (last ?? []) + [SQLValue(limit)]
        let places = (last ?? []).indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let condition = last == nil ? "" : "WHERE (\(names)) > (\(places))"
        return try transaction.rows(
            "SELECT \(Self.list(columns)) FROM \"\(name)\" \(condition) ORDER BY \(names) LIMIT $\(arguments.count)",
            arguments
        )
    }

    func insert(_ rows: [SQLRow], in transaction: any SQLTransaction) throws {
        let places = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let sql = "INSERT INTO \"\(name)\" (\(Self.list(columns))) VALUES (\(places))"
        for row in rows { try transaction.execute(sql, row.values) }
    }

    /// The key of a row.
    func key(of row: SQLRow) throws -> [SQLValue] { try key.map { try row.value($0) } }

    private static func list(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }
}

/// How many rows to take at once: about 4 MiB, whatever a row weighs.
struct BatchSize {
    private(set) var rows = 16

    mutating func learn(from batch: [SQLRow]) {
        guard !batch.isEmpty else { return }
        let bytes = batch.reduce(0) { $0 + $1.byteCount }
        let fitting = (4 << 20) / max(1, bytes / batch.count)
        rows = min(max(1, fitting), rows * 4, 500)
    }
}

extension SQLRow {
    /// About what the values weigh.
    var byteCount: Int {
        values.reduce(0) { sum, value in
            switch value {
            case .text(let text): sum + text.utf8.count + 8
            case .blob(let bytes): sum + bytes.count + 8
            default: sum + 8
            }
        }
    }
}
