import Foundation

/// How far a copy has come, kept in the target in the same transactions as what was copied.
enum CopyProgress {
    /// The table's name; where it is, the store is not whole.
    static let table = "store_copy"
    /// The row that names the source instead of a table.
    private static let sourceRow = ""

    struct Entry: Sendable {
        var last: [SQLValue]?
        var count: Int
        var isDone: Bool
    }

    /// Makes the table in a new store, and takes out what migrations put into the others.
    static func begin(source fingerprint: String, in transaction: any SQLTransaction) throws {
        for table in try StoreTable.all().reversed() { try transaction.execute("DELETE FROM \"\(table.name)\"") }
        try transaction.execute(
            """
            CREATE TABLE \(table) (
                name TEXT NOT NULL PRIMARY KEY, last_key TEXT, row_count BIGINT NOT NULL, is_done BIGINT NOT NULL
            )
            """
        )
        try save(Entry(last: [SQLValue(fingerprint)], count: 0, isDone: false), of: sourceRow, in: transaction)
    }

    static func fingerprint(in transaction: any SQLTransaction) throws -> String? {
        guard case .text(let text)? = try entry(of: sourceRow, in: transaction)?.last?.first else { return nil }
        return text
    }

    static func entry(of table: String, in transaction: any SQLTransaction) throws -> Entry? {
        let sql = "SELECT last_key, row_count, is_done FROM \(Self.table) WHERE name = $1"
        return try transaction.row(sql, [SQLValue(table)]).map { row in
            Entry(
                last: try row.optionalText("last_key").map(values),
                count: try row.count("row_count"),
                isDone: try row.flag("is_done")
            )
        }
    }

    static func save(_ entry: Entry, of table: String, in transaction: any SQLTransaction) throws {
        try transaction.execute(
            """
            INSERT INTO \(Self.table) (name, last_key, row_count, is_done) VALUES ($1, $2, $3, $4)
            ON CONFLICT (name) DO UPDATE
                SET last_key = excluded.last_key, row_count = excluded.row_count, is_done = excluded.is_done
            """,
            [
                SQLValue(table), SQLValue(try entry.last.map(text)), SQLValue(entry.count), SQLValue(entry.isDone),
            ]
        )
    }

    /// A key as JSON: pairs of type and value.
    private static func text(_ key: [SQLValue]) throws -> String {
        let pairs = try key.map { value -> [String] in
            switch value {
            case .integer(let number): ["integer", "\(number)"]
            case .text(let text): ["text", text]
            case .blob(let bytes): ["blob", Data(bytes).base64EncodedString()]
            case .null, .real: throw StoreError(.failed, "a key holds a number that is not whole, or nothing")
            }
        }
        return String(decoding: try JSONEncoder().encode(pairs), as: UTF8.self)
    }

    private static func values(_ text: String) throws -> [SQLValue] {
        let unreadable = StoreError(
            .corrupt,
            "the progress of the copy cannot be read; delete the target and begin anew"
        )
        guard let pairs = try? JSONDecoder().decode([[String]].self, from: Data(text.utf8)) else { throw unreadable }
        return try pairs.map { pair in
            guard pair.count == 2 else { throw unreadable }
            switch pair[0] {
            case "integer": if let number = Int64(pair[1]) { return .integer(number) }
            case "text": return .text(pair[1])
            case "blob": if let bytes = Data(base64Encoded: pair[1]) { return .blob(Array(bytes)) }
            default: break
            }
            throw unreadable
        }
    }
}
