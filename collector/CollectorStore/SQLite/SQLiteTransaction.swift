import Foundation
import GRDB

/// A transaction of SQLite's; statements are kept prepared by the connection.
struct SQLiteTransaction: SQLTransaction {
    let database: Database

    var dialect: SQLDialect { .sqlite }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try database.cachedStatement(sql: sql).execute(arguments: Self.statementArguments(arguments))
        return database.changesCount
    }

    func forEachRow(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        let statement = try database.cachedStatement(sql: sql)
        let cursor = try Row.fetchCursor(statement, arguments: Self.statementArguments(arguments))
        while let row = try cursor.next() {
            // Asked of a statement that runs: SQLite may have prepared it anew for tables that changed.
            let columns = statement.columnNames
            // DatabaseValue takes whatever is there: the only subscript of a row that cannot trap.
            try body(SQLRow(columns: columns, values: columns.indices.map { SQLValue(row[$0] as DatabaseValue) }))
        }
    }

    private static func statementArguments(_ values: [SQLValue]) -> StatementArguments {
        StatementArguments(values.map(\.databaseValue))
    }
}

extension SQLValue {
    init(_ value: DatabaseValue) {
        self =
            switch value.storage {
            case .null: .null
            case .int64(let number): .integer(number)
            case .double(let number): .real(number)
            case .string(let text): .text(text)
            case .blob(let data): .blob(Array(data))
            }
    }

    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}
